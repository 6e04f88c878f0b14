"""Small configurations of the models that people capture, without a hub."""

from dataclasses import dataclass
from typing import Any

import torch

TEXT = {"input_ids": "1,16"}
IMAGE = {"pixel_values": "1,3,32,32"}
_CAUSAL = {"vocab_size": 100, "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0}


@dataclass(frozen=True)
class Case:
    """A class of transformers, the options of its configuration, and shapes by input."""

    architecture: str
    options: dict[str, Any]
    inputs: dict[str, str]

    @property
    def spellings(self) -> list[str]:
        return [f"{name}={shape}" for name, shape in self.inputs.items()]

    def config(self) -> Any:
        transformers = __import__("transformers")
        kind = getattr(transformers, self.architecture).config_class
        return kind(**self.options, architectures=[self.architecture])

    def model(self) -> Any:
        transformers = __import__("transformers")
        torch.manual_seed(0)
        return getattr(transformers, self.architecture)(self.config()).eval()

    def sample(self, seed: int = 1) -> dict[str, torch.Tensor]:
        """Random values of every input; a mask ends in padding."""
        generator = torch.Generator().manual_seed(seed)
        return {
            name: self._values(name, [int(size) for size in shape.split(",")], generator)
            for name, shape in self.inputs.items()
        }

    @staticmethod
    def _values(name: str, shape: list[int], generator: torch.Generator) -> torch.Tensor:
        if name == "pixel_values":
            return torch.randn(shape, generator=generator)
        if name == "attention_mask":
            mask = torch.ones(shape, dtype=torch.int64)
            mask[:, 11:] = 0
            return mask
        return torch.randint(0, 2 if name == "labels" else 100, shape, generator=generator)


BERT = Case(
    "BertForSequenceClassification",
    {
        "num_hidden_layers": 2,
        "hidden_size": 32,
        "num_attention_heads": 2,
        "intermediate_size": 64,
        "vocab_size": 100,
    },
    {**TEXT, "attention_mask": "1,16", "labels": "1"},
)
CASES = {
    "bert": BERT,
    "distilbert": Case(
        "DistilBertForSequenceClassification",
        {"n_layers": 2, "dim": 32, "n_heads": 2, "hidden_dim": 64, "vocab_size": 100},
        {**TEXT, "attention_mask": "1,16"},
    ),
    "opt": Case(
        "OPTForCausalLM",
        {
            "num_hidden_layers": 2,
            "hidden_size": 32,
            "num_attention_heads": 2,
            "ffn_dim": 64,
            "word_embed_proj_dim": 32,
            "max_position_embeddings": 64,
            **_CAUSAL,
        },
        TEXT,
    ),
    "gpt2": Case(
        "GPT2LMHeadModel",
        {"n_layer": 2, "n_embd": 32, "n_head": 2, "n_positions": 64, **_CAUSAL},
        TEXT,
    ),
    "llama": Case(
        "LlamaForCausalLM",
        {
            "num_hidden_layers": 2,
            "hidden_size": 32,
            "num_attention_heads": 2,
            "intermediate_size": 64,
            **_CAUSAL,
        },
        {**TEXT, "attention_mask": "1,16"},
    ),
    "vit": Case(
        "ViTForImageClassification",
        {
            "num_hidden_layers": 2,
            "hidden_size": 32,
            "num_attention_heads": 2,
            "intermediate_size": 64,
            "image_size": 32,
            "patch_size": 8,
        },
        IMAGE,
    ),
    "resnet": Case(
        "ResNetForImageClassification",
        {"embedding_size": 8, "hidden_sizes": [8, 16], "depths": [1, 1], "layer_type": "basic"},
        IMAGE,
    ),
}
