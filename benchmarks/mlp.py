"""Lowered graphs of multi-layer perceptrons with drawn weights, for the benchmarks."""

from itertools import pairwise

import numpy as np

from litho.formats import Fixed
from litho.ir import Constant, Graph, Input, Node, TensorType
from litho.ops import registry
from litho.ops.linear.reference import LinearParams, accumulator
from litho.ops.relu.reference import ReluParams
from litho.ops.requantize.reference import RequantizeParams

__all__ = ["mlp"]


def mlp(widths: tuple[int, ...], bits: int = 8) -> Graph:
    """Give the graph of a network with ReLU between layers of `widths`, all of `bits` bits."""
    draw = np.random.default_rng(0)
    types = {"x": TensorType((1, widths[0]), Fixed(bits, 4))}
    nodes: list[Node] = []
    constants: list[Constant] = []

    def add(name: str, op: str, inputs: tuple[str, ...], params: object) -> str:
        kind = registry().find(op).infer_type(params, tuple(types[value] for value in inputs))
        nodes.append(Node(name, op, inputs, params, kind))
        types[name] = kind
        return name

    value = "x"
    for place, (inputs, outputs) in enumerate(pairwise(widths)):
        weight = TensorType((outputs, inputs), Fixed(bits, bits - 2))
        codes = draw.integers(weight.codes.low, weight.codes.high + 1, weight.shape)
        name = f"fc{place}.weight"
        types[name] = weight
        constants.append(Constant(name, weight, codes))
        params = LinearParams(accumulator(types[value], weight, codes))
        value = add(f"fc{place}", "linear", (value, name), params)
        if place < len(widths) - 2:
            value = add(f"fc{place}.q", "requantize", (value,), RequantizeParams(Fixed(bits, 4)))
            value = add(f"relu{place}", "relu", (value,), ReluParams())
    first = Input("x", types["x"])
    return Graph("mlp", (first,), tuple(constants), tuple(nodes), (value,))
