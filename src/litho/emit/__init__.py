"""From a graph to a design, and to the folder that every tool can read."""

from litho.emit.design import design_of, interval_of
from litho.emit.folder import Emitted, emit
from litho.emit.weights import weights_for

__all__ = ["Emitted", "design_of", "emit", "interval_of", "weights_for"]
