"""From a PyTorch model to a graph in PyTorch's spelling, by `torch.export`."""

from litho.frontend.capture import capture
from litho.frontend.evaluate import evaluate, values_of
from litho.frontend.example import example_of
from litho.frontend.operators import check_operators
from litho.frontend.ranges import measure_ranges
from litho.tasks.attention import register_attention

__all__ = [
    "capture",
    "check_operators",
    "evaluate",
    "example_of",
    "measure_ranges",
    "register_attention",
    "values_of",
]
