"""Compiled kernels on plain arrays: float32 in, float32 out, the bits of the plain reference.

The reference of each kernel is `decode(encode(x))` of a format of `litho.formats`, rounded to
float32; it stands in wherever a kernel does not apply, or where no compiler was there when the
package was built. `describe()` says which of the two it is.
"""

from litho.kernels.library import describe, is_compiled, limited
from litho.kernels.plans import BlockPlan, StepPlan, TablePlan

__all__ = [
    "BlockPlan",
    "StepPlan",
    "TablePlan",
    "describe",
    "is_compiled",
    "limited",
]
