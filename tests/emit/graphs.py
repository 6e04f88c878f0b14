"""Small graphs for the tests of emission."""

import numpy as np

from litho.formats import Fixed
from litho.ir import Constant, Graph, Input, Lanes, Node, TensorType
from litho.ops import registry
from litho.ops.add.reference import AddParams
from litho.ops.linear.reference import LinearParams, accumulator
from litho.ops.relu.reference import ReluParams

__all__ = ["relus", "residual"]


def relus(shape: tuple[int, ...], *lanes: int) -> Graph:
    """Give a chain of rectifiers `r0`, `r1`, … of these lanes."""
    kind = TensorType(shape, Fixed(6, 2))
    names = ["x", *(f"r{place}" for place in range(len(lanes)))]
    nodes = (
        Node(name, "relu", (before,), ReluParams(), kind, Lanes(count, count))
        for name, before, count in zip(names[1:], names, lanes, strict=False)
    )
    return Graph("relus", (Input("x", kind),), (), tuple(nodes), (names[-1],))


def residual(width: int = 6, lanes: int = 2) -> Graph:
    """Give relu(linear(x)) + x under names that are no names in SystemVerilog."""
    draw = np.random.default_rng(3)
    kind, weight = TensorType((2, width), Fixed(6, 2)), TensorType((width, width), Fixed(4, 2))
    codes = draw.integers(-8, 8, weight.shape)
    params = LinearParams(accumulator(kind, weight, codes))
    wide = registry().find("linear").infer_type(params, (kind, weight))
    total = registry().find("add").infer_type(AddParams(), (wide, kind))
    both = Lanes(lanes, lanes)
    nodes = (
        Node("block.0.fc", "linear", ("x", "block.0.fc.weight"), params, wide, both),
        Node("block.0.act", "relu", ("block.0.fc",), ReluParams(), wide, both),
        Node("add", "add", ("block.0.act", "x"), AddParams(), total, both),
    )
    constant = Constant("block.0.fc.weight", weight, codes)
    return Graph("residual", (Input("x", kind),), (constant,), nodes, ("add",))
