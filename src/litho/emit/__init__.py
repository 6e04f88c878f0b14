"""From a graph to a design, and to the folder that every tool can read."""

from litho.emit.design import design_of, interval_of
from litho.emit.folder import Emitted, emit
from litho.emit.manifest import depths_in, read_manifest
from litho.emit.weights import weights_for

__all__ = [
    "Emitted",
    "depths_in",
    "design_of",
    "emit",
    "interval_of",
    "read_manifest",
    "weights_for",
]
