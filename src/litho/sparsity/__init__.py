"""Which weights are left out, in units that hardware can skip: one geometry for masks and RTL.

`Block` says what a unit is; `retile` gives the units that a mask keeps, of whatever shape it was
made, and `share_out` which of the lists of a piece of hardware works which off. Masks are NumPy
arrays, without torch.
"""

from litho.sparsity.block import Block
from litho.sparsity.shares import Shares, share_out
from litho.sparsity.tiling import Tiled, retile

__all__ = ["Block", "Shares", "Tiled", "retile", "share_out"]
