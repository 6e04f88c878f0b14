"""What the norms promise beside equality of their hardware: their bound, what they refuse."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from lowering_context import Context, known

from litho import frontend, passes
from litho.compress.operator import fake_quantize
from litho.errors import GraphError
from litho.formats import Fixed, Host, Scale
from litho.ir import AtenCall, Constant, Lanes, Node, NodeView, Ref, TensorType, interpret
from litho.ir.op import Codes
from litho.ops import registry
from litho.ops.layer_norm.lower import lower
from litho.ops.layer_norm.reference import NormParams, evaluate, infer_type, norm, plan_of
from litho.ops.rms_norm.reference import infer_type as rms_type
from litho.rtl import Block, is_steady, single

F = torch.nn.functional
X = TensorType((2, 4), Fixed(8, 4))
GAMMA = TensorType((4,), Fixed(8, 5))
PARAMS = NormParams(Fixed(8, 5))
INT8, UINT8 = Fixed(8, is_integer=True), Fixed(8, 0, False, is_integer=True)
FINE = Scale.nearest(0.0173)

KINDS = (
    (128, Fixed(8, 4), Scale(), Fixed(8, 6), NormParams(Fixed(8, 5), epsilon=1e-12)),
    (128, INT8, Scale.nearest(0.0419), INT8, NormParams(INT8, Scale.nearest(0.0271))),
    (16, Fixed(8, 7, False), Scale(), Fixed(6, 3), NormParams(Fixed(12, 8), rounding="floor")),
    (7, Fixed(3, 0), Scale(), Fixed(8, 6), NormParams(Fixed(16, 12), epsilon=0.0)),
    (2, Fixed(2, 0), Scale(), Fixed(8, 6), NormParams(Fixed(14, 12), epsilon=0.37)),
    (48, Fixed(12, 6), Scale(), Fixed(8, 2), NormParams(UINT8, FINE, "half_up", epsilon=3.0)),
    (64, Fixed(16, 12), Scale(), Fixed(8, 6), NormParams(Fixed(8, 4), rounding="toward_zero")),
)


def rows_of(kind: TensorType, count: int, seed: int) -> Codes:
    """Rows of several kinds: over the whole range, narrow, one code apart, two codes, constant."""
    generator = np.random.default_rng(seed)
    low, high = kind.codes.low, kind.codes.high
    codes = generator.integers(low, high + 1, (count, kind.row), dtype=np.int64)
    codes[::2] >>= generator.integers(0, kind.codes.bits, (count, 1))[::2]
    # The least variance that there is, where what is added to it matters most.
    codes[1::8] = generator.integers(low, high, (len(codes[1::8]), 1))
    codes[1::8, 0] += 1
    codes[3::8] = np.where(generator.random((len(codes[3::8]), kind.row)) < 0.5, high, low)
    codes[5::8] = generator.integers(low, high + 1, (len(codes[5::8]), 1))
    codes[7::8] = 0
    codes[7::8, -1] = 1
    return codes


def factors_of(kind: TensorType) -> Codes:
    """The least factor, the greatest one, 0, and random ones."""
    low, high = kind.codes.low, kind.codes.high
    codes = np.random.default_rng(3).integers(low, high + 1, kind.shape, dtype=np.int64)
    codes[:2] = low, high
    codes[2:3] = 0
    return codes


def greatest_error(
    types: tuple[TensorType, ...], params: NormParams, rows: Codes, is_centred: bool
) -> float:
    """The greatest distance from PyTorch's float64 norm, limited, in steps of the result."""
    kind, form = types[0], params.format
    factors = tuple(factors_of(each) for each in types[1:])
    found = norm(params, types, (rows, *factors), is_centred)
    x = torch.from_numpy(kind.fixed.decode(rows, kind.scale))
    gamma = torch.from_numpy(types[1].fixed.decode(factors[0], types[1].scale))
    function = F.layer_norm if is_centred else F.rms_norm
    wanted = function(x, (kind.row,), gamma, eps=params.epsilon)
    # Without epsilon a row of equal codes is 0 / 0 in PyTorch.
    wanted = torch.nan_to_num(wanted, nan=0.0).numpy() / float(form.steps(params.scale)[0])
    return float(np.abs(found - wanted.clip(form.low, form.high)).max())


def bound(params: NormParams, types: tuple[TensorType, ...]) -> float:
    plan = plan_of(params, types)
    exact = plan.step / params.format.steps(params.scale)[0] * 2**plan.shift == plan.multiplier
    slack = 0 if exact else max(params.format.high, -params.format.low) * 2.0**-16
    return (0.75 if params.rounding.startswith("half") else 1.25) + slack


def types_of(row: int, form: Fixed, scale: Scale, factor: Fixed) -> tuple[TensorType, ...]:
    unit = FINE if factor.is_integer else Scale()
    return TensorType((row,), form, scale), TensorType((row,), factor, unit)


@pytest.mark.parametrize("is_centred", [True, False], ids=["layer", "rms"])
@pytest.mark.parametrize(("row", "form", "scale", "factor", "params"), KINDS, ids=str)
def test_error_stays_within_the_bound(row, form, scale, factor, params, is_centred):
    types = types_of(row, form, scale, factor)
    rows = rows_of(types[0], 2000, 1)
    assert greatest_error(types, params, rows, is_centred) <= bound(params, types)


@pytest.mark.slow
@pytest.mark.parametrize("is_centred", [True, False], ids=["layer", "rms"])
@pytest.mark.parametrize(("row", "form", "scale", "factor", "params"), KINDS, ids=str)
def test_error_of_a_million_rows_stays_within_the_bound(
    row, form, scale, factor, params, is_centred
):
    types = types_of(row, form, scale, factor)
    for seed in range(8):
        rows = rows_of(types[0], 20000, 10 + seed)
        assert greatest_error(types, params, rows, is_centred) <= bound(params, types)


@pytest.mark.parametrize("is_centred", [True, False], ids=["layer", "rms"])
def test_long_rows_stay_within_the_bound(is_centred):
    types = types_of(4096, Fixed(8, 4), Scale(), Fixed(8, 6))
    rows = rows_of(types[0], 48, 3)
    assert greatest_error(types, PARAMS, rows, is_centred) <= 0.75


@given(st.lists(st.integers(-60, 60), min_size=5, max_size=5), st.integers(-60, 60))
def test_a_constant_that_is_added_to_a_row_does_not_matter(codes, constant):
    kind = TensorType((5,), Fixed(8, 4))
    row = np.array([codes], dtype=np.int64)
    assert np.array_equal(
        evaluate(PARAMS, (kind,), (row + constant,)), evaluate(PARAMS, (kind,), (row,))
    )


@pytest.mark.parametrize("epsilon", [0.0, 1e-5])
def test_rows_of_equal_codes_become_what_is_added(epsilon):
    params = NormParams(Fixed(8, 5), epsilon=epsilon)
    plan = plan_of(params, (X, GAMMA))
    step = Scale((plan.step.numerator,), (plan.step.denominator.bit_length() - 1,))
    beta = TensorType((4,), Fixed(40, is_integer=True), step)
    summands = np.array([0, 32, -64, 96]) * int(2**plan.shift / 32)
    rows = np.array([[[-128] * 4, [127] * 4]], dtype=np.int64)
    found = evaluate(params, (X, GAMMA, beta), (rows, np.array([1, -128, 127, 5]), summands))
    assert found.tolist() == [[[0, 1, -2, 3]] * 2]


def block_of(op: str, types: tuple[TensorType, ...], params: NormParams, lanes: int) -> Block:
    found = registry().find(op)
    names = tuple("abc"[: len(types)])
    node = Node("n", op, names, params, found.infer_type(params, types), Lanes(lanes, lanes))
    pairs = zip(names[1:], types[1:], strict=True)
    constants = tuple(Constant(name, kind, factors_of(kind)) for name, kind in pairs)
    block: Block = found.blocks["fixed"](NodeView(node, types, (None, *constants)))
    return block


@pytest.mark.parametrize("row", [1, 2, 21, 22, 23, 24, 70])
@pytest.mark.parametrize("lanes", [1, 2, 5])
@pytest.mark.parametrize("op", ["layer_norm", "rms_norm"])
def test_the_buffer_keeps_the_interval(row, lanes, op):
    kind = TensorType((3, row), Fixed(8, 4))
    found = block_of(op, (kind,), NormParams(Fixed(8, 5)), min(lanes, row))
    numbers = dict(found.parameters)
    cycles = numbers["Root"] - (numbers["Least"] + 1) // 2 + 3
    assert is_steady(single(found), found.interval)
    assert found.interval == 3 * max(found.inputs[0].beats_per_row, cycles)


class Norm(torch.nn.Module):
    """A norm with quantized parameters and a quantizer behind it, all in steps of 1/32."""

    def __init__(self, is_centred):
        super().__init__()
        self.is_centred = is_centred
        self.register_buffer("one", torch.tensor([1]))
        self.register_buffer("five", torch.tensor([5]))
        self.register_buffer("gamma", torch.tensor([1.0, -0.5, 2.0, 0.25]))
        self.register_buffer("beta", torch.tensor([0.5, -1.0, 0.0, 3.0]))

    def coded(self, x):
        return fake_quantize(x, self.one, self.five, "int8", None, "half_even")

    def normalized(self, x, gamma, beta):
        if self.is_centred:
            return F.layer_norm(x, (4,), gamma, beta, 1e-5)
        return F.rms_norm(x, (4,), gamma, 1e-6)

    def forward(self, x):
        return self.coded(self.normalized(x, self.coded(self.gamma), self.coded(self.beta)))


@pytest.mark.parametrize("is_centred", [True, False], ids=["layer", "rms"])
def test_a_captured_norm_stays_within_the_bound(is_centred):
    module = Norm(is_centred).double()
    captured = frontend.capture(module, frontend.example_of(["1,2,4:float64"]), "rows")
    kind = TensorType((1, 2, 4), Fixed(8, 4))
    inputs = tuple(replace(item, type=kind) for item in captured.inputs)
    graph = passes.run(replace(captured, inputs=inputs), (passes.Lower(),), registry())
    assert [node.op for node in graph.nodes] == ["layer_norm" if is_centred else "rms_norm"]
    codes = rows_of(X, 64, 4).reshape(-1, 1, 2, 4)
    found = interpret(graph, {graph.inputs[0].name: codes}, registry())[graph.outputs[0]]
    true = module.normalized(torch.from_numpy(codes).double() / 16, module.gamma, module.beta) * 32
    assert np.abs(found - true.clamp(-128, 127).numpy()).max() <= 0.75


CALL = (("input", Ref(0)), ("normalized_shape", (4,)), ("weight", Ref(1)), ("bias", Ref(2)))


def context_of(wanted: TensorType | None = X) -> Context:
    coded = known("g", GAMMA, [32, -16, 64, 8])
    floats = known("f", TensorType((4,), Host("float64")), [0.0] * 4)
    beta = known("b", GAMMA, [1, -1, 0, 5])
    return Context({"x": X, "g": coded, "b": beta, "f": floats, "y": GAMMA}, wanted)


def test_a_bias_is_rounded_to_the_step_of_the_sums():
    context = context_of()
    lower(context, AtenCall(CALL), ("x", "g", "b"))
    node = context.nodes[0]
    step = plan_of(node.params, (X, GAMMA)).step
    aligned = context.constant(node.inputs[2])
    assert node.params.epsilon == 1e-5
    assert [int(code) * step * 32 for code in aligned.values] == [1, -1, 0, 5]
    lower(context, AtenCall(CALL[:3]), ("x", "g"))
    lower(context, AtenCall(CALL[:2]), ("x",))
    assert [len(node.inputs) for node in context.nodes] == [3, 2, 1]


def test_lowering_takes_the_last_axis_alone():
    call = AtenCall((("input", Ref(0)), ("normalized_shape", (2, 4))))
    with pytest.raises(GraphError, match=r"along the last axis, of 4, .* not over \[2, 4\]"):
        lower(context_of(), call, ("x",))


def test_lowering_without_a_quantizer_behind_is_refused():
    with pytest.raises(GraphError, match="layer_norm must be followed by one quantizer"):
        lower(context_of(None), AtenCall(CALL), ("x", "g", "b"))


def test_factors_are_quantized_constants():
    for name in ("f", "y"):
        with pytest.raises(
            GraphError, match=f"weight of a norm must be a quantized .* not %{name}"
        ):
            lower(context_of(), AtenCall(CALL), ("x", name, "b"))


def test_a_bias_without_a_weight_is_refused():
    call = AtenCall((("input", Ref(0)), ("normalized_shape", (4,)), ("bias", Ref(1))))
    with pytest.raises(GraphError, match="layer_norm must have a weight beside its bias"):
        lower(context_of(), call, ("x", "b"))


def test_rms_norm_says_its_epsilon():
    lowering = registry().lowering("aten.rms_norm.default")
    call = AtenCall((("input", Ref(0)), ("normalized_shape", (4,)), ("weight", Ref(1))))
    with pytest.raises(GraphError, match="rms_norm must say its epsilon to become hardware"):
        lowering.lower(context_of(), call, ("x", "g"))


@pytest.mark.parametrize("epsilon", [-1e-5, float("inf"), float("nan")])
def test_an_epsilon_below_zero_or_without_end_is_refused(epsilon):
    with pytest.raises(GraphError, match="epsilon of a norm must be 0 or more, not"):
        NormParams(Fixed(8), epsilon=epsilon)


def test_a_result_with_scales_along_an_axis_is_refused():
    with pytest.raises(GraphError, match="the result of a norm must have one scale, not one for"):
        NormParams(INT8, Scale((1, 3), (0, 0), -1))


def test_scales_along_an_axis_and_rows_without_axis_are_refused():
    scaled = TensorType((4,), INT8, Scale((1, 3, 5, 7), (0,) * 4, -1))
    for types in ((scaled,), (X, scaled), (TensorType((), Fixed(8)),)):
        with pytest.raises(GraphError, match="a norm must have rows and factors of one scale each"):
            infer_type(PARAMS, types)


def test_factors_are_as_many_as_the_codes_of_a_row():
    with pytest.raises(GraphError, match=r"a summand for each of 4 codes, not shape \[5\]"):
        rms_type(PARAMS, (X, TensorType((5,), Fixed(8))))


def test_summands_stand_in_steps_of_the_sums():
    with pytest.raises(GraphError, match="summands of a norm must have the step of its sums, 1/"):
        infer_type(PARAMS, (X, GAMMA, GAMMA))


def test_squares_too_wide_are_refused():
    wide = TensorType((4096,), Fixed(20, 8))
    with pytest.raises(GraphError, match=r"rows of 4096 must need at most 61 bits for its squares"):
        infer_type(PARAMS, (wide,))


def test_sums_too_wide_are_refused():
    types = types_of(2048, Fixed(16, 8), Scale(), INT8)
    with pytest.raises(GraphError, match="the sums of a norm must fit 61 bits, not take"):
        infer_type(PARAMS, types)


def test_lanes_stay_within_the_row():
    with pytest.raises(
        GraphError, match=r"layer_norm 'n': lanes must be 1 to 4 \(its row\), not 5"
    ):
        block_of("layer_norm", (X,), PARAMS, 5)


def test_factors_that_are_computed_have_no_hardware():
    found, params = registry().find("rms_norm"), PARAMS
    node = Node("n", "rms_norm", ("a", "b"), params, infer_type(params, (X,)), Lanes(1, 1))
    with pytest.raises(GraphError, match="rms_norm 'n' must have constant factors and summands"):
        found.blocks["fixed"](NodeView(node, (X, GAMMA), (None, None)))
