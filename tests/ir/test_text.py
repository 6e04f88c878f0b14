"""The text form: what is written is read back, and anything else is refused by line."""

import contextlib
from dataclasses import replace

import numpy as np
import pytest
from example_ops import KIND, REGISTRY, ScaleUpParams, example, opaque
from hypothesis import given
from hypothesis import strategies as st

from litho.errors import GraphError
from litho.formats import Fixed, Host, Scale
from litho.formats import parse as parse_format
from litho.ir import (
    AtenCall,
    Constant,
    Graph,
    Input,
    Lanes,
    Node,
    Origin,
    Ref,
    TensorType,
    TupleType,
    parse,
    write,
)
from litho.ir.text import array_name, arrays_of


def again(graph: Graph) -> Graph:
    return parse(write(graph), arrays_of(graph), REGISTRY)


def test_a_page_of_text() -> None:
    digest = array_name(example().constants[0].values)
    assert write(example()) == (
        'graph "example"\n'
        "input %x : fixed8f4[2, 3]\n"
        f"constant %fc.weight : fixed8f4[2, 3] = @{digest}\n"
        '%n = negate(%x) {} : fixed8f4[2, 3] lanes(3, 1) from "act" at "net.py:4"\n'
        '%s = plus(%n, %fc.weight) {} : fixed8f4[2, 3] from "fc"\n'
        "%u = scale_up(%s) {factor=3, format='fixed10f4', scale=scale(1, 0),"
        ' rounding="half_even", constants=(), is_wide=false, axis=none} : fixed10f4[2, 3]\n'
        "output %u\n"
    )


def test_the_graph_is_read_back() -> None:
    assert again(example()) == example()


def test_a_graph_of_nothing_is_read_back() -> None:
    empty = Graph("", (), (), (), ())
    assert again(empty) == empty


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False)
    | st.text()
    | st.builds(Ref, st.integers(0, 1000))
    | st.builds(Fixed, st.integers(1, 62), st.integers(-99, 99), st.booleans())
    | st.builds(Host, st.sampled_from(["float32", "host_int64", "host_bool"]))
    | st.builds(lambda m, n: Scale((m,), (n,)), st.integers(1, 2**32 - 1), st.integers(-99, 99)),
    lambda inner: st.lists(inner, max_size=4).map(tuple),
    max_leaves=8,
)
words = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True)


@given(st.dictionaries(words, values, max_size=4))
def test_any_argument_of_a_call_is_read_back(arguments: dict[str, object]) -> None:
    assert again(opaque(**arguments)) == opaque(**arguments)


@pytest.mark.parametrize("number", [float("inf"), float("-inf"), 1e22, 1e-7, -0.0, 5e-324])
def test_any_float_is_read_back(number: float) -> None:
    found = again(opaque(eps=number)).node("y").params.get("eps")
    assert repr(found) == repr(number)


def test_not_a_number_is_read_back() -> None:
    assert write(again(opaque(fill=float("nan")))) == write(opaque(fill=float("nan")))


@given(name=st.text(min_size=1), path=st.text(), source=st.text())
def test_any_name_and_place_is_read_back(name: str, path: str, source: str) -> None:
    node = Node("y", "aten.relu.default", (name,), AtenCall(), KIND, None, Origin(path, source))
    if name != "y":
        graph = Graph(name, (Input(name, KIND),), (), (node,), (name, "y"))
        assert again(graph) == graph


@given(
    shape=st.lists(st.integers(0, 5), max_size=4).map(tuple),
    form=st.sampled_from(["fixed8f-3", "ufixed1f0", "int7", "float32", "host_int64"]),
)
def test_any_type_is_read_back(shape: tuple[int, ...], form: str) -> None:
    kind = TensorType(shape, parse_format(form), Scale((40001,), (17,)))
    graph = Graph("g", (Input("x", kind),), (), (), ("x",))
    assert again(graph) == graph


def test_a_scale_along_an_axis_is_read_back() -> None:
    scale = Scale((1, 40001, 3), (0, 17, -2), -1)
    kind = TensorType((2, 3), Fixed(8, 0, is_integer=True), scale)
    wide = ScaleUpParams(1, Fixed(9), scale)
    node = Node("u", "scale_up", ("x",), wide, TensorType((2, 3), Fixed(9), scale))
    graph = Graph("g", (Input("x", kind),), (), (node,), ("u",))
    assert again(graph) == graph


@pytest.mark.parametrize("left_out", [None, (), ("inplace",), ("dtype", "out")])
def test_the_arguments_that_a_call_left_out_are_read_back(
    left_out: tuple[str, ...] | None,
) -> None:
    call = AtenCall((("a", 1),), left_out)
    graph = Graph(
        "g", (Input("x", KIND),), (), (Node("y", "aten.a.b", ("x",), call, KIND),), ("y",)
    )
    params = parse(write(graph), {}, REGISTRY).node("y").params
    assert (params, params.left_out) == (call, left_out)


def test_a_call_answers_to_the_names_of_its_schema_alone() -> None:
    call = AtenCall((("input", 1), ("negative_slope", 0.25)), ("inplace",))
    assert (call.get("input"), call.get("inplace"), call.get("inplace", False)) == (1, None, False)
    assert call.takes("inplace")
    message = (
        "an argument that a lowering asks for must be one of input, negative_slope, inplace, as the"
        " operator's schema says, not 'negative_slop'; did you mean 'negative_slope'"
    )
    with pytest.raises(GraphError, match=message):
        call.get("negative_slop", 0.01)
    assert AtenCall((("a", 1),)).get("b", 2) == 2


def test_lanes_host_and_tuples_are_read_back() -> None:
    pair = TupleType((KIND, TupleType((KIND,)), TupleType(())))
    node = Node("y", "aten.split.Tensor", ("x",), AtenCall(), pair, Lanes(2, 7), host=True)
    graph = Graph("g", (Input("x", KIND),), (), (node,), ("x",))
    assert again(graph) == graph


@pytest.mark.parametrize("kind", ["float32", "float64", "int32", "bool"])
def test_host_constants_are_read_back(kind: str) -> None:
    spelling = kind if kind.startswith("float") else f"host_{kind}"
    for shape in ((), (3,), (2, 0)):
        array = np.zeros(shape, dtype=kind)
        constant = Constant("c", TensorType(shape, parse_format(spelling)), array)
        graph = Graph("g", (), (constant,), (), ("c",))
        assert again(graph) == graph


def test_blank_lines_are_passed_over() -> None:
    text = "\n\n".join(write(example()).splitlines())
    assert parse(text, arrays_of(example()), REGISTRY) == example()


def test_equal_arrays_are_named_once() -> None:
    first = Constant("a", KIND, np.zeros((2, 3), dtype=np.int64))
    graph = Graph("g", (), (first, replace(first, name="b")), (), ("a",))
    assert len(arrays_of(graph)) == 1


@pytest.mark.parametrize(
    "other",
    [
        np.zeros((3, 2), dtype=np.int64),
        np.zeros((2, 3), dtype=np.int32),
        np.ones((2, 3), dtype=np.int64),
    ],
)
def test_the_name_of_an_array_tells_type_shape_and_content(other: np.ndarray) -> None:
    assert array_name(np.zeros((2, 3), dtype=np.int64)) != array_name(other)


def test_a_parameter_of_another_kind_cannot_be_written() -> None:
    with pytest.raises(GraphError, match="a parameter must be a number, string, boolean"):
        write(opaque(what={1: 2}))


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("input x : fixed8f4[1]", "a percent must come next, not 'x'"),
        ("input %x fixed8f4[1]", "':' must come next, not 'fixed8f4'"),
        ("input %x : fixed8f4 1]", r"'\[' must come next, not '1'"),
        ("input %x : fixed8f4[1", "',' must come next, not 'the end of the line'"),
        ("input %x : fixed8f4[1.5]", "1.5 must be an integer"),
        ("input %x : fixed8f4[-1]", "lengths of 0 or more"),
        ("input %x : fixed8[1]", "must be a known spelling"),
        ("input %x : fixed8f4[1] * 3", r"a scale must stand after \*, not 3"),
        ("input %x : fixed8f4[1] * scale(0, 1)", "scale multiplier must be 1 to"),
        ("input %x : fixed8f4[1] * scale(@5f, -1)", "array @5f must be among the graph's arrays"),
        ("input %x : (fixed8f4[1])", "the type must be of one tensor, not a tuple"),
        ("input %x : fixed8f4[1] more", "the line must end before 'more'"),
        ("constant %w : fixed8f4[1]", "'=' must come next"),
        ("constant %w : fixed8f4[1] = 3", "a array must come next|an array must come next"),
        ("%y = negate %x", r"'\(' must come next"),
        ("%y = negate(%x) {a=1} : fixed8f4[1]", "parameters of negate must be none, not a"),
        ("%y = scale_up(%x) {factor=1} : int8[1]", "must be factor, format, .*, not factor"),
        ("%y = aten.a.b(%x) {a=1 b=2} : int8[1]", "',' must come next, not 'b'"),
        ("%y = aten.a.b(%x) {a=1; b=2} : int8[1]", "a word must come next, not '='"),
        ("%y = aten.a.b(%x) {a=} : int8[1]", "a parameter's value must come next, not '}'"),
        ("%y = aten.a.b(%x) {a=1abc} : int8[1]", "a number must come next, not '1abc'"),
        (r'%y = aten.a.b(%x) {a="\x"} : int8[1]', "a string must be written as in JSON"),
        ("%y = aten.a.b(%x) {a='int0'} : int8[1]", "width must be 1 to 62, not 0"),
        ("%y = aten.a.b(%x) {} : int8[1] lanes(1)", "lanes must be two numbers, not 1"),
        ("%y = aten.a.b(%x) {} : int8[1] from act", "a string must come next, not 'act'"),
        ("nonsense", "a percent must come next, not 'nonsense'"),
        ("%y ? 3", r"the text must go on with a value, not '\? 3'"),
    ],
)
def test_a_malformed_line_is_refused_with_its_number(line: str, text: str) -> None:
    with pytest.raises(GraphError, match=text) as caught:
        parse(f'graph "g"\n\n{line}\n', {}, REGISTRY)
    assert str(caught.value).endswith(f"; in line 3 of the graph: {line}")


@pytest.mark.parametrize(
    "array", [np.zeros((3, 2), dtype=np.int64), np.zeros((2, 2)), np.zeros(2, dtype=np.int64)]
)
def test_an_array_that_is_no_scale_is_refused(array: np.ndarray) -> None:
    with pytest.raises(GraphError, match=r"a scale's array must be int64\[2, n\]"):
        parse("input %x : int8[2] * scale(@5f, -1)", {"5f": array}, REGISTRY)


@given(data=st.data())
def test_damaged_text_is_read_or_refused_and_never_breaks(data: st.DataObject) -> None:
    graph = example()
    text = write(graph)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 6)))
    put = data.draw(st.text(alphabet="%@(){}[]:=,\"\\'$*-+.eE019 \nfix", max_size=4))
    with contextlib.suppress(GraphError):
        parse(text[:start] + put + text[end:], arrays_of(graph), REGISTRY)
