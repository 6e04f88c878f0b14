"""Judges cases, and says what each loses against the model as it is."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from torch import nn

from litho.compress.prune.mask import masks
from litho.compress.sensitivity.bootstrap import Interval, Scores, bootstrap
from litho.compress.sensitivity.case import Case, compressed
from litho.errors import DataError

__all__ = ["Judge", "Row", "Scored", "ranking", "row_of", "score", "study"]

Judge = Callable[[nn.Module], Scores]


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """scores[samples] of a case, their mean the accuracy, and the sparsity that it came to.

    `achieved` counts in all values of the target; it is None where nothing is pruned.
    """

    scores: Scores
    achieved: float | None


@dataclass(frozen=True, slots=True)
class Row:
    """What one case came to.

    - `group`, `target`: what was changed, as in `Target`; `matrices`, `weights`: how many matrices
      it has, and values in them.
    - `shape`, `value`: shape and sparsity, or "" and the format.
    - `achieved`: the sparsity of the target; None for a format.
    - `accuracy`: with the interval of the samples; `drop`: the accuracy of the model as it is minus
      that of the case, with the interval of the paired differences.
    """

    group: str
    target: str
    matrices: int
    weights: int
    shape: str
    value: float | str
    achieved: float | None
    accuracy: Interval
    drop: Interval


def score(
    model: nn.Module,
    judge: Judge,
    case: Case | None,
    batches: Iterable[Any] = (),
    *,
    sums: str = "wide",
) -> Scored:
    """Judge a case, or without one the model as it is; `model` stays as it is.

    `judge(model)` gives a score for each sample, always of the same samples in the same order.
    """
    if case is None:
        return Scored(judge(model), None)
    changed = compressed(model, case, batches, sums=sums)
    dropped = [int((~mask.mask).sum()) for _, _, mask in masks(changed)]
    return Scored(judge(changed), sum(dropped) / case.target.size if dropped else None)


def row_of(case: Case, found: Scored, base: Scores, seed: int, resamples: int = 2000) -> Row:
    """Give the row of a case that was judged beside the scores `base` of the model as it is.

    Raises `DataError` when they are not of the same number of samples.
    """
    if found.scores.shape != base.shape:
        raise DataError(
            f"scores of {case.name!r} must be of the {base.shape} samples of the model as it is,"
            f" not of {found.scores.shape}; a judge gives one score a sample"
        )
    target = case.target
    return Row(
        target.group,
        target.name,
        len(target.paths),
        target.size,
        case.shape,
        case.value,
        found.achieved,
        bootstrap(found.scores, seed, resamples),
        bootstrap(base - found.scores, seed, resamples),
    )


def study(
    model: nn.Module,
    judge: Judge,
    cases: Sequence[Case],
    batches: Iterable[Any] = (),
    *,
    sums: str = "wide",
    seed: int = 0,
    resamples: int = 2000,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Interval, tuple[Row, ...]]:
    """Give the accuracy of `model`, and a row for each case; `model` stays as it is.

    `batches` may be walked several times. `progress(done, cases)` is called after each case.
    What a case comes to does not depend on the others.
    """
    base = score(model, judge, None).scores
    rows = []
    for case in cases:
        found = score(model, judge, case, batches, sums=sums)
        rows.append(row_of(case, found, base, seed, resamples))
        if progress:
            progress(len(rows), len(cases))
    return bootstrap(base, seed, resamples), tuple(rows)


def ranking(rows: Iterable[Row], group: str, shape: str, value: float | str) -> tuple[Row, ...]:
    """Give the rows of a group at one shape and value, the greatest drop first.

    Of equal drops the first row comes first.
    """
    found = [r for r in rows if (r.group, r.shape, r.value) == (group, shape, value)]
    return tuple(sorted(found, key=lambda row: -row.drop.mean))
