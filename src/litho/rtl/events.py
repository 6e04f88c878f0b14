"""The events of a stream and the rules between them: an event graph (`docs/stream.md` section 8).

Each beat of a stream is offered by its source and taken by its sink. A rule says that an event
comes no earlier than some cycles after another. Two rules hold for every stream and are not
written: a beat is taken no earlier than it is offered, and offered at least one cycle after the
beat before it was taken.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Event", "Flow", "Rule", "Times", "offered", "taken"]

Times = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class Event:
    """What happens to the beats of a stream: its source offers them, or they are taken."""

    stream: str
    is_taken: bool


def offered(stream: str) -> Event:
    """Give the event that the source of `stream` offers a beat."""
    return Event(stream, False)


def taken(stream: str) -> Event:
    """Give the event that a beat of `stream` is transferred."""
    return Event(stream, True)


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """Beat k of `later` comes no earlier than `cycles` after beat index[k] of `earlier`.

    `index` counts beats of one tensor; a negative one means a tensor before it.
    """

    later: Event
    earlier: Event
    index: Times
    cycles: int


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """The rules of a block, and the streams inside it as (name, beats of one tensor)."""

    inner: tuple[tuple[str, int], ...]
    rules: tuple[Rule, ...]
