"""How numbers are coded: formats, scales and the rounding primitives.

`parse` gives the format of a spelling; `arith` holds the only functions that lose bits.
Everything here works on NumPy arrays and on torch tensors alike, without importing torch.
"""

from litho.formats.fixed import Fixed
from litho.formats.format import CodeFormat, Format, families, parse
from litho.formats.host import Host
from litho.formats.scale import Scale

__all__ = ["CodeFormat", "Fixed", "Format", "Host", "Scale", "families", "parse"]
