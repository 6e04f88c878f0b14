"""Graphs are edited by making new ones."""

from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from litho.errors import GraphError
from litho.formats import Fixed, Host, Scale
from litho.ir import AtenCall, Constant, Graph, Input, Node, Origin, TensorType, TupleType

KIND = TensorType((1, 4), Fixed(8, 4))


def node(name: str, *inputs: str, **more: object) -> Node:
    return Node(name, "aten.relu.default", inputs, AtenCall(), KIND, **more)


def chain() -> Graph:
    """x → a → b → c, with b read by c and by d; the outputs are c and d."""
    nodes = (node("a", "x"), node("b", "a"), node("c", "b"), node("d", "b", "b"))
    return Graph("chain", (Input("x", KIND),), (), nodes, ("c", "d"))


def test_a_name_is_defined_once() -> None:
    with pytest.raises(GraphError, match="a value must be defined once, not again as %x"):
        Graph("g", (Input("x", KIND),), (), (node("x", "x"),), ("x",))


def test_a_definition_is_found_by_name() -> None:
    graph = chain()
    assert graph.definition("x") == Input("x", KIND)
    assert graph.node("b").inputs == ("a",)
    assert graph.type_of("b") == KIND


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(GraphError, match="defined before it is used: %nothing is not"):
        chain().definition("nothing")


def test_an_input_is_not_a_node() -> None:
    with pytest.raises(GraphError, match="%x must be a node, not an input"):
        chain().node("x")


def test_a_tuple_has_no_tensor_type() -> None:
    split = Node("s", "aten.split.Tensor", ("x",), AtenCall(), TupleType((KIND, KIND)))
    graph = Graph("g", (Input("x", KIND),), (), (split,), ("s",))
    with pytest.raises(GraphError, match="%s must be one tensor, not a tuple of 2"):
        graph.type_of("s")


def test_users_come_once_and_in_order() -> None:
    graph = chain()
    assert graph.users("b") == ("c", "d")
    assert graph.users("c") == ()
    assert graph.users("x") == ("a",)


def test_a_node_is_replaced_in_its_place() -> None:
    changed = replace(chain().node("b"), op="aten.tanh.default")
    graph = chain().replace_node(changed)
    assert [item.op for item in graph.nodes].index("aten.tanh.default") == 1
    assert chain().node("b").op == "aten.relu.default"


def test_an_unknown_node_is_not_replaced() -> None:
    with pytest.raises(GraphError, match="%q is not"):
        chain().replace_node(node("q", "x"))


def test_readers_turn_to_another_value() -> None:
    graph = chain().replace_uses("b", "a")
    assert graph.node("c").inputs == ("a",)
    assert graph.node("d").inputs == ("a", "a")
    assert graph.users("b") == ()


def test_outputs_turn_to_another_value() -> None:
    assert chain().replace_uses("c", "b").outputs == ("b", "d")


def test_a_node_put_behind_a_value_goes_on_reading_it() -> None:
    graph = chain()
    behind = node("q", "b")
    graph = graph.with_nodes((*graph.nodes[:2], behind, *graph.nodes[2:]))
    graph = graph.replace_uses("b", "q")
    assert graph.node("q").inputs == ("b",)
    assert graph.node("c").inputs == ("q",)


def test_readers_do_not_turn_to_an_unknown_value() -> None:
    with pytest.raises(GraphError, match="%nothing is not"):
        chain().replace_uses("b", "nothing")


def test_a_node_that_is_read_stays_and_its_readers_are_named() -> None:
    origin = Origin("net.act", "net.py:7")
    graph = chain().replace_node(replace(chain().node("b"), origin=origin))
    with pytest.raises(
        GraphError, match=r"%b \(aten.relu.default, from net.act at net.py:7\) still has 2: c, d;"
    ):
        graph.remove("b")


def test_an_output_stays() -> None:
    with pytest.raises(GraphError, match="still has 1: the output"):
        chain().remove("c")


def test_a_node_without_readers_is_removed() -> None:
    graph = chain().replace_uses("b", "a").remove("b")
    assert [item.name for item in graph.nodes] == ["a", "c", "d"]


def test_what_no_output_needs_goes_and_inputs_stay() -> None:
    weight = Constant("w", KIND, np.zeros((1, 4), dtype=np.int64))
    spare = Input("y", KIND)
    graph = replace(chain(), inputs=(*chain().inputs, spare), constants=(weight,), outputs=("b",))
    kept = graph.without_unused()
    assert [item.name for item in kept.nodes] == ["a", "b"]
    assert kept.constants == ()
    assert kept.inputs == graph.inputs


def test_constants_are_told_from_other_values() -> None:
    weight = Constant("w", KIND, np.zeros((1, 4), dtype=np.int64))
    graph = replace(chain(), constants=(weight,))
    assert graph.is_constant("w")
    assert not graph.is_constant("x")
    assert not graph.is_constant("b")


def test_nothing_can_be_written_to() -> None:
    weight = Constant("w", KIND, np.zeros((1, 4), dtype=np.int64))
    with pytest.raises(ValueError, match="read-only"):
        weight.values[0, 0] = 1
    with pytest.raises(FrozenInstanceError):
        chain().name = "other"


def test_a_constant_does_not_follow_the_array_it_was_made_of() -> None:
    array = np.zeros((1, 4), dtype=np.int64)
    weight = Constant("w", KIND, array)
    array[0, 0] = 5
    assert weight.values.tolist() == [[0, 0, 0, 0]]


def test_a_constant_without_axes_keeps_its_shape() -> None:
    kind = TensorType((), Host("float32"))
    assert Constant("eps", kind, np.array(0.5, dtype=np.float32)).values.shape == ()


def test_constants_are_equal_by_content() -> None:
    ones = Constant("w", KIND, np.ones((1, 4), dtype=np.int64))
    assert ones == Constant("w", KIND, np.ones((1, 4), dtype=np.int64))
    assert hash(ones) == hash(Constant("w", KIND, np.ones((1, 4), dtype=np.int64)))
    assert ones != Constant("w", KIND, np.zeros((1, 4), dtype=np.int64))
    assert ones != Constant("v", KIND, np.ones((1, 4), dtype=np.int64))
    assert ones != Constant("w", KIND, np.ones((1, 4), dtype=np.int32))
    assert ones != "w"


@pytest.mark.parametrize(
    ("origin", "text"),
    [
        (Origin(), "(top)"),
        (Origin("encoder.0"), "encoder.0"),
        (Origin("encoder.0", "net.py:3"), "encoder.0 at net.py:3"),
    ],
)
def test_an_origin_reads_as_a_place(origin: Origin, text: str) -> None:
    assert str(origin) == text


@pytest.mark.parametrize(
    ("shape", "row", "rows", "size"),
    [((), 1, 1, 1), ((5,), 5, 1, 5), ((2, 3, 4), 4, 6, 24), ((0, 3), 3, 0, 0)],
)
def test_a_tensor_is_rows_of_its_last_axis(
    shape: tuple[int, ...], row: int, rows: int, size: int
) -> None:
    kind = TensorType(shape, Fixed(8))
    assert (kind.row, kind.rows, kind.size) == (row, rows, size)


def test_a_scale_needs_an_entry_for_each_index_of_its_axis() -> None:
    scale = Scale((1, 3), (0, 0), -2)
    assert TensorType((2, 5), Fixed(8), scale).scale == scale
    for shape in ((5, 2), (2,), ()):
        with pytest.raises(GraphError, match="a scale on axis -2 must have one entry for each"):
            TensorType(shape, Fixed(8), scale)


def test_a_length_is_not_negative() -> None:
    with pytest.raises(GraphError, match=r"lengths of 0 or more, not \[2, -1\]"):
        TensorType((2, -1), Fixed(8))


def test_host_floats_have_no_codes() -> None:
    kind = TensorType((3,), Host("float32"))
    assert not kind.is_coded
    with pytest.raises(GraphError, match="a tensor must be quantized to have codes, not float32"):
        _ = kind.codes
