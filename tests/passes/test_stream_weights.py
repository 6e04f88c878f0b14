"""Products take weights from a stream: a page of graph before and after, and what is refused."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from litho.errors import GraphError
from litho.formats import Fixed
from litho.ir import Constant, Graph, Input, Node, TensorType, interpret, write
from litho.ops import registry
from litho.ops.linear.reference import LinearParams, accumulator
from litho.ops.loaded_linear import OP
from litho.ops.loaded_linear.reference import LoadedLinearParams, bias_type
from litho.passes import StreamWeights, run

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from mlp import mlp

NETWORK = mlp((8, 4, 2), 4)
SOURCE, WEIGHT = TensorType((1, 3), Fixed(4, 1)), TensorType((2, 3), Fixed(5, 2))


def lines(graph: Graph) -> list[str]:
    return [line for line in write(graph).splitlines() if line.startswith("%")]


def layer(bias: list[int], weight: TensorType = WEIGHT, source: TensorType = SOURCE) -> Graph:
    """Give a product with weights of 1, and `bias` when it is not empty."""
    codes, known = np.ones(weight.shape, dtype=np.int64), np.array(bias, dtype=np.int64)
    form = accumulator(source, weight, codes, known if bias else None)
    constants = [Constant("w", weight, codes)]
    if bias:
        constants.append(Constant("b", TensorType((2,), form), known))
    names = tuple(item.name for item in constants)
    types = (source, *(item.type for item in constants))
    kind = registry().find("linear").infer_type(LinearParams(form), types)
    node = Node("fc", "linear", ("x", *names), LinearParams(form), kind)
    return Graph("layer", (Input("x", source),), tuple(constants), (node,), ("fc",))


def test_sums_fit_any_weights_and_what_follows_is_as_before() -> None:
    assert lines(NETWORK) == [
        "%fc0 = linear(%x, %fc0.weight) {format='fixed10f6', zeros=\"multiply\"} : fixed10f6[1, 4]",
        "%fc0.q = requantize(%fc0) {format='fixed4f4', scale=scale(1, 0),"
        ' rounding="half_even"} : fixed4f4[1, 4]',
        "%relu0 = relu(%fc0.q) {} : fixed4f4[1, 4]",
        "%fc1 = linear(%relu0, %fc1.weight) {format='fixed9f6',"
        ' zeros="multiply"} : fixed9f6[1, 2]',
    ]
    found = run(NETWORK, (StreamWeights(),), registry())
    assert lines(found) == [
        "%fc0 = loaded_linear(%x, %fc0.weight) {} : fixed11f6[1, 4]",
        *lines(NETWORK)[1:3],
        "%fc1 = loaded_linear(%relu0, %fc1.weight) {} : fixed10f6[1, 2]",
    ]


def test_codes_are_those_of_before() -> None:
    codes = np.random.default_rng(1).integers(-8, 8, (50, 1, 8))
    found = StreamWeights()(NETWORK, registry())
    before, after = (interpret(graph, {"x": codes}, registry()) for graph in (NETWORK, found))
    assert np.array_equal(before["fc1"], after["fc1"])


def test_types_depend_on_no_value() -> None:
    graphs = [run(layer(bias), (StreamWeights(),), registry()) for bias in ([0, 1], [-300, 384])]
    assert lines(graphs[0]) == lines(graphs[1])
    # Three products of -8 .. 7 and -16 .. 15 are -360 .. 384: 10 bits, and 11 with such a bias.
    assert lines(graphs[0]) == ["%fc = loaded_linear(%x, %w, %b) {} : fixed11f3[1, 2]"]
    assert graphs[0].type_of("b") == TensorType((2,), Fixed(10, 3))


@pytest.mark.parametrize("sign", [-1, 1])
def test_the_worst_sums_fit_to_the_last_bit(sign: int) -> None:
    form = OP.infer_type(LoadedLinearParams(), (SOURCE, WEIGHT, bias_type(SOURCE, WEIGHT))).codes
    bias = bias_type(SOURCE, WEIGHT).codes
    weights = np.full((1, 3), WEIGHT.codes.low)
    inputs = np.full((1, 1, 3), SOURCE.codes.low if sign > 0 else SOURCE.codes.high)
    given = (inputs, weights, np.array([bias.high if sign > 0 else bias.low]))
    (worst,) = OP.evaluate(LoadedLinearParams(), (SOURCE, WEIGHT), given).flat
    assert form.low <= worst <= form.high
    assert not Fixed(form.width - 1).low <= worst <= Fixed(form.width - 1).high


def test_a_bias_that_no_products_reach_is_refused() -> None:
    message = (
        r"bias of %fc \(from .*\) must be a sum that its products could have, -512 to 511, to be"
        " streamed, not 1 to 600; give inputs or weights a wider format, or leave weights in ROM"
    )
    with pytest.raises(GraphError, match=message):
        StreamWeights()(layer([1, 600]), registry())


def test_a_graph_without_products_is_refused() -> None:
    bare = Graph("bare", (Input("x", SOURCE),), (), (), ("x",))
    message = "graph 'bare' must have a linear to stream weights to, and has none; leave weights in"
    with pytest.raises(GraphError, match=message):
        StreamWeights()(bare, registry())


def test_a_sum_that_may_be_too_wide_is_refused_with_its_node() -> None:
    source = replace(SOURCE, format=Fixed(31, 0))
    graph = layer([], replace(WEIGHT, format=Fixed(32, 0)), source)
    message = (
        r"%fc \(loaded_linear, from .*\) must fit any weights before it, to be streamed, and does"
        " not: fixed-point width must be 1 to 62, not 6[0-9]; requantize before it, or leave"
    )
    with pytest.raises(GraphError, match=message):
        StreamWeights()(graph, registry())


def test_a_bias_of_another_type_is_refused() -> None:
    wrong = TensorType((2,), Fixed(8, 3))
    message = r"bias of loaded_linear must have the type .*, not "
    with pytest.raises(GraphError, match=message):
        OP.infer_type(LoadedLinearParams(), (SOURCE, WEIGHT, wrong))
