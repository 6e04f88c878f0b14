"""The rules that every graph keeps."""

from dataclasses import replace

import numpy as np
import pytest
from example_ops import KIND, REGISTRY, ScaleUpParams, example

from litho.errors import GraphError, UnsupportedError
from litho.formats import Fixed, Host
from litho.ir import AtenCall, Constant, Graph, Input, Lanes, Node, TensorType, check

PLACE = r"\(negate, from act at net.py:4\)"


def with_node(**changes: object) -> Graph:
    """The example with its first node, `n`, changed."""
    graph = example()
    return graph.replace_node(replace(graph.node("n"), **changes))


def with_constant(values: np.ndarray, kind: TensorType = KIND) -> Graph:
    return replace(example(), constants=(Constant("fc.weight", kind, values),))


def test_a_good_graph_is_given_back() -> None:
    graph = example()
    assert check(graph, REGISTRY) is graph


def test_a_value_is_defined_before_it_is_used() -> None:
    graph = example()
    with pytest.raises(GraphError, match=r"%s \(plus, from fc\) reads %n"):
        check(graph.with_nodes((graph.nodes[1], graph.nodes[0], graph.nodes[2])), REGISTRY)


def test_a_node_does_not_read_what_is_not_there() -> None:
    with pytest.raises(GraphError, match=rf"before it is used: %n {PLACE} reads %q"):
        check(with_node(inputs=("q",)), REGISTRY)


def test_an_output_is_a_value() -> None:
    with pytest.raises(GraphError, match="an output must be a value of the graph, and %q is not"):
        check(replace(example(), outputs=("q",)), REGISTRY)


def test_a_node_has_the_type_that_its_op_infers() -> None:
    with pytest.raises(GraphError, match=f"%n {PLACE} must have the type its op infers"):
        check(with_node(type=TensorType((2, 3), Fixed(9, 4))), REGISTRY)


def test_what_an_op_refuses_is_told_with_its_place() -> None:
    kind = TensorType((2, 3), Fixed(8, 4, is_signed=False))
    graph = replace(with_node(type=kind), inputs=(Input("x", kind),))
    with pytest.raises(GraphError, match=f"signed input, not ufixed8f4; at %n {PLACE}"):
        check(graph, REGISTRY)


def test_a_node_has_the_parameters_of_its_op() -> None:
    with pytest.raises(GraphError, match=f"parameters of %n {PLACE} must be NoParams, not AtenC"):
        check(with_node(params=AtenCall()), REGISTRY)
    with pytest.raises(GraphError, match="must be NoParams, not ScaleUpParams"):
        check(with_node(params=ScaleUpParams(1, Fixed(8))), REGISTRY)


@pytest.mark.parametrize("inputs", [(), ("x", "x")])
def test_a_node_has_as_many_inputs_as_its_op_takes(inputs: tuple[str, ...]) -> None:
    with pytest.raises(GraphError, match=f"%n {PLACE} must have 1 inputs, not {len(inputs)}"):
        check(with_node(inputs=inputs), REGISTRY)


@pytest.mark.parametrize("lanes", [Lanes(0, 1), Lanes(1, 0), Lanes(-2, 1)])
def test_lanes_are_one_or_more(lanes: Lanes) -> None:
    text = f"lanes of %n {PLACE} must be 1 or more, not {lanes.inputs} in and {lanes.outputs} out;"
    with pytest.raises(GraphError, match=text):
        check(with_node(lanes=lanes), REGISTRY)


def test_an_op_without_dots_is_ours() -> None:
    with pytest.raises(UnsupportedError, match=r"op 'negat' \(act at net.py:4\) must be one of"):
        check(with_node(op="negat"), REGISTRY)


def test_an_op_of_pytorch_may_be_anything() -> None:
    node = Node("y", "aten.anything.default", ("x",), AtenCall(), KIND)
    graph = Graph("g", (Input("x", KIND),), (), (node,), ("y",))
    assert check(graph, REGISTRY) is graph


def test_a_constant_has_the_shape_of_its_type() -> None:
    with pytest.raises(GraphError, match=r"%fc.weight must have shape \[2, 3\], not \[3, 2\]"):
        check(with_constant(np.zeros((3, 2), dtype=np.int64)), REGISTRY)


@pytest.mark.parametrize("code", [-129, 128])
def test_a_constant_holds_codes_of_its_format(code: int) -> None:
    with pytest.raises(GraphError, match="must hold int64 codes from -128 to 127"):
        check(with_constant(np.full((2, 3), code)), REGISTRY)


def test_a_constant_of_codes_holds_integers() -> None:
    with pytest.raises(GraphError, match="not float64 from"):
        check(with_constant(np.zeros((2, 3))), REGISTRY)


def test_a_constant_of_floats_holds_what_it_likes() -> None:
    kind = TensorType((2, 3), Host("float32"))
    floats = Constant("f", kind, np.full((2, 3), 1e9, dtype=np.float32))
    graph = Graph("g", (Input("x", KIND),), (floats,), (), ("x",))
    assert check(graph, REGISTRY) is graph
