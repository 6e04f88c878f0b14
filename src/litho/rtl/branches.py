"""Parts of blocks that look at a row as a whole before it goes on, for `litho.rtl.flow`."""

from collections.abc import Callable

import numpy as np

from litho.rtl.events import Rule, offered, taken
from litho.rtl.flow import Part

__all__ = ["forked", "worked"]


def forked(beats: int, *branches: tuple[Part, ...]) -> Part:
    """Give a fork of `beats` beats to branches whose ends are joined.

    The ends have as many beats each, which may be more or fewer than those of the fork.
    """
    places = np.arange(beats, dtype=np.int64)
    ends = np.arange(branches[0][-1].beats, dtype=np.int64)

    def rules(source: str, target: str, name: Callable[[int], str]) -> tuple[Rule, ...]:
        found: list[Rule] = []
        for branch in branches:
            here = name(beats)
            found += (
                Rule(offered(here), offered(source), places, 0),
                Rule(taken(source), taken(here), places, 0),
            )
            for part in branch:
                before, here = here, name(part.beats)
                found += part.rules(before, here, name)
            found += (
                Rule(offered(target), offered(here), ends, 0),
                Rule(taken(here), taken(target), ends, 0),
            )
        return tuple(found)

    return Part(len(ends), rules)


def worked(beats: int, cycles: int) -> Part:
    """Give a unit that works `cycles` cycles on each beat, and on one at a time."""
    places = np.arange(beats, dtype=np.int64)
    return Part(
        beats,
        lambda source, target, name: (
            Rule(offered(target), taken(source), places, cycles),
            Rule(taken(source), taken(target), places - 1, 0),
        ),
    )
