"""The geometry of what is pruned: one definition for masks, hardware and cost."""

import re
from dataclasses import dataclass
from math import gcd, prod
from typing import Any

import numpy as np

from litho.errors import ConfigError

__all__ = ["Block"]

_Array = np.ndarray[Any, np.dtype[Any]]

_SPELLINGS = re.compile(
    r"(?P<word>element|row|column)"
    r"|block(?P<rows>[1-9]\d*)x(?P<columns>[1-9]\d*)"
    r"|blocks(?P<number>[1-9]\d*)"
    r"|(?P<keep>[1-9]\d*):(?P<group>[1-9]\d*)(@(?P<axis>[01]))?"
)


@dataclass(frozen=True, slots=True)
class Block:
    """What is kept or dropped as one unit of a weight, and how units are grouped.

    A weight of any shape is the matrix [outputs, inputs]: the dimensions behind the first are
    flattened.

    - `size`: rows and columns of a unit, 0 for all of the weight's.
    - `number`: units in a weight row, each one row high, in place of a size; 0 for none.
    - `keep`, `group`, `axis`: N:M. Of each `group` elements side by side along `axis` (1 goes
      along inputs, 0 along outputs) `keep` are kept; 0 and 0 for no groups.

    Sizes must divide the weight: nothing is padded.
    Raises `ConfigError` for numbers that make no unit.
    """

    size: tuple[int, int] = (1, 1)
    number: int = 0
    keep: int = 0
    group: int = 0
    axis: int = 1

    def __post_init__(self) -> None:
        if len(self.size) != 2 or min(self.size) < 0 or self.size == (0, 0) or self.number < 0:
            raise ConfigError(
                "a block must have a size of rows and columns, 0 for all of one of them, or a"
                f" number of blocks a row, not {self.size} and {self.number}"
            )
        if ((self.number or self.group) and self.size != (1, 1)) or (self.number and self.group):
            raise ConfigError(
                "a block must be given by its size, by the number of blocks a row, or as N:M,"
                f" not by several: {self}"
            )
        is_group = 0 < self.keep < self.group and self.axis in (0, 1)
        if not is_group and (self.keep, self.group, self.axis) != (0, 0, 1):
            raise ConfigError(
                "N:M must keep at least 1 and fewer than all of a group along axis 0 or 1, not"
                f" {self.keep} of {self.group} along axis {self.axis}"
            )

    @classmethod
    def parse(cls, spelling: str, place: str = "shape") -> "Block":
        """Read `element`, `row`, `column`, `block4x8`, `blocks8`, `2:4` or `2:4@0`.

        `blocks8` is `block_num`: 8 blocks in a weight row. Raises `ConfigError`, which begins with
        `place`, for another spelling.
        """
        found = _SPELLINGS.fullmatch(str(spelling))
        if found is None:
            raise ConfigError(
                f"{place} must be element, row, column, block4x8 (rows x columns), blocks8 (blocks"
                f" in a weight row), 2:4 or 2:4@0 (along outputs), not {spelling!r}"
            )
        if found["word"]:
            return cls({"element": (1, 1), "row": (1, 0), "column": (0, 1)}[found["word"]])
        if found["rows"]:
            return cls((int(found["rows"]), int(found["columns"])))
        if found["number"]:
            return cls(number=int(found["number"]))
        axis = int(found["axis"]) if found["axis"] else 1
        return cls(keep=int(found["keep"]), group=int(found["group"]), axis=axis)

    def __str__(self) -> str:
        if self.group:
            return f"{self.keep}:{self.group}" + ("" if self.axis else "@0")
        if self.number:
            return f"blocks{self.number}"
        words = {(1, 1): "element", (1, 0): "row", (0, 1): "column"}
        return words.get(self.size, f"block{self.size[0]}x{self.size[1]}")

    def unit(self, shape: tuple[int, ...], place: str = "the weight") -> tuple[int, int]:
        """Give the rows and columns of one unit of a weight of `shape`.

        Raises `ConfigError`, which names the divisors, for a weight that does not divide.
        """
        rows, columns = matrix(shape, place)
        if self.group:
            _divides(self.group, (rows, columns)[self.axis], f"the group of {self}", place)
            return 1, 1
        if self.number:
            _divides(self.number, columns, "the number of blocks a row", place)
            return 1, columns // self.number
        unit = self.size[0] or rows, self.size[1] or columns
        for asked, whole, name in zip(unit, (rows, columns), ("rows", "columns"), strict=True):
            _divides(asked, whole, f"{name} of {self}", place)
        return unit

    def grid(self, shape: tuple[int, ...], place: str = "the weight") -> tuple[int, int]:
        """Give how many units lie below and beside each other in a weight of `shape`.

        Raises `ConfigError`, which names the divisors, for a weight that does not divide.
        """
        rows, columns = matrix(shape, place)
        high, wide = self.unit(shape, place)
        return rows // high, columns // wide

    def per_tile(self, shape: tuple[int, ...], tiles: int, place: str = "the weight") -> int:
        """Give how many units lie side by side in each of `tiles` equal parts of a weight row.

        Units of a weight row are those of a tile times the tiles.
        Raises `ConfigError`, which names the divisors, for tiles that cut a unit.
        """
        beside = self.grid(shape, place)[1] // max(self.group if self.axis else 1, 1)
        if tiles < 1 or beside % tiles:
            raise ConfigError(
                f"tiles of {place} must cut no unit of {self}: their number must divide {beside},"
                f" not be {tiles}; divisors: {', '.join(map(str, _divisors(beside)))}"
            )
        return self.grid(shape, place)[1] // tiles

    def in_tiles(self, shape: tuple[int, ...], tiles: int, place: str = "the weight") -> "Block":
        """Give the widest block that `tiles` equal parts of a weight row do not cut.

        Its units make up those of this one, so that it holds every mask of this one; it is this
        one where no unit lies across an edge.
        Raises `ConfigError` for tiles that do not divide the columns or that cut a group of N:M.
        """
        columns = matrix(shape, place)[1]
        _divides(tiles, columns, "the number of tiles", place)
        high, wide = self.unit(shape, place)
        if self.group:
            self.per_tile(shape, tiles, place)
        part = gcd(wide, columns // tiles)
        return self if part == wide else Block((high, part))

    def split(self, weight: Any) -> Any:
        """Give a view [grid rows, unit rows, grid columns, unit columns] of a weight.

        A NumPy array or a torch tensor.
        """
        shape = tuple(weight.shape)
        (down, beside), (high, wide) = self.grid(shape), self.unit(shape)
        return weight.reshape(down, high, beside, wide)

    def spread(self, units: _Array, shape: tuple[int, ...]) -> _Array:
        """Give a value for each element of a weight of `shape` from one for each unit [grid]."""
        high, wide = self.unit(shape)
        down, beside = units.shape
        whole = np.empty((down, high, beside, wide), dtype=units.dtype)
        whole[...] = units[:, None, :, None]
        return whole.reshape(shape)

    def gather(self, mask: _Array, place: str = "the mask") -> _Array:
        """Give the bool of each unit [grid] from that of each element.

        N:M may also keep everything, as before its masks are chosen.
        Raises `ConfigError` for a mask that keeps a part of a unit, or not N of M.
        """
        parts = self.split(mask)
        units: _Array = parts[:, 0, :, 0]
        if not (parts == units[:, None, :, None]).all():
            raise ConfigError(f"{place} must keep or drop whole units of {self}, not parts of them")
        if self.group and not units.all() and (self.kept_of_groups(units) != self.keep).any():
            raise ConfigError(f"{place} must keep {self.keep} of each {self.group}, not others")
        return units

    def kept_of_groups(self, units: _Array) -> _Array:
        """Give how many of each group of N:M a mask keeps."""
        along = units if self.axis else units.T
        counted: _Array = along.reshape(-1, self.group).sum(1)
        return counted


def matrix(shape: tuple[int, ...], place: str) -> tuple[int, int]:
    """Give the rows and columns of a weight as a matrix; raises `ConfigError` for a vector."""
    if len(shape) < 2:
        raise ConfigError(f"{place} must have two dimensions or more to be pruned, not {shape}")
    return shape[0], prod(shape[1:])


def _divides(part: int, whole: int, name: str, place: str) -> None:
    if part < 1 or whole % part:
        raise ConfigError(
            f"{name} must divide the {whole} of {place}, not {part}; divisors:"
            f" {', '.join(map(str, _divisors(whole)))}"
        )


def _divisors(whole: int) -> list[int]:
    return [number for number in range(1, whole + 1) if whole % number == 0]
