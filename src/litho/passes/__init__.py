"""Graph to graph: each pass is a frozen dataclass whose fields are its options.

What counts over a graph and changes nothing is in `statistics`.
"""

from litho.passes.base import Pass, run
from litho.passes.hold_zeros import HoldZeros
from litho.passes.lower import Lower
from litho.passes.remove_dropout import RemoveDropout
from litho.passes.skip_zero_beats import SkipZeroBeats
from litho.passes.skip_zero_blocks import SkipZeroBlocks
from litho.passes.statistics import (
    ModuleParameters,
    OperationCount,
    TensorBits,
    bits_by_tensor,
    count_operations,
    count_parameters,
)
from litho.passes.stream_weights import StreamWeights

__all__ = [
    "HoldZeros",
    "Lower",
    "ModuleParameters",
    "OperationCount",
    "Pass",
    "RemoveDropout",
    "SkipZeroBeats",
    "SkipZeroBlocks",
    "StreamWeights",
    "TensorBits",
    "bits_by_tensor",
    "count_operations",
    "count_parameters",
    "run",
]
