"""From a PyTorch model to a graph in PyTorch's spelling, by `torch.export`."""

from litho.frontend.capture import capture

__all__ = ["capture"]
