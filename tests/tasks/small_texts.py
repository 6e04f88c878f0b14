"""The vocabulary of the small text sets."""

__all__ = ["VOCABULARY"]

_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_WORDS = (
    "the",
    "film",
    "is",
    "##ly",
    "bad",
    "good",
    "great",
    "##er",
    "what",
    "who",
    "made",
    "it",
    "a",
)
VOCABULARY = (*_SPECIAL, *_WORDS, ".", "?", "[", "]", "sep", "pad")
