"""Classifiers of text: Hugging Face models on token ids."""

import inspect
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from litho.errors import ConfigError
from litho.tasks.attention import split_attention
from litho.tasks.data import Data, Vocabulary
from litho.tasks.tokens import from_hub, needs_text

if TYPE_CHECKING:
    from transformers import PreTrainedModel

__all__ = ["SplitClassifier", "TextClassifier", "bert", "pretrained"]

_ATTENTION = ("fused", "parts")


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
        types = self._types(ids, mask)
        logits: torch.Tensor = self.network(ids, attention_mask=mask.long(), **types).logits
        return logits

    def _types(self, ids: torch.Tensor, mask: torch.Tensor) -> dict[str, torch.Tensor]:
        """Tell the second sentence of a pair, where the network wants to know."""
        if self.separator is None:
            return {}
        ends = (ids == self.separator).long()
        return {"token_type_ids": ((ends.cumsum(1) > ends) & mask).long()}


class SplitClassifier(TextClassifier):
    """A BERT in two parts: embeddings, which stay on the host, and the rest, which is hardware.

    Its attention is in parts (`split_attention`). `hidden` stands where the rest begins, for a
    rule that names the format of what comes in.
    """

    def __init__(
        self, network: "PreTrainedModel", vocabulary: Vocabulary, tokens: int | None = None
    ) -> None:
        """Split `network`; hardware is for texts of `tokens`, by default as many as it knows.

        Raises `ConfigError` for a network that is no BERT.
        """
        super().__init__(network, vocabulary)
        inner = getattr(network, "bert", None)
        if not all(hasattr(inner, part) for part in ("embeddings", "encoder", "pooler")):
            raise ConfigError(
                f"a network whose attention is in parts must be a BERT that classifies, not a"
                f" {type(network).__name__}; leave its option `attention` out"
            )
        split_attention(network, tokens or network.config.max_position_embeddings)
        self.hidden = nn.Identity()

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Give logits[samples, classes] of ids[samples, length]."""
        return self.classify(*self.embed(ids))

    def embed(self, ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Give what the host computes: hidden[samples, length, width], and how many tokens count.

        `ids` are [samples, length].
        """
        mask = ids != self.pad
        hidden = self.network.bert.embeddings(input_ids=ids, **self._types(ids, mask))
        return hidden, mask.sum(1)

    def classify(self, hidden: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        """Give logits[samples, classes] of hidden[samples, length, width] and its lengths."""
        bert = self.network.bert
        encoded = bert.encoder(self.hidden(hidden), attention_mask=lengths).last_hidden_state
        pooled = self.network.dropout(bert.pooler(encoded))
        logits: torch.Tensor = self.network.classifier(pooled)
        return logits

    @property
    def core(self) -> "ClassifierCore":
        """The part that becomes hardware; its modules have the paths that they have here."""
        return ClassifierCore(self)


class ClassifierCore(nn.Module):
    """What a split classifier does behind its embeddings."""

    def __init__(self, whole: SplitClassifier) -> None:
        super().__init__()
        self.network, self.hidden = whole.network, whole.hidden
        self._classify = whole.classify
        self.train(whole.training)

    def forward(self, hidden: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        """Give logits[samples, classes] of hidden[samples, length, width] and its lengths."""
        return self._classify(hidden, lengths)


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
    attention: str = "fused",
) -> TextClassifier:
    """A BERT from scratch, by default of the shape of BERT-tiny.

    With `attention_dropout` above 0 a CPU must take PyTorch's plain attention, which is slower.
    `attention = "parts"` makes it a `SplitClassifier`, as hardware wants it; the weights are the
    same, and `fused` is faster.
    """
    _check_attention(attention, "bert")
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
    return _classifier(BertForSequenceClassification(config), vocabulary, attention, data)


def _classifier(
    network: "PreTrainedModel", vocabulary: Vocabulary, attention: str, data: Data
) -> TextClassifier:
    if attention == "parts":
        return SplitClassifier(network, vocabulary, data.features)
    return TextClassifier(network, vocabulary)


def _check_attention(attention: str, name: str) -> None:
    if attention not in _ATTENTION:
        raise ConfigError(
            f"attention of model {name!r} must be one of {', '.join(_ATTENTION)}, not {attention!r}"
        )


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


def pretrained(data: Data, id: str, attention: str = "fused") -> TextClassifier:
    """A classifier of the Hugging Face hub, by its id, or one in a folder; the task's classes.

    Its tokenizer must be the one that the data were cut into tokens with. With
    `attention = "parts"` a BERT is a `SplitClassifier`, as hardware wants it.
    """
    _check_attention(attention, "pretrained")
    with needs_text():
        from transformers import AutoModelForSequenceClassification
    vocabulary = _vocabulary(data)
    load = AutoModelForSequenceClassification.from_pretrained
    network = from_hub(load, id, "model", num_labels=data.classes, ignore_mismatched_sizes=True)
    if attention == "parts":  # none of them drops weights of attention
        network.config.attention_probs_dropout_prob = 0.0
    _check_fit(network.config, data, vocabulary, id)
    return _classifier(network, vocabulary, attention, data)


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
