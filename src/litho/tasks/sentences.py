"""Short judgements of films, generated: a text set that needs no files."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from litho.tasks.data import Data, Vocabulary
from litho.tasks.options import SentenceOptions, options_of

__all__ = ["WORDS", "load_sentences"]

_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
_ARTICLES = ("the", "this", "that", "its")
_NOUNS = ("film", "plot", "music", "hero", "ending", "cast", "script", "joke")
_VERBS = ("is", "was", "seems", "seemed")
_DEGREES = ("", "very", "quite", "rather", "so", "too")
_POOR = ("dull", "bad", "weak", "flat", "stale", "poor", "grim", "lame")
_FINE = ("bright", "good", "strong", "fresh", "warm", "fine", "funny", "clever")
_WORDS = (*_ARTICLES, *_NOUNS, *_VERBS, *_DEGREES[1:], *_POOR, *_FINE, "not", "and", "but", ".")
WORDS = (*_SPECIAL, *_WORDS)
_IDS = {word: number for number, word in enumerate(WORDS)}


def load_sentences(
    seed: int, folder: Path | None = None, options: Mapping[str, Any] | None = None
) -> Data:
    """Give generated sentences such as "the film is not dull", poor (0) or fine (1); no files.

    A sentence judges once or twice, `not` turns a judgement round, and after `but` the second
    counts, which contradicts the first. No sentence occurs twice; classes are as frequent.
    """
    del folder
    settings = options_of(SentenceOptions, "sentences", options)
    generator = np.random.default_rng(seed)
    seen: set[str] = set()
    train, test = (
        _part(generator, n, settings.length, seen) for n in (settings.train, settings.test)
    )
    vocabulary = Vocabulary(len(WORDS), _IDS["[PAD]"], separator=None)
    return Data("sentences", *train, *test, 2, vocabulary)


def _part(
    generator: np.random.Generator, count: int, length: int, seen: set[str]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Give ids[count, length] and targets[count] of sentences that are not among `seen`."""
    targets = generator.permutation(np.arange(count) % 2)
    texts = [_new(generator, bool(target), seen) for target in targets]
    return _encoded(texts, length), torch.from_numpy(targets)


def _new(generator: np.random.Generator, is_fine: bool, seen: set[str]) -> str:
    while True:
        text = _sentence(generator, is_fine)
        if text not in seen:
            seen.add(text)
            return text


def _sentence(generator: np.random.Generator, is_fine: bool) -> str:
    last = _clause(generator, is_fine)
    if generator.random() < 0.5:
        return f"{last} ."
    is_contrary = generator.random() < 0.25
    first = _clause(generator, is_fine != is_contrary)
    return f"{first} {'but' if is_contrary else 'and'} {last} ."


def _clause(generator: np.random.Generator, is_fine: bool) -> str:
    is_turned = generator.random() < 0.25
    judgements = _FINE if is_fine != is_turned else _POOR
    lists = (_ARTICLES, _NOUNS, _VERBS, ("not",) if is_turned else ("",), _DEGREES, judgements)
    return " ".join(filter(None, (str(generator.choice(words)) for words in lists)))


def _encoded(texts: list[str], length: int) -> torch.Tensor:
    ids = np.full((len(texts), length), _IDS["[PAD]"], np.int32)
    for row, text in zip(ids, texts, strict=True):
        words = ["[CLS]", *text.split()[: length - 2], "[SEP]"]
        row[: len(words)] = [_IDS[word] for word in words]
    return torch.from_numpy(ids)
