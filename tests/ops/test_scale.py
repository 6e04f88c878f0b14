"""What `scale` promises beside equality of its hardware."""

import numpy as np
import pytest
from lowering_context import Context

from litho.errors import GraphError
from litho.formats import Fixed, Scale
from litho.ir import AtenCall, Ref, TensorType
from litho.ops import registry
from litho.ops.casework import block_of
from litho.ops.scale import OP
from litho.ops.scale.reference import ScaleParams, evaluate, infer_type

INT8 = Fixed(8, is_integer=True)


def lowered(aten: str, other, kind=None) -> Context:
    context = Context({"x": kind or TensorType((2, 3), Fixed(8, 4))})
    call = AtenCall((("self", Ref(0)), ("other", other)))
    registry().lowering(aten).lower(context, call, ("x",))
    return context


@pytest.mark.parametrize(
    ("aten", "number", "format"),
    [
        ("aten.mul.Tensor", 0.125, Fixed(8, 7)),
        ("aten.div.Tensor", 8, Fixed(8, 7)),
        ("aten.mul.Scalar", 4, Fixed(8, 2)),
        ("aten.div.Scalar", 0.5, Fixed(8, 3)),
    ],
)
def test_a_power_of_two_moves_the_point(aten, number, format):
    (node,) = lowered(aten, number).nodes
    assert node.type == TensorType((2, 3), format)


def test_another_factor_goes_to_the_scale():
    (node,) = lowered("aten.mul.Tensor", 0.75).nodes
    assert node.type == TensorType((2, 3), Fixed(8, 4), Scale((3,), (2,)))


def test_the_factor_of_a_scaled_integer_goes_to_its_scale():
    kind = TensorType((2, 2), INT8, Scale((3, 5), (6, 7), -1))
    (node,) = lowered("aten.mul.Tensor", 0.5, kind).nodes
    assert node.type == TensorType((2, 2), INT8, Scale((3, 5), (7, 8), -1))


def test_a_factor_of_one_adds_no_node():
    assert not lowered("aten.mul.Tensor", 1.0).nodes


@pytest.mark.parametrize(
    ("aten", "number"),
    [
        ("aten.mul.Tensor", 0.1),
        ("aten.mul.Tensor", -0.5),
        ("aten.mul.Tensor", 0),
        ("aten.div.Tensor", 3),
        ("aten.div.Tensor", 0),
    ],
)
def test_factors_that_are_no_dyadic_numbers_are_refused(aten, number):
    with pytest.raises(GraphError, match=rf"with a positive m of 16 bits, not {number}; put it"):
        lowered(aten, number)


def test_two_tensors_are_refused():
    with pytest.raises(GraphError, match="must be with a number to become hardware, not with a"):
        lowered("aten.mul.Tensor", Ref(1))


def test_a_scale_of_too_many_bits_is_refused():
    kind = TensorType((2,), INT8, Scale((2**31 - 1,), (0,)))
    with pytest.raises(GraphError, match="scale cannot multiply a tensor of scale 2147483647"):
        infer_type(ScaleParams(Scale((3,), (0,))), (kind,))


def test_factors_along_an_axis_are_refused():
    with pytest.raises(GraphError, match="scale must have one factor for the whole tensor, not"):
        ScaleParams(Scale((3, 5), (0, 0), -1))


def test_no_code_changes():
    codes = np.arange(6).reshape(1, 2, 3)
    types = (TensorType((2, 3), Fixed(8)),)
    assert evaluate(ScaleParams(Scale((3,), (0,))), types, (codes,)) is codes


def test_equal_lanes_are_wires():
    kind = TensorType((2, 6), Fixed(8))
    block = block_of(OP, ScaleParams(Scale((1,), (3,))), (kind,), (2, 2))
    assert block.timing.latency == 0
    assert block.interval == 6
