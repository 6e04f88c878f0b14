"""Counts the bits that change in a recorded simulation: what a register costs in power."""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from litho.errors import DataError
from litho.sim.waves import Signal, changes_in, lines_of

__all__ = ["Toggles", "count_toggles"]


@dataclass(frozen=True, slots=True)
class Toggles:
    """One signal, its path from the top down, and how often its bits went from 0 to 1 or back."""

    signal: str
    width: int
    count: int


def count_toggles(path: Path, match: str = "*") -> tuple[Toggles, ...]:
    """Give the toggles of each signal that `match` finds in a VCD file, over all that it holds.

    A wire that has names in several modules counts once, under the first that matches. A change
    from or to an unknown bit is none.
    Raises `DataError` for a file that is no VCD, and for a pattern that finds nothing.
    """
    lines = lines_of(path)
    named = {name: item for name, item in _declared(lines).items() if fnmatchcase(name, match)}
    first = {item.code: name for name, item in reversed(named.items())}
    found = {name: item for name, item in named.items() if first[item.code] == name}
    if not found:
        raise DataError(f"waves in {path} must have a signal {match!r}, and have none")
    values: dict[str, str] = {}
    counts = {item.code: 0 for item in found.values()}
    for changes in changes_in(lines, found, path):
        for code, bits in changes.items():
            before = values.get(code, "")
            pairs = zip(before, bits, strict=True) if before else ()
            counts[code] += sum(a != b and "x" not in (a, b) for a, b in pairs)
        values |= changes
    return tuple(Toggles(name, item.width, counts[item.code]) for name, item in found.items())


def _declared(lines: Iterator[str]) -> dict[str, Signal]:
    """Read the declarations: each signal by its path from the top down."""
    scopes: list[str] = []
    found: dict[str, Signal] = {}
    for line in lines:
        words = line.split()
        if words[:1] == ["$scope"]:
            scopes.append(words[2])
        elif words[:1] == ["$upscope"]:
            scopes.pop()
        elif words[:1] == ["$var"]:
            found[".".join((*scopes, words[4]))] = Signal(words[3], int(words[2]))
        elif words[:1] == ["$enddefinitions"]:
            break
    return found
