"""Random graphs of integer operations: branches that meet again, odd lanes, several rows."""

from dataclasses import dataclass, field

import numpy as np

from litho.formats import Fixed
from litho.ir import Constant, Graph, Input, Lanes, Node, TensorType
from litho.ops import registry
from litho.ops.add.reference import AddParams
from litho.ops.linear.reference import LinearParams, accumulator
from litho.ops.matmul.reference import MatmulParams
from litho.ops.relu.reference import ReluParams
from litho.ops.reorder.reference import ReorderParams
from litho.ops.requantize.reference import RequantizeParams
from litho.ops.reshape.reference import ReshapeParams
from litho.ops.unary.reference import UnaryParams

__all__ = ["random_codes", "random_graph"]

_MOST_PRODUCTS = 1000  # of one matrix product, so that a simulation stays short


@dataclass
class _Maker:
    """A graph while it is being made; `free` are the values that nothing reads yet."""

    draw: np.random.Generator
    nodes: list[Node] = field(default_factory=list)
    constants: list[Constant] = field(default_factory=list)
    types: dict[str, TensorType] = field(default_factory=dict)
    free: dict[str, None] = field(default_factory=dict)

    def pick(self, count: int) -> int:
        return int(self.draw.integers(count))

    def lanes(self, row: int) -> int:
        """Give lanes up to the row, small ones, divisors and the whole row more often."""
        choices = [1, 2, row, int(self.draw.integers(1, row + 1))]
        choices += [k for k in range(1, row + 1) if row % k == 0]
        return min(row, choices[self.pick(len(choices))])

    def input(self, name: str, kind: TensorType) -> str:
        self.types[name] = kind
        self.free[name] = None
        return name

    def add(self, op: str, inputs: tuple[str, ...], params: object, lanes: Lanes) -> str:
        kind = registry().find(op).infer_type(params, tuple(self.types[name] for name in inputs))
        name = f"{op}{len(self.nodes)}"
        self.nodes.append(Node(name, op, inputs, params, kind, lanes))
        for used in inputs:
            self.free.pop(used, None)
        return self.input(name, kind)

    def narrow(self, value: str) -> str:
        """Requantize a wide value to a few bits."""
        kind = self.types[value]
        if kind.codes.bits <= 8:
            return value
        params = RequantizeParams(Fixed(4 + self.pick(4), kind.codes.frac - kind.codes.bits + 7))
        lanes = self.lanes(kind.row)
        return self.add("requantize", (value,), params, Lanes(lanes, lanes))

    def linear(self, value: str) -> str:
        source, outputs = self.types[value], 1 + self.pick(12)
        weight = TensorType((outputs, source.row), Fixed(2 + self.pick(5), 2))
        values = self.draw.integers(weight.codes.low, weight.codes.high + 1, weight.shape)
        params = LinearParams(accumulator(source, weight, values))
        name = f"w{len(self.nodes)}"
        self.constants.append(Constant(name, weight, values))
        self.types[name] = weight
        lanes = Lanes(self.lanes(source.row), self.lanes(outputs))
        return self.narrow(self.add("linear", (value, name), params, lanes))

    def same(self, value: str) -> str:
        value = self.narrow(value)
        kind = self.types[value]
        lanes = self.lanes(kind.row)
        if self.pick(2) or not kind.codes.is_signed:
            params = UnaryParams("tanh", Fixed(5, 3))
            return self.add("unary", (value,), params, Lanes(lanes, lanes))
        return self.add("relu", (value,), ReluParams(), Lanes(lanes, lanes))

    def sum(self, value: str) -> str:
        """Add a value of the same shape, any that there is."""
        kind = self.types[value]
        others = [
            name
            for name, other in self.types.items()
            if other.shape == kind.shape and not name.startswith("w")
        ]
        lanes = self.lanes(kind.row)
        other = others[self.pick(len(others))]
        pair = (value, other) if self.pick(2) else (other, value)
        return self.narrow(self.add("add", pair, AddParams(), Lanes(lanes, lanes)))

    def product(self, value: str) -> str:
        """Multiply a matrix with one that fits, transposed or not: itself, or any that there is."""
        value = self.narrow(value)
        kind = self.types[value]
        fitting = [
            (name, transposed)
            for name, other in self.types.items()
            for transposed in (False, True)
            if other.shape[-1 if transposed else -2] == kind.row
            and other.codes.bits <= 8
            and not name.startswith("w")
        ]
        other, transposed = fitting[self.pick(len(fitting))]
        columns = self.types[other].shape[-2 if transposed else -1]
        if kind.rows * columns * kind.row > _MOST_PRODUCTS:
            return self.same(value)
        lanes = Lanes(self.lanes(kind.row), self.lanes(columns))
        return self.narrow(self.add("matmul", (value, other), MatmulParams(transposed), lanes))

    def reorder(self, value: str) -> str:
        """Transpose a matrix."""
        kind = self.types[value]
        if 1 in kind.shape:
            return self.same(value)
        lanes = Lanes(self.lanes(kind.row), self.lanes(kind.rows))
        return self.add("reorder", (value,), ReorderParams((1, 0)), lanes)

    def reshape(self, value: str) -> str:
        kind = self.types[value]
        rows = [k for k in range(1, kind.size + 1) if kind.size % k == 0]
        row = rows[self.pick(len(rows))]
        lanes = Lanes(self.lanes(kind.row), self.lanes(row))
        return self.add("reshape", (value,), ReshapeParams((kind.size // row, row)), lanes)


def random_graph(seed: int, most_nodes: int = 8, *, has_products: bool = False) -> Graph:
    """Give the random graph number `seed`; every value that nothing reads is an output.

    With `has_products` it has matrix products and transposes too, which hold tensors whole.
    """
    maker = _Maker(np.random.default_rng(seed))
    inputs = []
    for place in range(1 + (maker.pick(4) == 0)):
        shape = (1 + maker.pick(4), 1 + maker.pick(12))
        kind = TensorType(shape, Fixed(3 + maker.pick(6), maker.pick(4), bool(maker.pick(4))))
        inputs.append(Input(maker.input(f"x{place}", kind), kind))
    for _ in range(2 + maker.pick(most_nodes)):
        values = [name for name in maker.types if not name.startswith("w")]
        # The newest value most of the time, else one to fork.
        value = values[-1] if maker.pick(3) else values[maker.pick(len(values))]
        steps = [maker.linear, maker.linear, maker.same, maker.sum, maker.sum, maker.reshape]
        if has_products:
            steps += [maker.product, maker.product, maker.reorder]
        steps[maker.pick(len(steps))](value)
    for item in inputs:
        if item.name in maker.free:
            maker.same(item.name)
    return Graph(
        f"random{seed}",
        tuple(inputs),
        tuple(maker.constants),
        tuple(maker.nodes),
        tuple(maker.free),
    )


def random_codes(graph: Graph, samples: int, seed: int) -> dict[str, np.ndarray]:
    """Give codes[samples, *shape] for each input of a graph."""
    draw = np.random.default_rng(seed)
    return {
        item.name: draw.integers(
            item.type.codes.low, item.type.codes.high + 1, (samples, *item.type.shape)
        )
        for item in graph.inputs
    }
