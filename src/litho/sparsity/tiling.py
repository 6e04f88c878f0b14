"""Fits a mask of any shape to the units that hardware skips."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from litho.errors import ConfigError
from litho.sparsity.block import Block

__all__ = ["Tiled", "retile"]

_Bools = np.ndarray[Any, np.dtype[np.bool_]]
_ELEMENT = Block()


@dataclass(frozen=True, slots=True, eq=False)
class Tiled:
    """A mask in units of `block`.

    - `units`: which units stay [grid].
    - `added`: weights that stay although the mask drops them, because their unit does.
    """

    block: Block
    units: _Bools
    added: int

    @property
    def sparsity(self) -> float:
        """The part of the units that go."""
        return 1 - int(self.units.sum()) / max(self.units.size, 1)


def retile(
    mask: _Bools,
    block: Block,
    *,
    source: Block = _ELEMENT,
    fills: bool = False,
    place: str = "the mask",
) -> Tiled:
    """Give the units of `block` that a mask keeps.

    `mask` has the shape of the weight; `source` is what it was made of, and `place` whose it is,
    for the message. A mask of whole units is that of its units, as any is whose units are made up
    of those of `block`. With `fills` a unit stays whole when the mask keeps any of it, and a group
    of N:M is filled up to N: no weight is lost, and fewer units go.
    Raises `ConfigError` for a mask that is not of whole units without `fills`, for more than N of
    M in any case, and for a block that does not divide the weight.
    """
    parts = block.split(mask)
    some: _Bools = parts.any((1, 3))
    if block.group:
        units = _filled(some, block, f"{place}, made of {source},", fills)
    else:
        cut = int((some & ~parts.all((1, 3))).sum())
        high, wide = block.unit(mask.shape)
        if cut and not fills:
            raise ConfigError(
                f"{place}, made of {source}, must keep or drop whole units of {block} ({high} x"
                f" {wide}), and keeps {cut} of {some.size} in part; prune by that shape, or keep"
                " those units whole (`fills=True`)"
            )
        units = some
    size = mask.size // max(units.size, 1)
    return Tiled(block, units, int(units.sum()) * size - int(mask.sum()))


def _filled(units: _Bools, block: Block, place: str, fills: bool) -> _Bools:
    """Give N kept of each M: those of the mask, and from the first on others that it drops."""
    along = np.ascontiguousarray(units if block.axis else units.T)
    groups = along.reshape(-1, block.group)
    kept = groups.sum(1)
    if (kept > block.keep).any() or (not fills and (kept < block.keep).any()):
        exactly = "at most" if fills else "exactly"
        raise ConfigError(
            f"{place} must keep {exactly} {block.keep} of each {block.group} to be {block}, and"
            f" keeps {int(kept.min())} to {int(kept.max())}; prune by that shape"
        )
    wanted = (block.keep - kept)[:, None]
    found: _Bools = (groups | (~groups & ((~groups).cumsum(1) <= wanted))).reshape(along.shape)
    return found if block.axis else np.ascontiguousarray(found.T)
