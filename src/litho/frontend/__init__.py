"""From a PyTorch model to a graph in PyTorch's spelling, by `torch.export`."""

from litho.frontend.capture import capture
from litho.frontend.evaluate import evaluate, values_of
from litho.frontend.example import example_of

__all__ = ["capture", "evaluate", "example_of", "values_of"]
