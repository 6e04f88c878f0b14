"""What `add` promises beside equality of its hardware."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lowering_context import Context, known

from litho.errors import GraphError
from litho.formats import Fixed, Scale
from litho.ir import AtenCall, TensorType
from litho.ops.add.lower import lower
from litho.ops.add.reference import AddParams, alignment, evaluate, infer_type

formats = st.builds(Fixed, st.integers(2, 6), st.integers(-3, 5), st.booleans()) | st.builds(
    Fixed, st.integers(2, 6), st.just(0), st.booleans(), st.just(True)
)
scales = st.builds(lambda m, n: Scale((m,), (n,)), st.integers(1, 2**10), st.integers(-4, 8))


@given(formats, formats, scales, scales)
def test_sum_is_exact_and_its_format_is_the_narrowest(a, b, scale_a, scale_b):
    types = TensorType((4,), a, scale_a), TensorType((4,), b, scale_b)
    codes = np.array([[a.low, a.high, a.low, a.high]]), np.array([[b.low, b.high, b.high, b.low]])
    result = infer_type(AddParams(), types)
    found = evaluate(AddParams(), types, codes)[0].tolist()
    values = [
        sum(
            kind.fixed.steps(kind.scale)[0] * int(each[0, k])
            for kind, each in zip(types, codes, strict=True)
        )
        for k in range(4)
    ]
    assert [result.fixed.steps(result.scale)[0] * code for code in found] == values
    form = result.fixed
    assert form.low <= min(found)
    assert max(found) <= form.high
    assert max(found) > form.high // 2 or min(found) < form.low // 2


def test_common_grid_is_the_finer_one():
    types = TensorType((1,), Fixed(8, 4)), TensorType((1,), Fixed(6, 1))
    found = alignment(*types)
    assert (found.a, found.b) == ((1,), (8,))
    assert infer_type(AddParams(), types) == TensorType((1,), Fixed(10, 4))


def test_common_divisor_of_the_multipliers_is_the_grid():
    scales = Scale((21,), (4,)), Scale((35,), (2,))
    types = tuple(TensorType((1,), Fixed(8, is_integer=True), scale) for scale in scales)
    found = alignment(*types)
    assert (found.a, found.b) == ((3,), (20,))
    assert found.scale.fractions() == (Fraction(7, 16),)


def test_shapes_that_differ_are_refused():
    types = TensorType((1, 2), Fixed(8)), TensorType((2,), Fixed(8))
    with pytest.raises(GraphError, match=r"inputs of one shape, not \[1, 2\] and \[2\]"):
        infer_type(AddParams(), types)


def test_scales_too_far_apart_are_refused():
    types = TensorType((1,), Fixed(8, 60)), TensorType((1,), Fixed(8, -10))
    with pytest.raises(GraphError, match="must fit 62 bits"):
        infer_type(AddParams(), types)


def test_lowering_refuses_a_constant_an_alpha_and_a_number():
    kind = TensorType((2,), Fixed(8))
    context = Context({"x": kind, "y": kind, "c": known("c", kind, [1, 2])})
    assert lower(context, AtenCall(), ("x", "y")) == "add"
    with pytest.raises(GraphError, match="not the constant %c"):
        lower(context, AtenCall(), ("x", "c"))
    with pytest.raises(GraphError, match="alpha 1, not 2"):
        lower(context, AtenCall((("alpha", 2),)), ("x", "y"))
    with pytest.raises(GraphError, match="not a tensor and a number"):
        lower(context, AtenCall(), ("x",))
