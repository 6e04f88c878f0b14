"""The buffer of banks that are written and read at places of their own."""

from dataclasses import dataclass

import numpy as np

from litho.hw import Family, Resources
from litho.rtl.block import Block, Codes, Stream
from litho.rtl.events import Flow
from litho.rtl.flow import Part, collected, fetched
from litho.rtl.mem.ram import synchronous_ram_resources
from litho.rtl.schedule import schedule_of

__all__ = ["BankedBuffer", "banked_buffer"]


@dataclass(frozen=True, slots=True)
class BankedBuffer:
    """What a `litho_banked_buffer` holds.

    Each of `banks` memories has `words` words of `width` bits for a matrix, of which `writes` beats
    come in and `reads` beats go out.
    """

    width: int
    banks: int
    words: int
    writes: int
    reads: int

    @property
    def place_bits(self) -> int:
        """Bits of the place of a word."""
        return max(1, (self.words - 1).bit_length())

    @property
    def parameters(self) -> tuple[tuple[str, int], ...]:
        """The parameters of the module."""
        return (
            ("Width", self.width),
            ("Banks", self.banks),
            ("Words", self.words),
            ("Writes", self.writes),
            ("Reads", self.reads),
        )

    def part(self, matrices: int) -> Part:
        """Give the events of `matrices` matrices whose places are always there in time."""
        return collected(matrices, self.writes, self.reads)

    def resources(self, family: Family) -> Resources:
        """Give the memories, the counters of beats in and out, and the control of the halves."""
        counters = (self.writes - 1).bit_length() + (self.reads - 1).bit_length()
        tables = 2 if family.lut_inputs >= 6 else 3
        control = Resources(luts=tables * counters + 10, ffs=counters + 5)
        memory = synchronous_ram_resources(self.width, 2 * self.words, family)
        return self.banks * (memory + Resources(luts=1)) + control


def banked_buffer(held: BankedBuffer, matrices: int = 1) -> Block:
    """Give the block of a buffer; a tensor is `matrices` matrices, a row on a stream one of them.

    A code of `in` is {is_written, place, word} of a bank.
    """
    code = 1 + held.place_bits + held.width
    source = Stream("in", code, held.banks, held.banks * held.writes, matrices, False)
    place = Stream("place", held.place_bits, held.banks, held.banks * held.reads, matrices, False)
    target = Stream("out", held.width, held.banks, held.banks * held.reads, matrices, False)

    def evaluate(inputs: tuple[Codes, ...]) -> tuple[Codes, ...]:
        codes, places = (each.reshape(-1, each.shape[-1]) for each in inputs)
        found = [_read(held, *pair) for pair in zip(codes, places, strict=True)]
        return (np.array(found, dtype=np.int64).reshape(-1, matrices, target.row),)

    def flow() -> Flow:
        return fetched(source, place, target, matrices)

    return Block(
        "litho_banked_buffer",
        held.parameters,
        (source, place),
        (target,),
        evaluate,
        held.resources,
        matrices * max(held.writes, held.reads),
        schedule_of((source, place), (target,), flow),
        flow=flow,
    )


def _read(held: BankedBuffer, codes: Codes, places: Codes) -> Codes:
    """Give the words at `places` of the matrix that `codes` write; 0 where none was written."""
    mem = np.zeros((held.words, held.banks), dtype=np.int64)
    for beat in codes.reshape(held.writes, held.banks):
        for bank, code in enumerate(beat):
            at, word = divmod(int(code) & ~(1 << held.place_bits + held.width), 1 << held.width)
            if code >> held.place_bits + held.width:
                mem[at, bank] = word
    return mem[places.reshape(held.reads, held.banks), np.arange(held.banks)].reshape(-1)
