"""How numbers are coded: formats, scales and the rounding primitives.

`parse` gives the format of a spelling; `arith` holds the only functions that lose bits.
Everything here works on NumPy arrays and on torch tensors alike, without importing torch.
"""

from litho.formats.binary import Binary
from litho.formats.block_float import BlockFloat
from litho.formats.block_log import BlockLog
from litho.formats.block_minifloat import BlockMinifloat
from litho.formats.codebook import Codebook
from litho.formats.fixed import Fixed
from litho.formats.format import (
    CodeFormat,
    Encoded,
    Family,
    Format,
    GroupedFormat,
    families,
    parse,
    register,
)
from litho.formats.gradient import pass_gradient, scale_gradient
from litho.formats.grid import fake_quantize
from litho.formats.host import Host
from litho.formats.log import Log
from litho.formats.minifloat import Minifloat
from litho.formats.mx import Mx
from litho.formats.scale import Scale
from litho.formats.ternary import Ternary

__all__ = [
    "Binary",
    "BlockFloat",
    "BlockLog",
    "BlockMinifloat",
    "CodeFormat",
    "Codebook",
    "Encoded",
    "Family",
    "Fixed",
    "Format",
    "GroupedFormat",
    "Host",
    "Log",
    "Minifloat",
    "Mx",
    "Scale",
    "Ternary",
    "fake_quantize",
    "families",
    "parse",
    "pass_gradient",
    "register",
    "scale_gradient",
]
