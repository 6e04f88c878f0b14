"""What the lists of a `sparse_linear` do with each row: a table that is made when it is emitted."""

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from litho.ir import Constant, Lanes
from litho.ir.op import Codes
from litho.rtl import pack
from litho.sparsity import Block, Shares, share_out

__all__ = ["Plan", "plan_of"]

_Bools = np.ndarray[Any, np.dtype[np.bool_]]
_Words = np.ndarray[Any, np.dtype[np.uint8]]


@dataclass(frozen=True, eq=False)
class Plan:
    """How a weight is cut up and shared out on given lanes.

    - `kept`: the blocks[row, column] with a code that is not zero, each of `unit` rows and columns.
    - `column_lanes`: columns of a block that are multiplied at once.
    - `height`: rows of a strip, the part of a row of blocks whose results a list adds up at once.
    - `lists`: strips that are worked on side by side; a list has one strip of each output beat.
    """

    kept: _Bools
    unit: tuple[int, int]
    lanes: Lanes

    @property
    def column_lanes(self) -> int:
        return math.gcd(self.unit[1], self.lanes.inputs)

    @property
    def height(self) -> int:
        return math.gcd(self.unit[0], self.lanes.outputs)

    @property
    def lists(self) -> int:
        return self.lanes.outputs // self.height

    @property
    def parts(self) -> int:
        """Parts of an input beat of which a step takes one."""
        return self.lanes.inputs // self.column_lanes

    @property
    def block_steps(self) -> int:
        """Steps for a block of a strip."""
        return self.unit[1] // self.column_lanes

    @property
    def beats(self) -> int:
        """Input beats of a row."""
        return -(-int(self.kept.shape[1]) * self.unit[1] // self.lanes.inputs)

    @property
    def groups(self) -> int:
        """Output beats of a row."""
        return -(-len(self.kept) * self.unit[0] // self.lanes.outputs)

    @cached_property
    def strip_rows(self) -> Codes:
        """The row of blocks that each strip belongs to."""
        return np.repeat(np.arange(len(self.kept)), self.unit[0] // self.height)

    @cached_property
    def shares(self) -> Shares:
        """The kept blocks of the strips, shared out among the lists."""
        return share_out(tuple(self.kept.sum(1)[self.strip_rows].tolist()), self.lists)

    @property
    def steps(self) -> int:
        """Steps for a row: those of the longest list, at least 1."""
        return max(1, self.shares.length * self.block_steps)

    @property
    def interval(self) -> int:
        """Cycles for a row: those of its input beats, its steps or its output beats."""
        return max(self.beats, self.steps, self.groups)

    @property
    def place_bits(self) -> int:
        return max(1, (self.beats - 1).bit_length())

    @property
    def part_bits(self) -> int:
        return max(1, (self.parts - 1).bit_length())

    @property
    def slot_bits(self) -> int:
        return max(1, (self.groups - 1).bit_length())

    @property
    def step_bits(self) -> int:
        """Bits of what a list has to know of a step, its weights apart."""
        return self.place_bits + self.part_bits + self.slot_bits + 2

    @property
    def order_bits(self) -> int:
        """Bits of the name of a list, or of none."""
        return self.lists.bit_length()

    @cached_property
    def _items(self) -> "_Items":
        strips, columns = np.nonzero(self.kept[self.strip_rows])
        owners = np.array(self.shares.owners, dtype=np.int64)[strips]
        # By list, and in a list by strip: both sorts keep the order that there is.
        order = np.argsort(owners, kind="stable")
        strips, columns, owners = strips[order], columns[order], owners[order]
        starts = np.searchsorted(owners, np.arange(self.lists))
        places = np.arange(len(owners)) - starts[owners]
        is_first = np.append(True, strips[1:] != strips[:-1])[: len(strips)]
        is_last = np.append(strips[1:] != strips[:-1], True)[: len(strips)]
        within = np.arange(self.block_steps)
        return _Items(
            (places[:, None] * self.block_steps + within).reshape(-1),
            np.repeat(owners, self.block_steps),
            np.repeat(strips, self.block_steps),
            (columns[:, None] * self.block_steps + within).reshape(-1),
            (is_first[:, None] & (within == 0)).reshape(-1),
            (is_last[:, None] & (within == self.block_steps - 1)).reshape(-1),
        )

    def _spread(self, values: Codes) -> Codes:
        """Give values[step, list, …] from those of each item.

        A list that has nothing to do repeats its last step, so that nothing changes at the inputs
        of its multipliers; one that never has anything to do has zeros.
        """
        items = self._items
        table = np.zeros((self.steps, self.lists, *values.shape[1:]), dtype=np.int64)
        table[items.steps, items.owners] = values
        for owner, load in enumerate(self.shares.loads):
            end = load * self.block_steps
            if load:
                table[end:, owner] = table[end - 1, owner]
        return table

    def step_words(self) -> _Words:
        """Give words[step] of {is_last, is_first, slot, part, place} of each list."""
        items, flags = self._items, np.zeros((self.steps, self.lists), dtype=np.int64)
        place, part = np.divmod(items.units, self.parts)
        slot = items.strips // self.lists
        fields = self._spread((slot << self.part_bits | part) << self.place_bits | place)
        # Where there is nothing to do a sum begins that never ends.
        flags[:] = 1
        flags[items.steps, items.owners] = items.is_last * 2 + items.is_first
        return pack(flags << self.step_bits - 2 | fields, self.step_bits)

    def weight_words(self, codes: Codes, bits: int) -> _Words:
        """Give words[step] of the weights [list, row of the strip, column] that it multiplies."""
        width = self.column_lanes
        cut = codes.reshape(-1, self.height, codes.shape[1] // width, width).swapaxes(1, 2)
        found = self._spread(cut[self._items.strips, self._items.units])
        return pack(found.reshape(self.steps, -1), bits)

    def order_words(self) -> _Words:
        """Give words[output beat] of the list of each strip; of one without blocks none."""
        order = np.full(self.groups * self.lists, self.lists, dtype=np.int64)
        has_blocks = (self.kept.sum(1) > 0)[self.strip_rows]
        owners = np.array(self.shares.owners, dtype=np.int64)
        order[: len(owners)] = np.where(has_blocks, owners, self.lists)
        return pack(order.reshape(self.groups, self.lists), self.order_bits)


@dataclass(frozen=True, slots=True, eq=False)
class _Items:
    """A strip of `height` rows times `column_lanes` columns each: its step, its list, its strip,
    its place among those of a row, and whether a sum begins or ends with it.
    """

    steps: Codes
    owners: Codes
    strips: Codes
    units: Codes
    is_first: _Bools
    is_last: _Bools


def plan_of(weight: Constant, block: Block, lanes: Lanes) -> Plan:
    """Give the plan of a weight in units of `block` on `lanes`."""
    return Plan(_kept(weight, block), block.unit(weight.type.shape), lanes)


@lru_cache(maxsize=64)
def _kept(weight: Constant, block: Block) -> _Bools:
    found: _Bools = block.split(weight.values != 0).any((1, 3))
    return found
