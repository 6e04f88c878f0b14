"""The weights of a checkpoint, for a design that takes them from a stream."""

from litho.emit.design import design_of
from litho.errors import GraphError
from litho.ir import Graph, Registry
from litho.rtl import Design, Instance, Loading, loading_of

__all__ = ["weights_for"]


def weights_for(design: Design, graph: Graph, registry: Registry) -> Loading:
    """Give what fills the memories of `design` so that it computes `graph`.

    `graph` is lowered from another checkpoint of the same network, by the same passes.
    Raises `GraphError` when `design` takes no weights, and when it is not the hardware of `graph`:
    formats, lanes or what lies in ROM (tables, scales) differ.
    """
    other = design_of(graph, registry, design.name)
    loading = loading_of(other)
    if loading_of(design) is None or loading is None:
        raise GraphError(
            f"design {design.name!r} must take weights from a stream to be given those of graph"
            f" {graph.name!r}, and one of them does not; run the pass StreamWeights on both"
        )
    told = _difference(design, other)
    if told:
        raise GraphError(
            f"a checkpoint must have the hardware of design {design.name!r}, and {told}; quantize"
            f" it to the same formats and scales, and give graph {graph.name!r} the same lanes"
        )
    return loading


def _difference(design: Design, other: Design) -> str:
    """Say what is other in `other`, in a few words; nothing when the files are the same."""
    names, theirs = ([item.name for item in each.instances] for each in (design, other))
    if names != theirs or design.connections != other.connections:
        return "its modules or their connections are others"
    for mine, its in zip(design.instances, other.instances, strict=True):
        for (what, here), (_, there) in zip(_facts(mine), _facts(its), strict=False):
            if here != there:
                return f"{what} of {mine.name!r} is {there}, not {here}"
    same = (design.inputs, design.outputs) == (other.inputs, other.outputs)
    return "" if same else "its inputs or outputs are others"


def _facts(item: Instance) -> list[tuple[str, object]]:
    """Give what the top module says of an instance, and how its streams are read."""
    block = item.block
    return [
        ("the module", block.module),
        *block.parameters,
        *((f"the content of {memory.parameter}", memory.file_name) for memory in block.memories),
        ("a stream", (block.inputs, block.outputs)),
    ]
