"""Shares work of uneven size out among lists that are worked off side by side."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, reduce
from itertools import combinations, islice, permutations, product
from operator import or_
from typing import Any

import numpy as np

from litho.errors import ConfigError

__all__ = ["Shares", "share_out"]

_Counts = np.ndarray[Any, np.dtype[np.int64]]
_SHORT = 64
_TRIES = 64


@dataclass(frozen=True, slots=True)
class Shares:
    """Who does what: `owners[strip]` is the list of a strip, `loads[list]` its work in all."""

    owners: tuple[int, ...]
    loads: tuple[int, ...]

    @property
    def length(self) -> int:
        """The work of the longest list, which all wait for."""
        return max(self.loads)

    @property
    def loss(self) -> float:
        """The part of the time of all lists in which one has nothing to do."""
        return 1 - sum(self.loads) / (len(self.loads) * self.length) if self.length else 0.0


@lru_cache(maxsize=1024)
def share_out(work: tuple[int, ...], lists: int) -> Shares:
    """Give each strip, of so much `work`, to one of `lists` lists.

    Of `lists` strips that follow each other, counted from the first, no two are in the same list,
    so that the lists can give them side by side; the last such group may be shorter. Longest first:
    in each group the strip with the most work goes to the list with the least so far, the most
    uneven group first. Then a longest list and one or two others share theirs out anew, as evenly
    as can be, as long as that helps. Raises `ConfigError` without lists.
    """
    if lists < 1:
        raise ConfigError(f"work must be shared out among 1 list or more, not {lists}")
    groups = -(-len(work) // lists)
    padded = np.zeros(groups * lists, dtype=np.int64)
    padded[: len(work)] = work
    strips = _first_shares(padded.reshape(groups, lists))
    _even_out(padded, strips)
    owners = np.empty(groups * lists, dtype=np.int64)
    owners[strips] = np.arange(lists)
    loads = padded[strips].sum(axis=0)
    return Shares(tuple(owners[: len(work)].tolist()), tuple(loads.tolist()))


def _first_shares(work: _Counts) -> _Counts:
    """Give strips[group, list] from work[group, place]: most work to the least load."""
    lists = work.shape[1]
    strips, loads = np.empty_like(work), np.zeros(lists, dtype=np.int64)
    for group in np.argsort(work.min(axis=1) - work.max(axis=1), kind="stable"):
        most = np.argsort(-work[group], kind="stable")
        least = np.argsort(loads, kind="stable")
        strips[group, least] = group * lists + most
        loads[least] += work[group, most]
    return strips


def _even_out(work: _Counts, strips: _Counts) -> None:
    """Share the strips[group, list] of a longest list and others out anew while that helps.

    The longest list gets shorter each time, or there are fewer of its length, so this ends.
    """
    least = max(-(-int(work.sum()) // strips.shape[1]), int(work.max()))
    loads = work[strips].sum(axis=0)
    while loads.max() > least:
        for some in _candidates(loads):
            order = _evened(work[strips[:, some]], int(loads.max()))
            if order is not None:
                strips[:, some] = np.take_along_axis(strips[:, some], order, axis=1)
                loads[some] = work[strips[:, some]].sum(axis=0)
                break
        else:
            return


def _candidates(loads: _Counts) -> Iterator[list[int]]:
    """Give a longest list with each other that it may be evened out with, then with two of them.

    Three lists are for short ones, where a step counts, and some of them have to do.
    """
    length, longest = int(loads.max()), int(loads.argmax())
    others = [int(each) for each in np.argsort(loads, kind="stable") if each != longest]
    yield from ([longest, one] for one in others if loads[one] < length - 1)
    if length <= _SHORT:
        threes = (
            [longest, one, two]
            for one, two in combinations(others, 2)
            if loads[one] + loads[two] < 2 * length - 2
        )
        yield from islice(threes, _TRIES)


def _evened(work: _Counts, length: int) -> _Counts | None:
    """Give order[group, list] of the work[group, list] of some lists with which the longest is as
    short as can be, None when that is not below `length`.

    Sums of the lists but the last are digits of a number: bit n of `sums[g]` says whether the
    groups before g can add up to n.
    """
    lists, total = work.shape[1], int(work.sum())
    orders = list(permutations(range(lists)))
    digits = [(total + 1) ** place for place in range(lists - 1)]
    steps = [
        [sum(row[at] * digit for at, digit in zip(order, digits, strict=False)) for order in orders]
        for row in work.tolist()
    ]
    sums = [1]
    for row in steps:
        sums.append(reduce(or_, (sums[-1] << step for step in row)))
    left = _least(sums[-1], digits, total, length)
    if left is None:
        return None
    chosen = []
    for group in reversed(range(len(steps))):
        at = next(
            n
            for n, step in enumerate(steps[group])
            if step <= left and sums[group] >> left - step & 1
        )
        chosen.append(orders[at])
        left -= steps[group][at]
    return np.array(chosen[::-1], dtype=np.int64)


def _least(reached: int, digits: list[int], total: int, length: int) -> int | None:
    """Give the number among those `reached` whose lists are shortest, all below `length`."""
    others = len(digits)
    for most in range(-(-total // (others + 1)), length):
        fewest = max(0, total - others * most)
        for loads in product(range(fewest, most + 1), repeat=others):
            if 0 <= total - sum(loads) <= most:
                number = sum(load * digit for load, digit in zip(loads, digits, strict=True))
                if reached >> number & 1:
                    return number
    return None
