"""From a PyTorch model to a graph in PyTorch's spelling, by `torch.export`."""

from litho.frontend.capture import capture
from litho.frontend.example import example_of

__all__ = ["capture", "example_of"]
