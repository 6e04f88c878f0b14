"""Lowered graphs of transformer encoders with drawn weights, for benchmarks and tests."""

from dataclasses import dataclass, field

import numpy as np

from litho.formats import Fixed, Scale
from litho.ir import Constant, Graph, Input, Node, TensorType
from litho.ops import registry
from litho.ops.add.reference import AddParams
from litho.ops.layer_norm.reference import NormParams, plan_of
from litho.ops.linear.reference import LinearParams, accumulator
from litho.ops.matmul.reference import MatmulParams
from litho.ops.reorder.reference import ReorderParams, is_moved
from litho.ops.requantize.reference import RequantizeParams
from litho.ops.reshape.reference import ReshapeParams
from litho.ops.scale.reference import ScaleParams
from litho.ops.softmax.reference import SoftmaxParams
from litho.ops.unary.reference import UnaryParams

__all__ = ["BERT_TINY", "Encoder", "drawn_codes", "encoder", "multiplications"]

_INT8 = Fixed(8, is_integer=True)
_EXCHANGED = (0, 2, 1, 3)


@dataclass(frozen=True, slots=True)
class Encoder:
    """The sizes of an encoder; with `has_length` only the first codes of a sentence count."""

    layers: int
    sequence: int
    hidden: int
    heads: int
    intermediate: int
    has_length: bool = False

    @property
    def head(self) -> int:
        """Features of one head."""
        return self.hidden // self.heads


BERT_TINY = Encoder(2, 128, 128, 2, 512, has_length=True)


def multiplications(sizes: Encoder) -> int:
    """Give the products of codes in one sentence, in linear layers and in attention."""
    weights = 4 * sizes.hidden**2 + 2 * sizes.hidden * sizes.intermediate
    attention = 2 * sizes.sequence * sizes.hidden
    return sizes.layers * sizes.sequence * (weights + attention)


def encoder(sizes: Encoder, seed: int = 0) -> Graph:
    """Give the graph of an encoder from the codes behind its embedding to its last norm."""
    maker = _Maker(sizes, np.random.default_rng(seed))
    kind = TensorType((1, sizes.sequence, sizes.hidden), _INT8, Scale.nearest(0.033))
    inputs = [maker.input("x", kind)]
    if sizes.has_length:
        bits = sizes.sequence.bit_length()
        inputs.append(maker.input("length", TensorType((1,), Fixed(bits, 0, False))))
    value = "x"
    for layer in range(sizes.layers):
        value = maker.layer(f"layer{layer}", value)
    return Graph("encoder", tuple(inputs), tuple(maker.constants), tuple(maker.nodes), (value,))


def drawn_codes(graph: Graph, samples: int, seed: int = 0) -> dict[str, np.ndarray]:
    """Give codes[samples, *shape] of each input: those of a norm, and lengths of sentences."""
    draw = np.random.default_rng(seed)
    kind = graph.inputs[0].type
    codes = np.rint(draw.normal(0, 30, (samples, *kind.shape))).astype(np.int64)
    found = {"x": codes.clip(kind.codes.low, kind.codes.high)}
    if len(graph.inputs) == 2:
        found["length"] = draw.integers(1, kind.rows + 1, (samples, 1))
    return found


@dataclass
class _Maker:
    """A graph while it is being made; values stay around 1, as those of a trained encoder do."""

    sizes: Encoder
    draw: np.random.Generator
    types: dict[str, TensorType] = field(default_factory=dict)
    nodes: list[Node] = field(default_factory=list)
    constants: list[Constant] = field(default_factory=list)

    def input(self, name: str, kind: TensorType) -> Input:
        self.types[name] = kind
        return Input(name, kind)

    def constant(self, name: str, kind: TensorType, codes: np.ndarray) -> str:
        self.types[name] = kind
        self.constants.append(Constant(name, kind, codes))
        return name

    def add(self, name: str, op: str, inputs: tuple[str, ...], params: object) -> str:
        kind = registry().find(op).infer_type(params, tuple(self.types[item] for item in inputs))
        self.nodes.append(Node(name, op, inputs, params, kind))
        self.types[name] = kind
        return name

    def narrow(self, value: str, step: float, form: Fixed = _INT8) -> str:
        params = RequantizeParams(form, Scale.nearest(step))
        return self.add(f"{value}.codes", "requantize", (value,), params)

    def linear(self, name: str, value: str, outputs: int, step: float = 0.033) -> str:
        source = self.types[value]
        weight = TensorType((outputs, source.row), _INT8, Scale.nearest(source.row**-0.5 / 74))
        weights = self.draw.integers(-127, 128, weight.shape)
        bias = self.draw.integers(-(1 << 10), 1 << 10, outputs)
        params = LinearParams(accumulator(source, weight, weights, bias))
        wide = registry().find("linear").infer_type(params, (source, weight))
        start = TensorType((outputs,), params.format, wide.scale)
        names = (
            self.constant(f"{name}.weight", weight, weights),
            self.constant(f"{name}.bias", start, bias),
        )
        return self.narrow(self.add(name, "linear", (value, *names), params), step)

    def heads(self, name: str, value: str) -> str:
        sizes = self.sizes
        shape = (1, sizes.sequence, sizes.heads, sizes.head)
        apart = self.add(f"{name}.apart", "reshape", (value,), ReshapeParams(shape))
        return self.exchanged(f"{name}.heads", apart)

    def exchanged(self, name: str, value: str) -> str:
        """Let words and heads change places; one of either moves no code, and takes a shape."""
        shape = self.types[value].shape
        if is_moved(shape, _EXCHANGED):
            return self.add(name, "reorder", (value,), ReorderParams(_EXCHANGED))
        shape = tuple(shape[axis] for axis in _EXCHANGED)
        if shape == self.types[value].shape:
            return value
        return self.add(name, "reshape", (value,), ReshapeParams(shape))

    def attention(self, name: str, value: str) -> str:
        sizes = self.sizes
        # Steps that leave room for the factor in the scale of the scores.
        steps = {"query": 2.0**-5, "key": 2.0**-5, "value": 0.033}
        query, key, heads = (
            self.heads(f"{name}.{part}", self.linear(f"{name}.{part}", value, sizes.hidden, step))
            for part, step in steps.items()
        )
        scores = self.add(f"{name}.scores", "matmul", (query, key), MatmulParams(True))
        factor = ScaleParams(Scale.nearest(sizes.head**-0.5))
        scores = self.narrow(self.add(f"{name}.scaled", "scale", (scores,), factor), 0.063)
        lengths = ("length",) if sizes.has_length else ()
        softmax = SoftmaxParams(Fixed(8, 8, False))
        weights = self.add(f"{name}.softmax", "softmax", (scores, *lengths), softmax)
        mixed = self.add(f"{name}.mixed", "matmul", (weights, heads), MatmulParams())
        mixed = self.narrow(mixed, 0.017)
        together = self.exchanged(f"{name}.order", mixed)
        shape = ReshapeParams((1, sizes.sequence, sizes.hidden))
        return self.add(f"{name}.together", "reshape", (together,), shape)

    def norm(self, name: str, value: str) -> str:
        row = self.types[value].row
        params = NormParams(_INT8, Scale.nearest(0.033), epsilon=1e-12)
        factor = TensorType((row,), _INT8, Scale.nearest(0.011))
        gamma = self.constant(f"{name}.gamma", factor, self.draw.integers(60, 120, row))
        step = plan_of(params, (self.types[value], factor)).step
        betas = np.rint(self.draw.normal(0, 0.2, row) / float(step)).astype(np.int64)
        bits = 1 + int(np.abs(betas).max()).bit_length()
        scale = Scale((step.numerator,), (step.denominator.bit_length() - 1,))
        kind = TensorType((row,), Fixed(bits, is_integer=True), scale)
        names = value, gamma, self.constant(f"{name}.beta", kind, betas)
        return self.add(name, "layer_norm", names, params)

    def residual(self, name: str, branch: str, value: str) -> str:
        total = self.add(f"{name}.sum", "add", (branch, value), AddParams())
        wide = self.narrow(total, 0.0021, Fixed(12, is_integer=True))
        return self.norm(f"{name}.norm", wide)

    def layer(self, name: str, value: str) -> str:
        sizes = self.sizes
        mixed = self.attention(f"{name}.attention", value)
        mixed = self.linear(f"{name}.output", mixed, sizes.hidden)
        value = self.residual(f"{name}.attention", mixed, value)
        wide = self.linear(f"{name}.wide", value, sizes.intermediate)
        gelu = UnaryParams("gelu", _INT8, Scale.nearest(0.031))
        wide = self.add(f"{name}.gelu", "unary", (wide,), gelu)
        narrow = self.linear(f"{name}.narrow", wide, sizes.hidden)
        return self.residual(f"{name}.output", narrow, value)
