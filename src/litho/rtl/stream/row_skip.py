"""The repeater of rows that leaves out beats of zeros."""

from collections.abc import Callable
from typing import Any

import numpy as np

from litho.hw import Family, Resources
from litho.rtl.block import Codes
from litho.rtl.events import Rule, Times, offered, taken
from litho.rtl.flow import Part, stages
from litho.rtl.mem.ram import SHALLOW, ram_resources

__all__ = ["Kept", "kept_beats", "last_words", "row_skip_resources", "skipped"]

Kept = np.ndarray[Any, np.dtype[np.bool_]]


def kept_beats(codes: Codes, lanes: int) -> Kept:
    """Give kept[rows, beats] of codes[rows, row]: what is not zero, and the last of each row."""
    padding = -codes.shape[-1] % lanes
    beats = np.pad(codes, ((0, 0), (0, padding))).reshape(len(codes), -1, lanes)
    kept: Kept = np.asarray(beats.any(axis=-1))
    kept[:, -1] = True
    return kept


def skipped(kept: Kept, repeats: int, latency: int) -> Part:
    """Give rows of which the beats kept[rows, beats] go on, each row `repeats` times
    (`litho_row_skip`).

    The events are those of the first tensor, with nothing before it.
    """
    beats = kept.shape[1]
    words = [np.flatnonzero(row) for row in kept]
    # The beat that each word was, and in each repeat; which word each row begins with.
    given = np.concatenate(
        [np.tile(places + row * beats, repeats) for row, places in enumerate(words)]
    )
    lengths = kept.sum(axis=1)
    firsts = np.cumsum(lengths) - lengths
    # The event that gives a word up: its way out in the last repeat of its row.
    ends = np.concatenate(
        [
            first * repeats + (repeats - 1) * length + np.arange(length)
            for first, length in zip(firsts, lengths, strict=True)
        ]
    )
    # A beat waits while the memory is full of words, whether it becomes one or not.
    before: Times = np.cumsum(kept.reshape(-1)) - kept.reshape(-1)
    room = before - 2 * beats
    frees = np.where(room < 0, -1, ends[np.maximum(room, 0)])

    def rules(source: str, target: str, name: Callable[[int], str]) -> tuple[Rule, ...]:
        read = target if latency == 1 else name(len(given))
        found = (
            Rule(offered(read), taken(source), given, 1),
            Rule(taken(source), taken(read), frees, 1),
        )
        if read == target:
            return found
        return found + stages(len(given), 1).rules(read, target, name)

    return Part(len(given), rules)


def last_words(kept: Kept, repeats: int) -> Times:
    """Give which of the beats that go on is the last of its row, each time."""
    lengths = np.repeat(kept.sum(axis=1), repeats)
    return np.asarray(np.cumsum(lengths) - 1)


def row_skip_resources(width: int, beats: int, repeats: int, family: Family) -> Resources:
    """Give the resources of a repeater of rows of `beats` beats of `width` bits."""
    depth, turns = 2 * beats, (repeats - 1).bit_length()
    address, count, place = (depth - 1).bit_length(), depth.bit_length(), (beats - 1).bit_length()
    zeros = -(-(width - 1) // (family.lut_inputs - 1))
    control = Resources(
        luts=(4 if family.lut_inputs >= 6 else 8) * (address + count) + turns + 2 * place + 4,
        ffs=4 * address + count + turns + place,
    )
    words = ram_resources(width + place, depth, family)
    ends = ram_resources(1, min(depth, SHALLOW), family) * -(-depth // SHALLOW)
    deep = Resources(luts=2, ffs=2) if depth > SHALLOW else Resources()
    return words + ends + control + deep + Resources(luts=zeros)
