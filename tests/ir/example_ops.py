"""A small registry that the tests of the graph work with, so that they need no hardware."""

from dataclasses import dataclass

import numpy as np

from litho.errors import GraphError
from litho.formats import Fixed, Scale
from litho.ir import AtenCall, Constant, Graph, Input, Lanes, Node, Op, Origin, Registry, TensorType
from litho.ir.op import Codes


@dataclass(frozen=True, slots=True)
class NoParams:
    """Nothing to say."""


@dataclass(frozen=True, slots=True)
class ScaleUpParams:
    """A factor, and records of every kind of value that a parameter may be."""

    factor: int
    format: Fixed
    scale: Scale = Scale()
    rounding: str = "half_even"
    constants: tuple[float, ...] = ()
    is_wide: bool = False
    axis: int | None = None


def same_type(params: object, types: tuple[TensorType, ...]) -> TensorType:
    del params
    if not types[0].codes.is_signed:
        raise GraphError(f"negate must have a signed input, not {types[0].format}")
    return types[0]


def scaled_type(params: ScaleUpParams, types: tuple[TensorType, ...]) -> TensorType:
    return TensorType(types[0].shape, params.format, params.scale)


def negate(params: object, types: tuple[TensorType, ...], inputs: tuple[Codes, ...]) -> Codes:
    del params
    return np.minimum(-inputs[0], types[0].codes.high)


def plus(params: object, types: tuple[TensorType, ...], inputs: tuple[Codes, ...]) -> Codes:
    del params, types
    return np.clip(inputs[0] + inputs[1], -128, 127)


def scale_up(
    params: ScaleUpParams, types: tuple[TensorType, ...], inputs: tuple[Codes, ...]
) -> Codes:
    del types
    return inputs[0] * params.factor


REGISTRY = Registry(
    {
        "negate": Op("negate", NoParams, same_type, negate, (), {}),
        "plus": Op("plus", NoParams, same_type, plus, (), {}, arity=(2,)),
        "scale_up": Op("scale_up", ScaleUpParams, scaled_type, scale_up, (), {}),
    }
)
KIND = TensorType((2, 3), Fixed(8, 4))


def example() -> Graph:
    """x → n = −x → s = n + w → u = 3 · s, with w a constant."""
    weight = Constant("fc.weight", KIND, np.arange(6, dtype=np.int64).reshape(2, 3))
    wide = ScaleUpParams(3, Fixed(10, 4))
    nodes = (
        Node("n", "negate", ("x",), NoParams(), KIND, Lanes(3, 1), Origin("act", "net.py:4")),
        Node("s", "plus", ("n", "fc.weight"), NoParams(), KIND, None, Origin("fc")),
        Node("u", "scale_up", ("s",), wide, TensorType((2, 3), Fixed(10, 4))),
    )
    return Graph("example", (Input("x", KIND),), (weight,), nodes, ("u",))


def opaque(**arguments: object) -> Graph:
    """A graph of one PyTorch call with these arguments."""
    node = Node("y", "aten.anything.default", ("x",), AtenCall(tuple(arguments.items())), KIND)
    return Graph("opaque", (Input("x", KIND),), (), (node,), ("y",))
