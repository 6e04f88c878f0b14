"""The buffer that holds a tensor whole and gives it in another order."""

import math
from dataclasses import dataclass

import numpy as np

from litho.hw import Family, Resources
from litho.rtl.block import Block, Codes, Stream
from litho.rtl.events import Flow, Times
from litho.rtl.flow import Part, collected, series
from litho.rtl.mem.ram import synchronous_ram_resources
from litho.rtl.schedule import schedule_of

__all__ = ["DoubleBuffer", "double_buffer"]

_NAMES = ("Outer", "Middle", "Inner")


@dataclass(frozen=True, slots=True)
class DoubleBuffer:
    """What a `litho_double_buffer` holds, and in which order it gives it.

    A matrix has `rows` of `beats` beats of `width` bits; `parts` rows lie side by side in a word.
    `loops` are (count, step) of the three loops over the addresses of words, the outermost first.
    """

    width: int
    rows: int
    beats: int
    parts: int
    loops: tuple[tuple[int, int], tuple[int, int], tuple[int, int]]

    @property
    def writes(self) -> int:
        """Beats of a matrix."""
        return self.rows * self.beats

    @property
    def words(self) -> int:
        """Words of a matrix."""
        return -(-self.rows // self.parts) * self.beats

    @property
    def reads(self) -> int:
        """Words that are given of a matrix."""
        return math.prod(count for count, _ in self.loops)

    @property
    def addresses(self) -> Times:
        """The words of a matrix in the order in which they are given."""
        steps = (np.arange(count, dtype=np.int64) * step for count, step in self.loops)
        outer, middle, inner = steps
        return (outer[:, None, None] + middle[:, None] + inner).reshape(-1)

    @property
    def parameters(self) -> tuple[tuple[str, int], ...]:
        """The parameters of the module."""
        loops = (
            (f"{name}{what}", value)
            for name, loop in zip(_NAMES, self.loops, strict=True)
            for what, value in zip(("Count", "Step"), loop, strict=True)
        )
        sizes = (("Rows", self.rows), ("Beats", self.beats), ("Parts", self.parts))
        return (("Width", self.width), *sizes, *loops)

    def part(self, matrices: int) -> Part:
        """Give the events of `matrices` matrices, one after another."""
        return collected(matrices, self.writes, self.reads)

    def resources(self, family: Family) -> Resources:
        """Give the memories, a counter for each loop, and the addresses."""
        address = (2 * self.words - 1).bit_length()
        counted = (self.parts, self.beats, *(count for count, _ in self.loops))
        counters = sum((count - 1).bit_length() for count in counted)
        tables = 2 if family.lut_inputs >= 6 else 4
        control = Resources(luts=tables * (2 * address + counters) + 8, ffs=2 * address + 5)
        memory = synchronous_ram_resources(self.width, 2 * self.words, family)
        return self.parts * memory + control + Resources(ffs=counters)


def double_buffer(bits: int, lanes: int, held: DoubleBuffer, matrices: int = 1) -> Block:
    """Give the block of a buffer whose beats are `lanes` codes of `bits` bits, `held.width` in all.

    A tensor is `matrices` of them; a row of the output is a word.
    """
    source = Stream("in", bits, lanes, held.beats * lanes, matrices * held.rows)
    word = held.parts * lanes
    target = Stream("out", bits, word, word, matrices * held.reads)

    def evaluate(inputs: tuple[Codes, ...]) -> tuple[Codes, ...]:
        rows = inputs[0].reshape(-1, held.rows, held.beats, lanes)
        padded = np.pad(rows, ((0, 0), (0, -held.rows % held.parts), (0, 0), (0, 0)))
        words = padded.reshape(len(rows), -1, held.parts, held.beats, lanes).swapaxes(2, 3)
        given = words.reshape(len(rows), held.words, word)[:, held.addresses]
        return (given.reshape(-1, target.rows, word),)

    def flow() -> Flow:
        return series(source, target, held.part(matrices))

    return Block(
        "litho_double_buffer",
        held.parameters,
        (source,),
        (target,),
        evaluate,
        held.resources,
        matrices * max(held.writes, held.reads),
        schedule_of((source,), (target,), flow),
        flow=flow,
    )
