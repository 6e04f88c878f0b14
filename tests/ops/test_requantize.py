"""What `requantize` promises beside equality of its hardware."""

from fractions import Fraction

import numpy as np
import pytest
from lowering_context import Context, known

from litho.errors import GraphError, UnsupportedError
from litho.formats import Fixed, Host, Scale
from litho.ir import AtenCall, Ref, TensorType
from litho.ops.casework import block_of
from litho.ops.requantize import OP
from litho.ops.requantize.lower import lower
from litho.ops.requantize.reference import RequantizeParams, evaluate, ratios

HOST = Host("host_int64")


def call(form: str, scale: Scale = Scale(), grid: Scale | None = None) -> AtenCall:
    arguments = [("x", Ref(0)), ("multipliers", Ref(1)), ("shifts", Ref(2)), ("format", form)]
    arguments += [("axis", scale.axis), ("rounding", "half_even")]
    if grid is not None:
        arguments += [("in_multipliers", Ref(3)), ("in_shifts", Ref(4)), ("in_axis", grid.axis)]
    return AtenCall(tuple(arguments))


def lowered(x, form: str, scale: Scale = Scale(), grid: Scale | None = None):
    context = Context({"x": x})
    names = ["x"]
    for place, each in enumerate((scale, *([grid] if grid else []))):
        for name, values in (("m", each.multipliers), ("n", each.shifts)):
            kind = TensorType((len(values),), HOST)
            names.append(f"{name}{place}")
            context.values[names[-1]] = known(names[-1], kind, values)
    return context, lower(context, call(form, scale, grid), tuple(names))


def test_ratio_of_powers_of_two_is_a_shift():
    source = TensorType((1, 2), Fixed(16, 10))
    found = ratios(source, TensorType((1, 2), Fixed(8, 4)))
    assert (found.multipliers, found.shifts, found.axis, found.is_exact) == ((1,), (6,), None, True)


def test_ratio_beyond_sixteen_bits_is_rounded_and_says_so():
    source = TensorType((1, 2), Fixed(8, is_integer=True), Scale((65537,), (20,)))
    found = ratios(source, TensorType((1, 2), Fixed(8, is_integer=True), Scale((3,), (4,))))
    exact = Fraction(65537, 3 << 16)
    nearest = Fraction(found.multipliers[0], 1 << found.shifts[0])
    assert not found.is_exact
    assert abs(nearest / exact - 1) <= Fraction(1, 1 << 16)


def test_equal_ratios_along_an_axis_are_one():
    scale = Scale((3, 3), (4, 4), -1)
    source = TensorType((1, 2), Fixed(8, is_integer=True), scale)
    assert ratios(source, TensorType((1, 2), Fixed(8))).axis is None


def test_scales_along_two_axes_are_refused():
    source = TensorType((2, 2), Fixed(8), Scale((1, 3), (0, 0), -1))
    target = TensorType((2, 2), Fixed(8), Scale((1, 3), (0, 0), -2))
    with pytest.raises(GraphError, match="scales along one axis, not -1 before and -2 after"):
        ratios(source, target)


def test_each_index_of_an_axis_has_its_own_ratio():
    source = TensorType((2, 2), Fixed(8), Scale.power_of_two([0, 2], -1))
    codes = np.array([[[10, 10], [-10, -10]]])
    found = evaluate(RequantizeParams(Fixed(8)), (source,), (codes,))
    assert found.tolist() == [[[10, 2], [-10, -2]]]


def test_lowering_encodes_a_constant_of_floats():
    x = known("x", TensorType((3,), Host("float32")), [0.5, -0.26, 9.0])
    context, name = lowered(x, "fixed4f2")
    assert context.constant(name).values.tolist() == [2, -1, 7]
    assert context.type_of(name) == TensorType((3,), Fixed(4, 2))


def test_lowering_to_the_type_that_is_there_adds_nothing():
    context, name = lowered(TensorType((3,), Fixed(4, 2)), "fixed4f2")
    assert name == "x"
    assert not context.nodes


def test_lowering_of_codes_adds_a_node():
    context, name = lowered(TensorType((3,), Fixed(9, 5)), "fixed4f2")
    assert context.type_of(name) == TensorType((3,), Fixed(4, 2))
    assert context.nodes[0].params == RequantizeParams(Fixed(4, 2))


def test_lowering_of_an_inexact_ratio_needs_the_grid():
    x = TensorType((3,), Fixed(20, is_integer=True), Scale((7,), (9,)))
    with pytest.raises(GraphError, match="must be told the grid of its input"):
        lowered(x, "int8", Scale((3,), (4,)))
    context, _ = lowered(x, "int8", Scale((3,), (4,)), Scale((7,), (9,)))
    assert len(context.nodes) == 1


def test_lowering_with_another_grid_than_that_of_the_codes_is_refused():
    x = TensorType((3,), Fixed(20, is_integer=True), Scale((7,), (9,)))
    with pytest.raises(GraphError, match="must know the grid of its input"):
        lowered(x, "int8", Scale((3,), (4,)), Scale((7,), (10,)))


def test_lowering_of_floats_that_are_no_constant_is_refused():
    with pytest.raises(GraphError, match="must read codes or a constant, not float32"):
        lowered(TensorType((3,), Host("float32")), "fixed8f4")


def test_block_with_too_wide_a_product_is_refused():
    x = TensorType((1,), Fixed(50, is_integer=True), Scale((7,), (-90,)))
    params = RequantizeParams(Fixed(8, is_integer=True), Scale((32749,), (4,)))
    with pytest.raises(UnsupportedError, match="at most 128 bits"):
        block_of(OP, params, (x,), (1, 1))


def test_unequal_lanes_are_refused():
    x = TensorType((4,), Fixed(8, 4))
    with pytest.raises(GraphError, match=r"'requantize': lanes in and out must be equal"):
        block_of(OP, RequantizeParams(Fixed(4, 2)), (x,), (2, 1))
