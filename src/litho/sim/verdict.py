"""Compares what came out of a simulation with what should have: for equality, with no tolerance."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from litho.errors import MismatchError
from litho.rtl.block import Codes, Stream

__all__ = ["Verdict", "compare"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many values were compared, and how many differ."""

    values: int
    mismatches: int


def compare(
    expected: tuple[Codes, ...],
    found: tuple[Codes, ...],
    streams: tuple[Stream, ...],
    command: str = "",
    sides: tuple[str, str] = ("the reference", "the hardware"),
    inputs: Mapping[str, Codes] | None = None,
) -> Verdict:
    """Compare codes[samples, rows, row] of each stream; `command` repeats what gave them.

    `sides` says in words who expects and who was found. Of `inputs`, by the names of their streams,
    the codes at the same place are told when they are as many.
    Raises `MismatchError` when a code differs, with the first sample that has one, its first
    stream, beat and lane, and what either side says there; when shapes differ, and when there is
    nothing to compare.
    """
    values = differing = 0
    firsts = []
    for stream, wanted, given in zip(streams, expected, found, strict=True):
        if wanted.shape != given.shape or not wanted.size:
            raise MismatchError(
                f"stream {stream.name!r} must give codes of shape {list(wanted.shape)}, at least"
                f" one, not of {list(given.shape)}{_repeat(command)}"
            )
        places = np.argwhere(wanted != given)
        values += wanted.size
        differing += len(places)
        if len(places):
            place = tuple(int(index) for index in places[0])
            text = _describe(stream, wanted, given, place, sides)
            firsts.append((place[0], text + _there(inputs or {}, wanted, place)))
    if differing:
        _, first = min(firsts, key=lambda item: item[0])
        raise MismatchError(f"{first}; {differing} of {values} values differ{_repeat(command)}")
    return Verdict(values, differing)


def _describe(
    stream: Stream, wanted: Codes, given: Codes, place: tuple[int, ...], sides: tuple[str, str]
) -> str:
    sample, row, code = place
    beat = (sample * stream.rows + row) * stream.beats_per_row + code // stream.lanes
    return (
        f"stream {stream.name!r} must give {wanted[place]} ({sides[0]}), not {given[place]}"
        f" ({sides[1]}), in sample {sample}, beat {beat}, lane {code % stream.lanes} (row {row},"
        f" code number {code})"
    )


def _there(inputs: Mapping[str, Codes], wanted: Codes, place: tuple[int, ...]) -> str:
    """Give the codes of the inputs at the place, where each element of theirs becomes one."""
    found = [
        f"{name!r} is {codes[place]}"
        for name, codes in inputs.items()
        if codes.shape == wanted.shape
    ]
    return f", where {' and '.join(found)}" if found else ""


def _repeat(command: str) -> str:
    return f"; to repeat: {command}" if command else ""
