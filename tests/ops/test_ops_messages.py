"""What operations refuse, in their own words."""

from typing import Any

import numpy as np
import pytest
from lowering_context import Context, known

from litho.errors import GraphError, UnsupportedError
from litho.formats import Fixed, Host, Scale
from litho.ir import AtenCall, Lanes, Node, NodeView, Ref, TensorType
from litho.ops import registry
from litho.ops.add.reference import AddParams
from litho.ops.linear.lower import lower as lower_linear
from litho.ops.linear.reference import LinearParams, align_bias
from litho.ops.requantize.lower import lower as lower_fake_quantize
from litho.ops.requantize.reference import RequantizeParams
from litho.ops.reshape.reference import ReshapeParams

X = TensorType((2, 4), Fixed(8, 4))
WEIGHT = TensorType((3, 4), Fixed(4, 2))
INT8 = Fixed(8, is_integer=True)


def test_what_becomes_of_zeros_is_one_of_three() -> None:
    with pytest.raises(
        GraphError, match="zeros of linear must be one of multiply, hold, skip, not drop"
    ):
        LinearParams(INT8, "drop")


def block_of(op: str, params: Any, *types: TensorType, lanes: int = 1) -> Any:
    """Ask for the hardware of a node whose inputs are all computed; its own type is not judged."""
    found, kind = registry().find(op), TensorType(types[0].shape, Fixed(62))
    names = tuple("abc"[: len(types)])
    node = Node("n", op, names, params, kind, Lanes(lanes, lanes))
    return found.blocks["fixed"](NodeView(node, types, (None,) * len(types)))


def test_linear_takes_a_weight_of_its_inputs_width() -> None:
    message = r"linear must have a weight \[outputs, 4\], not \[3, 5\]"
    with pytest.raises(GraphError, match=message):
        registry().find("linear").infer_type(
            LinearParams(Fixed(16)), (X, TensorType((3, 5), Fixed(4)))
        )


def test_a_bias_stays_within_what_is_exact() -> None:
    bias = TensorType((3,), Fixed(62, -20))
    with pytest.raises(GraphError, match=r"bias of linear must stay below 2\^61 steps of the prod"):
        align_bias(X, WEIGHT, bias, np.full(3, 1 << 60))


def test_a_weight_that_is_computed_has_no_lowering() -> None:
    context = Context({"x": X, "w": WEIGHT})
    call = AtenCall((("input", Ref(0)), ("weight", Ref(1))))
    with pytest.raises(GraphError, match="weight of linear must be a constant, not computed by %w"):
        lower_linear(context, call, ("x", "w"))


def test_a_weight_that_is_computed_has_no_hardware() -> None:
    with pytest.raises(GraphError, match="linear 'n' must have constant weights and bias"):
        block_of("linear", LinearParams(Fixed(20, 6)), X, WEIGHT)


def test_sums_of_grids_too_far_apart_have_no_hardware() -> None:
    far = TensorType((2, 4), Fixed(8, 50))
    message = "add 'n' must align its inputs within 62 bits, not .*; requantize them to nearer"
    with pytest.raises(UnsupportedError, match=message):
        block_of("add", AddParams(), TensorType((2, 4), Fixed(40, 0)), far)


def test_ratios_too_far_apart_along_an_axis_have_no_hardware() -> None:
    source = TensorType((2, 2), INT8, Scale((3, 5), (0, 90), -1))
    message = r"requantize must have ratios of scales within 2\^.* of one another along axis -1"
    with pytest.raises(UnsupportedError, match=message):
        block_of("requantize", RequantizeParams(INT8, Scale((7,), (3,))), source)


def test_the_scale_of_a_quantizer_is_a_constant() -> None:
    kind = TensorType((1,), Host("host_int64"))
    context = Context({"x": X, "m": kind, "s": known("s", kind, [0])})
    arguments = (("x", Ref(0)), ("multipliers", Ref(1)), ("shifts", Ref(2)), ("format", "int8"))
    message = "multipliers of fake_quantize must be constant, not computed"
    with pytest.raises(GraphError, match=message):
        lower_fake_quantize(context, AtenCall(arguments), ("x", "m", "s"))


def test_lanes_of_reshape_are_positive() -> None:
    with pytest.raises(GraphError, match="reshape 'n': lanes must be at least 1, not 0 and 0"):
        block_of("reshape", ReshapeParams((8,)), X, lanes=0)
