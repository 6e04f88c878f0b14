"""The interpreter: codes of the whole graph, and what it refuses."""

from dataclasses import replace

import numpy as np
import pytest
from example_ops import KIND, REGISTRY, ScaleUpParams, example

from litho.errors import GraphError, UnsupportedError
from litho.formats import Fixed
from litho.ir import AtenCall, Graph, Input, Node, Op, Origin, Registry, TensorType, interpret
from litho.ir.interpreter import view_of
from litho.ir.op import Codes


def codes(samples: int = 4) -> Codes:
    return np.random.default_rng(5).integers(-100, 100, (samples, 2, 3))


def test_each_node_is_run_in_order() -> None:
    found = interpret(example(), {"x": codes()}, REGISTRY)
    assert list(found) == ["u"]
    sums = np.clip(-codes() + np.arange(6).reshape(2, 3), -128, 127)
    assert np.array_equal(found["u"], 3 * sums)


def test_every_node_is_kept_on_request() -> None:
    found = interpret(example(), {"x": codes()}, REGISTRY, keep="all")
    assert list(found) == ["n", "s", "u"]
    assert np.array_equal(found["n"], -codes())


def test_an_output_that_others_read_is_kept() -> None:
    graph = replace(example(), outputs=("n", "u", "n"))
    found = interpret(graph, {"x": codes()}, REGISTRY)
    assert list(found) == ["n", "u"]
    assert np.array_equal(found["n"], -codes())


def test_an_input_may_be_an_output() -> None:
    found = interpret(replace(example(), outputs=("x",)), {"x": codes()}, REGISTRY)
    assert np.array_equal(found["x"], codes())


def test_no_samples_give_no_results() -> None:
    assert interpret(example(), {"x": codes(0)}, REGISTRY)["u"].shape == (0, 2, 3)


def test_the_inputs_are_left_as_they_were() -> None:
    given = codes()
    interpret(example(), {"x": given}, REGISTRY)
    assert np.array_equal(given, codes())


@pytest.mark.parametrize("names", [[], ["y"], ["x", "y"]])
def test_inputs_go_by_name(names: list[str]) -> None:
    with pytest.raises(GraphError, match="inputs of 'example' must be x, not"):
        interpret(example(), {name: codes() for name in names}, REGISTRY)


@pytest.mark.parametrize(
    "bad",
    [
        np.zeros((4, 3, 2), dtype=np.int64),
        np.zeros((2, 3), dtype=np.int64),
        np.zeros((4, 2, 3)),
        np.zeros((4, 2, 3), dtype=np.int32),
        np.zeros((), dtype=np.int64),
    ],
)
def test_an_input_is_int64_codes_of_its_shape(bad: np.ndarray) -> None:
    text = r"input %x must be int64 codes of shape \[samples, 2, 3\], not"
    with pytest.raises(GraphError, match=text):
        interpret(example(), {"x": bad}, REGISTRY)


@pytest.mark.parametrize("code", [-129, 128])
def test_an_input_lies_in_the_range_of_its_format(code: int) -> None:
    bad = codes()
    bad[3, 1, 2] = code
    with pytest.raises(GraphError, match=r"codes of input %x must be -128 to 127 \(fixed8f4\)"):
        interpret(example(), {"x": bad}, REGISTRY)


def test_inputs_have_as_many_samples_each() -> None:
    node = Node("s", "plus", ("x", "y"), example().node("s").params, KIND)
    graph = Graph("two", (Input("x", KIND), Input("y", KIND)), (), (node,), ("s",))
    with pytest.raises(GraphError, match="as many samples each, not %x 4, %y 3"):
        interpret(graph, {"x": codes(4), "y": codes(3)}, REGISTRY)


def test_an_op_we_lack_is_named_with_its_place() -> None:
    node = Node("y", "aten.sin.default", ("x",), AtenCall(), KIND, None, Origin("act", "net.py:9"))
    graph = Graph("g", (Input("x", KIND),), (), (node,), ("y",))
    with pytest.raises(UnsupportedError, match=r"'aten.sin.default' \(act at net.py:9\) must be"):
        interpret(graph, {"x": codes()}, REGISTRY)


def test_a_result_that_does_not_fit_its_type_is_an_error_of_the_op() -> None:
    narrow = ScaleUpParams(3, Fixed(8, 4))
    node = Node("u", "scale_up", ("x",), narrow, TensorType((2, 3), Fixed(8, 4)))
    graph = Graph("g", (Input("x", KIND),), (), (node,), ("u",))
    with pytest.raises(GraphError, match=r"codes of %u \(scale_up, from \(top\)\) must be -128"):
        interpret(graph, {"x": codes()}, REGISTRY)


def test_a_result_of_another_shape_is_an_error_of_the_op() -> None:
    flat = replace(REGISTRY.find("negate"), evaluate=lambda params, types, inputs: inputs[0][:, 0])
    with pytest.raises(GraphError, match=r"%n \(negate, .*\) must be int64 codes"):
        interpret(example(), {"x": codes()}, Registry({**REGISTRY.ops, "negate": flat}))


def test_a_view_shows_types_and_constants_of_the_inputs() -> None:
    view = view_of(example(), "s")
    assert view.types == (KIND, KIND)
    assert [item and item.name for item in view.constants] == [None, "fc.weight"]
    assert (view.lanes.inputs, view.lanes.outputs) == (1, 1)
    assert (view_of(example(), "n").lanes.inputs, view.type) == (3, KIND)


def test_two_ops_do_not_lower_the_same_call() -> None:
    from litho.ir import Lowering

    lowering = Lowering(("aten.neg.default",), lambda context, call, inputs: inputs[0])
    negate: Op = replace(REGISTRY.find("negate"), lowerings=(lowering,))
    both = {"negate": negate, "other": replace(negate, name="other")}
    with pytest.raises(GraphError, match=r"one op must lower aten\.neg\.default, not both negate"):
        Registry(both)
    assert Registry({"negate": negate}).lowering("aten.neg.default") == lowering
    assert REGISTRY.lowering("aten.neg.default") is None
