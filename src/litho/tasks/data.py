"""Data sets with a fixed split."""

import difflib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from litho.errors import ConfigError, DataError
from litho.formats import Fixed, Scale, parse

__all__ = ["TASKS", "Data", "Task", "find", "stimuli"]


@dataclass(frozen=True, slots=True, eq=False)
class Data:
    """A data set split in two.

    `train_inputs` and `test_inputs` are float32 [samples, …]; targets are class numbers, int64
    [samples], below `classes`. Stimuli have no classes: `classes` is 0, there are no targets, and
    the inputs to train and to test with are the same.
    """

    name: str
    train_inputs: torch.Tensor
    train_targets: torch.Tensor
    test_inputs: torch.Tensor
    test_targets: torch.Tensor
    classes: int

    @property
    def features(self) -> int:
        """Numbers in one sample."""
        return self.train_inputs[0].numel()

    @property
    def example(self) -> torch.Tensor:
        """One sample with a batch axis of 1, as a model is captured with."""
        return self.test_inputs[:1]


@dataclass(frozen=True, slots=True)
class Task:
    """A data set by name, with the metric it is judged by; `load(seed)` splits it by the seed."""

    name: str
    metric: str
    load: Callable[[int], Data]


def find(name: str) -> Task:
    """Give the task called `name`; raises `ConfigError` when there is none."""
    if name in TASKS:
        return TASKS[name]
    near = difflib.get_close_matches(name, TASKS, n=1)
    raise ConfigError(
        f"task must be one of {', '.join(sorted(TASKS))}, not {name!r}"
        + (f"; did you mean {near[0]!r}?" if near else "")
    )


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


def _digits(seed: int) -> Data:
    """Give scikit-learn's 8×8 digits, scaled to 0 … 1, a fifth of each class for the test."""
    try:
        from sklearn.datasets import load_digits
        from sklearn.model_selection import train_test_split
    except ImportError as error:
        raise DataError(
            "task 'digits' must have scikit-learn's data set, which is not installed;"
            ' pip install "litho[tasks]"'
        ) from error
    inputs, targets = load_digits(return_X_y=True)
    parts = train_test_split(
        inputs / 16, targets, test_size=0.2, stratify=targets, random_state=seed
    )
    train_inputs, test_inputs = (torch.from_numpy(part).float() for part in parts[:2])
    train_targets, test_targets = (torch.from_numpy(part).long() for part in parts[2:])
    return Data("digits", train_inputs, train_targets, test_inputs, test_targets, 10)


TASKS = {task.name: task for task in (Task("digits", "accuracy", _digits),)}
