"""What several verbs read from their arguments."""

from pathlib import Path
from typing import TYPE_CHECKING

from litho.errors import ConfigError

if TYPE_CHECKING:
    from litho.ir import Graph

__all__ = ["folded", "load_graph"]


def load_graph(folder: Path) -> "Graph":
    """Read the graph in `folder`, which must be lowered to codes."""
    from litho.ir import TensorType, load
    from litho.ops import registry

    graph = load(folder, registry())
    for node in graph.nodes:
        if not isinstance(node.type, TensorType) or not node.type.is_coded:
            raise ConfigError(
                f"the graph in {folder} must be lowered to integers, and %{node.name} ({node.op},"
                f" from {node.origin}) is not; quantize the model before it is captured"
            )
    return graph


def folded(graph: "Graph", device: str | None, share: float, interval: int | None) -> "Graph":
    """Give `graph` with lanes chosen for `device` or `interval`; as it is when neither is given."""
    if device is None and interval is None:
        return graph
    from litho.hw import find_device
    from litho.ops import registry
    from litho.passes.choose_lanes import ChooseLanes

    chosen = find_device(device) if device else None
    return ChooseLanes(device=chosen, share=share, interval=interval)(graph, registry())
