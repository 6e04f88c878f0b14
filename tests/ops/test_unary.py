"""Tables against an authority, and what `unary` refuses."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from lowering_context import Context

from litho import ops
from litho.errors import GraphError
from litho.formats import Fixed, Scale
from litho.ir import AtenCall, TensorType
from litho.ops.unary.functions import FUNCTIONS
from litho.ops.unary.lower import SPELLINGS, lower
from litho.ops.unary.reference import UnaryParams, evaluate, infer_type, table

F = torch.nn.functional
AUTHORITIES = {
    "abs": torch.abs,
    "cos": torch.cos,
    "elu": F.elu,
    "erf": torch.erf,
    "exp": torch.exp,
    "gelu": F.gelu,
    "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
    "hardshrink": F.hardshrink,
    "hardsigmoid": F.hardsigmoid,
    "hardswish": F.hardswish,
    "hardtanh": F.hardtanh,
    "logsigmoid": F.logsigmoid,
    "mish": F.mish,
    "neg": torch.neg,
    "relu6": F.relu6,
    "selu": F.selu,
    "sigmoid": torch.sigmoid,
    "silu": F.silu,
    "sin": torch.sin,
    "softplus": F.softplus,
    "softshrink": F.softshrink,
    "softsign": F.softsign,
    "square": torch.square,
    "tanh": torch.tanh,
    "threshold": lambda x: F.threshold(x, 0.0, 0.0),
}


def params_of(function: str, form: Fixed, **options) -> UnaryParams:
    constants = tuple(default for _, default in FUNCTIONS[function].constants)
    return UnaryParams(function, form, constants=constants, **options)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_table_lies_within_half_a_step_of_pytorch(function):
    source, target = TensorType((1,), Fixed(9, 5)), Fixed(24, 14)
    found = table(params_of(function, target), source)
    codes = torch.arange(source.codes.low, source.codes.high + 1).double()
    wanted = AUTHORITIES[function](codes / 2**5).numpy() * 2**14
    limited = np.clip(wanted, target.low, target.high)
    # PyTorch's own error, in steps, comes on top.
    slack = 1e-9 * np.maximum(np.abs(limited), 1)
    assert (np.abs(found - limited) <= 0.5 + slack).all()


def test_gelu_keeps_its_bits_far_below_zero():
    found = table(params_of("gelu", Fixed(20, 60)), TensorType((1,), Fixed(6, 2)))
    x = -8.0
    assert found[0] == round(x * 0.5 * math.erfc(-x / math.sqrt(2)) * 2.0**60)


def test_floor_of_a_tiny_negative_value_is_one_step_below_zero():
    found = table(params_of("silu", Fixed(8, 2), rounding="floor"), TensorType((1,), Fixed(12, 0)))
    assert found[0] == -1


def test_values_beyond_the_format_saturate():
    found = table(params_of("exp", Fixed(8, 2)), TensorType((1,), Fixed(14, 0)))
    assert found[-1] == 127
    assert found[0] == 0


def test_codes_below_zero_find_their_entries():
    source = TensorType((3,), Fixed(4, 0))
    found = evaluate(params_of("neg", Fixed(6)), (source,), (np.array([[-8, 0, 7]]),))
    assert found.tolist() == [[8, 0, -7]]


def test_wide_input_is_refused_with_a_remedy():
    with pytest.raises(GraphError, match=r"at most 14 bits .* not fixed15f0; requantize before it"):
        infer_type(params_of("tanh", Fixed(8, 7)), (TensorType((1,), Fixed(15, 0)),))


def test_scales_along_an_axis_are_refused():
    source = TensorType((2,), Fixed(8), Scale((1, 3), (0, 0), -1))
    with pytest.raises(GraphError, match="tanh must have per-tensor scales"):
        infer_type(params_of("tanh", Fixed(8, 7)), (source,))


def test_unknown_function_is_refused():
    with pytest.raises(GraphError, match=r"function of unary must be one of abs, .* not 'tan'"):
        UnaryParams("tan", Fixed(8))


def test_missing_constants_are_refused():
    with pytest.raises(GraphError, match=r"hardshrink must have 1 constants \(lambd\)"):
        UnaryParams("hardshrink", Fixed(8))


def test_lowering_takes_the_type_that_is_wanted():
    wanted = TensorType((3,), Fixed(8, 7, False))
    context = Context({"x": TensorType((3,), Fixed(8, 4))}, wanted)
    name = lower("aten.sigmoid.default", context, AtenCall(), ("x",))
    assert context.type_of(name) == wanted


def test_lowering_reads_constants_and_the_form_of_gelu():
    context = Context({"x": TensorType((3,), Fixed(8, 4))}, TensorType((3,), Fixed(8, 4)))
    lower("aten.hardshrink.default", context, AtenCall((("lambd", 0.25),)), ("x",))
    lower("aten.gelu.default", context, AtenCall((("approximate", "tanh"),)), ("x",))
    assert context.nodes[0].params.constants == (0.25,)
    assert context.nodes[1].params.function == "gelu_tanh"


def test_lowering_without_a_quantizer_behind_is_refused():
    context = Context({"x": TensorType((3,), Fixed(8, 4))})
    with pytest.raises(GraphError, match="tanh must be followed by one quantizer"):
        lower("aten.tanh.default", context, AtenCall(), ("x",))


def test_every_spelling_is_an_operator_of_pytorch():
    for spelling in SPELLINGS:
        _, name, overload = spelling.split(".")
        assert hasattr(getattr(torch.ops.aten, name), overload), spelling


def test_page_names_every_function():
    page = (Path(ops.__file__).parent / "unary" / "README.md").read_text()
    assert all(f"`{name}`" in page for name in FUNCTIONS)
