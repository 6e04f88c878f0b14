"""What `matmul` promises beside equality of its hardware."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lowering_context import Context, known

from litho.errors import GraphError
from litho.formats import Fixed, Scale
from litho.ir import AtenCall, TensorType
from litho.ops.casework import block_of
from litho.ops.matmul import OP
from litho.ops.matmul.lower import lower
from litho.ops.matmul.reference import MatmulParams, evaluate, infer_type
from litho.ops.reorder.reference import ReorderParams

INT8 = Fixed(8, is_integer=True)
LEFT, RIGHT = Fixed(5, 2), Fixed(4, 1)
PLAIN, TRANSPOSED = MatmulParams(), MatmulParams(transposed=True)


def kinds(a=(2, 3), b=(3, 4), left=LEFT, right=RIGHT):
    return TensorType(a, left), TensorType(b, right)


@given(
    st.tuples(st.integers(1, 4), st.booleans()),
    st.tuples(st.integers(1, 4), st.booleans()),
    st.integers(1, 9),
)
def test_the_sum_is_the_narrowest_that_holds_the_extremes(left, right, terms):
    a, b = Fixed(left[0], 0, left[1]), Fixed(right[0], 0, right[1])
    found = infer_type(PLAIN, kinds((1, terms), (terms, 1), a, b)).fixed
    products = [x * y for x in (a.low, a.high) for y in (b.low, b.high)]
    sums = [terms * min(products), terms * max(products)]
    assert found.low <= sums[0]
    assert sums[1] <= found.high
    if found.width > 1:
        narrower = Fixed(found.width - 1)
        assert min([*sums, 0]) < narrower.low or max([*sums, 0]) > narrower.high


@pytest.mark.parametrize(
    ("params", "a", "b", "shape"),
    [
        (PLAIN, (2, 3), (3, 4), (2, 4)),
        (TRANSPOSED, (2, 3), (4, 3), (2, 4)),
        (TRANSPOSED, (2, 5, 2, 3), (2, 5, 4, 3), (2, 5, 2, 4)),
    ],
)
def test_rows_of_a_meet_columns_of_b(params, a, b, shape):
    assert infer_type(params, kinds(a, b)).shape == shape


@pytest.mark.parametrize(
    ("params", "a", "b", "says"),
    [
        (PLAIN, (3,), (3, 4), r"\[..., M, K\] and \[..., K, N\], as many of each, not \[3\]"),
        (PLAIN, (2, 2, 3), (1, 3, 4), r"as many of each, not \[2, 2, 3\] and \[1, 3, 4\]"),
        (PLAIN, (2, 3), (4, 3), "as many columns of a as b has terms, not 3 and 4"),
        (TRANSPOSED, (2, 3), (3, 4), "as many columns of a as b has terms, not 3 and 4"),
    ],
)
def test_shapes_that_do_not_fit_are_refused(params, a, b, says):
    with pytest.raises(GraphError, match=says):
        infer_type(params, kinds(a, b))


def test_a_sum_beyond_62_bits_is_refused():
    wide = Fixed(31)
    with pytest.raises(GraphError, match=r"a sum of 2 products of fixed31f0 .* must fit 62 bits"):
        infer_type(PLAIN, kinds((1, 2), (2, 1), wide, wide))


def test_fractions_move_to_the_scale_when_a_scaled_integer_takes_part():
    a = TensorType((2, 3), Fixed(8, 4))
    b = TensorType((3, 2), INT8, Scale((3,), (6,)))
    found = infer_type(PLAIN, (a, b))
    assert found.fixed.is_integer
    assert found.scale == Scale((3,), (10,))


@pytest.mark.parametrize(
    ("params", "place", "axis", "moved"),
    [(PLAIN, 0, -2, -2), (PLAIN, 1, -1, -1), (TRANSPOSED, 1, -2, -1)],
)
def test_scales_of_rows_and_columns_become_those_of_the_result(params, place, axis, moved):
    types = [TensorType((2, 2), INT8), TensorType((2, 2), INT8)]
    types[place] = TensorType((2, 2), INT8, Scale((3, 5), (6, 7), axis))
    assert infer_type(params, tuple(types)).scale == Scale((3, 5), (6, 7), moved)


@pytest.mark.parametrize(
    ("params", "place", "axis"), [(PLAIN, 0, -1), (PLAIN, 1, -2), (TRANSPOSED, 1, -1)]
)
def test_scales_of_terms_are_refused(params, place, axis):
    types = [TensorType((2, 2), INT8), TensorType((2, 2), INT8)]
    types[place] = TensorType((2, 2), INT8, Scale((3, 5), (6, 7), axis))
    with pytest.raises(GraphError, match="must have one scale for all codes that are added"):
        infer_type(params, tuple(types))


def test_scales_along_two_axes_are_refused():
    a = TensorType((2, 2), INT8, Scale((3, 5), (6, 7), -2))
    b = TensorType((2, 2), INT8, Scale((3, 5), (6, 7), -1))
    with pytest.raises(GraphError, match="matmul cannot have the products of scales"):
        infer_type(PLAIN, (a, b))


@pytest.mark.parametrize("bits", [8, 27])
def test_products_are_exact_in_float64_and_beyond(bits):
    form = Fixed(bits)
    types = kinds((2, 3), (3, 2), form, form)
    a = np.full((4, 2, 3), form.low)
    b = np.full((4, 3, 2), form.high)
    b[:, 0] -= 1
    found = evaluate(PLAIN, types, (a, b))
    assert found.dtype == np.int64
    assert found[0, 0, 0] == form.low * (3 * form.high - 1)


def test_each_sample_has_a_b_of_its_own():
    a, b = np.array([[[1, 2]], [[3, 4]]]), np.array([[[1, 0]], [[0, 1]]])
    assert evaluate(TRANSPOSED, kinds((1, 2), (1, 2)), (a, b)).tolist() == [[[1]], [[4]]]


def test_lowering_gives_one_node():
    a, b = kinds()
    context = Context({"a": a, "b": b})
    assert lower(context, AtenCall(), ("a", "b")) == "matmul"
    assert context.nodes[0].type.shape == (2, 4)


@pytest.mark.parametrize(("axes", "spared"), [((0, 2, 1), True), ((1, 0, 2), False)])
def test_a_transposition_of_b_is_left_to_the_product(axes, spared):
    form = Fixed(4)
    context = Context({"a": TensorType((3, 3, 3), form), "x": TensorType((3, 3, 3), form)})
    moved = context.add("reorder", ("x",), ReorderParams(axes))
    lower(context, AtenCall(), ("a", moved))
    product = context.nodes[-1]
    assert product.params.transposed is spared
    assert product.inputs == ("a", "x" if spared else "reorder")


def test_a_constant_is_refused_with_what_to_write():
    a, b = kinds()
    context = Context({"a": a, "w": known("w", b, np.ones((3, 4)))})
    with pytest.raises(GraphError, match=r"two computed tensors, not the constant %w; write the"):
        lower(context, AtenCall(), ("a", "w"))


@pytest.mark.parametrize("lanes", [(0, 1), (4, 1), (1, 0), (1, 5)])
def test_lanes_beyond_the_rows_are_refused(lanes):
    with pytest.raises(GraphError, match=r"matmul 'matmul': lanes must be 1 to [34]"):
        block_of(OP, PLAIN, kinds(), lanes)


@pytest.mark.parametrize(
    ("a", "b", "lanes", "interval"),
    [((6, 8), (8, 4), (2, 2), 6 * 4 * 2), ((1, 8), (8, 4), (4, 2), 8 * 2)],
)
def test_the_interval_is_that_of_the_words_or_of_b(a, b, lanes, interval):
    assert block_of(OP, PLAIN, kinds(a, b), lanes).interval == interval


def test_the_first_result_waits_for_the_whole_of_b():
    a, b = kinds((3, 8), (5, 8))
    block = block_of(OP, TRANSPOSED, (a, b), (2, 1))
    offered = np.zeros(12, np.int64), np.arange(20, dtype=np.int64) + 100
    assert block.schedule(offered)[0][0] == 119 + 5 + 4
