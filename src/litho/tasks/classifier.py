"""Classifiers of text: Hugging Face models on token ids."""

import inspect
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from litho.errors import ConfigError
from litho.tasks.data import Data, Vocabulary
from litho.tasks.tokens import from_hub, needs_text

if TYPE_CHECKING:
    from transformers import PreTrainedModel

__all__ = ["TextClassifier", "bert", "pretrained"]


class TextClassifier(nn.Module):
    """`network`, a Hugging Face classifier as it is, on token ids alone.

    Samples are filled up at the end with `pad`, which no token looks at. Where the network tells
    the second sentence of a pair from the first, that is what follows the first separator.
    """

    def __init__(self, network: "PreTrainedModel", vocabulary: Vocabulary) -> None:
        super().__init__()
        self.network = network
        self.pad = vocabulary.pad
        self.separator = vocabulary.separator if _knows_pairs(network) else None

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Give logits[samples, classes] of ids[samples, length]."""
        mask = ids != self.pad
        types = {}
        if self.separator is not None:
            ends = (ids == self.separator).long()
            types["token_type_ids"] = ((ends.cumsum(1) > ends) & mask).long()
        logits: torch.Tensor = self.network(ids, attention_mask=mask.long(), **types).logits
        return logits


def _knows_pairs(network: "PreTrainedModel") -> bool:
    takes = inspect.signature(network.forward).parameters
    return "token_type_ids" in takes and getattr(network.config, "type_vocab_size", 0) > 1


def bert(
    data: Data,
    layers: int = 2,
    hidden: int = 128,
    heads: int = 2,
    intermediate: int = 512,
    dropout: float = 0.1,
    attention_dropout: float = 0.0,
) -> TextClassifier:
    """A BERT from scratch, by default of the shape of BERT-tiny.

    With `attention_dropout` above 0 a CPU must take PyTorch's plain attention, which is slower.
    """
    _check_sizes(layers=layers, hidden=hidden, heads=heads, intermediate=intermediate)
    for rate in (dropout, attention_dropout):
        if not 0 <= rate < 1:
            raise ConfigError(f"dropout of model 'bert' must be 0 or more and below 1, not {rate}")
    with needs_text():
        from transformers import BertConfig, BertForSequenceClassification
    vocabulary = _vocabulary(data)
    config = BertConfig(
        vocab_size=vocabulary.size,
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=intermediate,
        hidden_dropout_prob=dropout,
        attention_probs_dropout_prob=attention_dropout,
        max_position_embeddings=data.features,
        pad_token_id=vocabulary.pad,
        num_labels=data.classes,
    )
    return TextClassifier(BertForSequenceClassification(config), vocabulary)


def _check_sizes(**sizes: int) -> None:
    for name, size in sizes.items():
        if type(size) is not int or size < 1:
            raise ConfigError(
                f"{name} of model 'bert' must be a whole number above 0, not {size!r}"
            )
    if sizes["hidden"] % sizes["heads"]:
        raise ConfigError(
            f"hidden of model 'bert' must be a multiple of heads, not {sizes['hidden']} of"
            f" {sizes['heads']}"
        )


def pretrained(data: Data, id: str) -> TextClassifier:
    """A classifier of the Hugging Face hub, by its id, or one in a folder; the task's classes.

    Its tokenizer must be the one that the data were cut into tokens with.
    """
    with needs_text():
        from transformers import AutoModelForSequenceClassification
    vocabulary = _vocabulary(data)
    load = AutoModelForSequenceClassification.from_pretrained
    network = from_hub(load, id, "model", num_labels=data.classes, ignore_mismatched_sizes=True)
    _check_fit(network.config, data, vocabulary, id)
    return TextClassifier(network, vocabulary)


def _check_fit(config: Any, data: Data, vocabulary: Vocabulary, id: str) -> None:
    longest = getattr(config, "max_position_embeddings", data.features)
    if data.features > longest:
        raise ConfigError(
            f"model {id!r} must take samples of {data.features} tokens, and takes {longest};"
            " lower the task's option `length`"
        )
    if vocabulary.size > config.vocab_size:
        raise ConfigError(
            f"model {id!r} must know {vocabulary.size} tokens, and knows {config.vocab_size}; give"
            " its own tokenizer to the task: option `tokenizer`"
        )


def _vocabulary(data: Data) -> Vocabulary:
    assert data.vocabulary is not None
    return data.vocabulary
