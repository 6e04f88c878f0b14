"""Data sets with a fixed split."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from litho.errors import ConfigError
from litho.formats import Fixed, Scale, parse

__all__ = ["Data", "Vocabulary", "stimuli"]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The token ids of a text: 0 to `size` - 1, of which `pad` fills samples up at their end.

    `separator` ends the first sentence of a pair; None when samples are no pairs, or their
    tokenizer has no such token.
    """

    size: int
    pad: int
    separator: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Data:
    """A data set split in two.

    `train_inputs` and `test_inputs` are float32 [samples, …]; of text they are token ids, int32
    [samples, length], below `vocabulary.size`. Targets are class numbers, int64 [samples], below
    `classes`. Stimuli have no classes: `classes` is 0, there are no targets, and the inputs to
    train and to test with are the same. A task without training data has 0 samples there.
    """

    name: str
    train_inputs: torch.Tensor
    train_targets: torch.Tensor
    test_inputs: torch.Tensor
    test_targets: torch.Tensor
    classes: int
    vocabulary: Vocabulary | None = None

    @property
    def features(self) -> int:
        """Numbers in one sample; of text its length in tokens."""
        return math.prod(self.train_inputs.shape[1:])

    @property
    def example(self) -> torch.Tensor:
        """One sample with a batch axis of 1, as a model is captured with."""
        return self.test_inputs[:1]

    @property
    def pad(self) -> int | None:
        """The token id that fills samples up at their end; None when they are not text."""
        return self.vocabulary.pad if self.vocabulary else None


def stimuli(
    given: Sequence[Sequence[int]], drawn: int, format: str, shape: tuple[int, ...], seed: int
) -> Data:
    """Give samples of `shape` that are the values of codes: the given ones, then drawn ones.

    Raises `ConfigError` for codes that do not fit the shape or the format, and for no codes.
    """
    form = parse(format)
    if not isinstance(form, Fixed):
        raise ConfigError(f"stimuli must be of a fixed-point format, not {format}")
    size = math.prod(shape)
    for codes in given:
        if len(codes) != size or min(codes) < form.low or max(codes) > form.high:
            raise ConfigError(
                f"a given stimulus must be {size} codes from {form.low} to {form.high} ({format}),"
                f" not {list(codes)}"
            )
    if not given and not drawn:
        raise ConfigError("stimuli must be given or drawn, not neither; set `random`")
    generator = np.random.default_rng(seed)
    random = generator.integers(form.low, form.high, (drawn, size), np.int64, endpoint=True)
    samples = np.concatenate([np.array(given, dtype=np.int64).reshape(-1, size), random])
    values = torch.from_numpy(form.decode(samples, Scale())).float().reshape(-1, *shape)
    none = torch.empty(0, dtype=torch.int64)
    return Data("stimuli", values, none, values, none, 0)
