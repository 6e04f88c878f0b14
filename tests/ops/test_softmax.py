"""What `softmax` promises beside equality of its hardware: its bound, its masks, its buffers."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from lowering_context import Context

from litho import frontend, passes
from litho.compress.operator import fake_quantize
from litho.errors import GraphError
from litho.formats import Fixed, Scale
from litho.ir import AtenCall, Lanes, Node, NodeView, TensorType, interpret
from litho.ir.op import Codes
from litho.ops import registry
from litho.ops.softmax import OP
from litho.ops.softmax.block import block
from litho.ops.softmax.lower import lower
from litho.ops.softmax.reference import SoftmaxParams, evaluate, infer_type, plan_of, table
from litho.rtl import Block, is_steady, single

PROBABILITY = SoftmaxParams(Fixed(8, 8, False))
X = TensorType((2, 4), Fixed(8, 4))
INT8 = Fixed(8, is_integer=True)
LENGTH = TensorType((1,), Fixed(8, 0, False))

KINDS = (
    (16, Fixed(8, 4), Scale(), PROBABILITY),
    (128, Fixed(8, 4), Scale(), PROBABILITY),
    (128, INT8, Scale.nearest(0.0731), SoftmaxParams(Fixed(8, 7), rounding="half_up")),
    (7, Fixed(6, -1), Scale(), SoftmaxParams(Fixed(4, 4, False), rounding="floor")),
    (33, Fixed(12, 8), Scale(), SoftmaxParams(Fixed(16, 16, False))),
    (64, Fixed(16, 8, False), Scale(), SoftmaxParams(Fixed(8, 12, False), rounding="toward_zero")),
    (
        200,
        INT8,
        Scale.nearest(0.0031),
        SoftmaxParams(Fixed(12, is_integer=True), Scale((1,), (11,))),
    ),
    (2, Fixed(3, 0), Scale(), SoftmaxParams(Fixed(1, 1, False))),
)


def rows_of(kind: TensorType, count: int, seed: int) -> Codes:
    """Rows of several kinds: over the whole range, narrow, around a code, one great, two codes."""
    generator = np.random.default_rng(seed)
    low, high = kind.codes.low, kind.codes.high
    shape = (count, kind.row)
    codes = generator.integers(low, high + 1, shape, dtype=np.int64)
    spread = generator.integers(0, kind.codes.bits, (count, 1))
    codes[::2] >>= spread[::2]
    # All at one distance from the greatest: the errors of their entries add up.
    codes[1::8] = generator.integers(low, high + 1, (len(codes[1::8]), 1))
    codes[1::8, 0] = high
    codes[3::8] = np.where(generator.random((len(codes[3::8]), kind.row)) < 0.1, high, low)
    codes[5::8] = (high + generator.integers(-3, 1, codes[5::8].shape)).clip(low)
    return codes


def greatest_error(
    kind: TensorType, params: SoftmaxParams, rows: Codes, lengths: Codes | None = None
) -> float:
    """The greatest distance from PyTorch's float64 softmax, limited, in steps of the result."""
    given = (rows,) if lengths is None else (rows, lengths)
    found = evaluate(params, (kind, LENGTH)[: len(given)], given)
    values = torch.from_numpy(kind.fixed.decode(rows, kind.scale))
    if lengths is not None:
        counts = torch.arange(kind.row) < torch.from_numpy(lengths)
        values = values.masked_fill(~counts, -torch.inf)
        assert not found[~counts.numpy()].any()
    wanted = torch.softmax(values, -1).numpy() * 2.0**params.frac
    return float(np.abs(found - wanted.clip(max=params.format.high)).max())


def bound(params: SoftmaxParams) -> float:
    return 0.75 if params.rounding.startswith("half") else 1.25


@pytest.mark.parametrize(("row", "form", "scale", "params"), KINDS, ids=str)
def test_error_stays_within_the_bound(row, form, scale, params):
    kind = TensorType((row,), form, scale)
    rows = rows_of(kind, 2000, 1)
    lengths = np.random.default_rng(2).integers(1, row + 1, (len(rows), 1))
    assert greatest_error(kind, params, rows) <= bound(params)
    assert greatest_error(kind, params, rows, lengths) <= bound(params)


@pytest.mark.slow
@pytest.mark.parametrize(("row", "form", "scale", "params"), KINDS, ids=str)
def test_error_of_a_million_rows_stays_within_the_bound(row, form, scale, params):
    kind = TensorType((row,), form, scale)
    for seed in range(8):
        rows = rows_of(kind, 1 << 14, 10 + seed)
        lengths = np.random.default_rng(seed).integers(1, row + 1, (len(rows), 1))
        assert greatest_error(kind, params, rows, lengths if seed % 2 else None) <= bound(params)


def test_long_rows_of_small_terms_stay_within_the_bound():
    kind = TensorType((4096,), Fixed(10, 5))
    rows = rows_of(kind, 48, 3)
    assert greatest_error(kind, PROBABILITY, rows) <= 0.75
    assert greatest_error(kind, SoftmaxParams(Fixed(16, 16, False)), rows) <= 0.75


@given(st.permutations(range(6)), st.lists(st.integers(-128, 127), min_size=6, max_size=6))
def test_order_of_a_row_and_a_constant_do_not_matter(order, codes):
    kind = TensorType((6,), Fixed(9, 4))
    row = np.array([codes], dtype=np.int64)
    found = evaluate(PROBABILITY, (kind,), (row,))
    assert np.array_equal(evaluate(PROBABILITY, (kind,), (row[:, order],)), found[:, order])
    assert np.array_equal(evaluate(PROBABILITY, (kind,), (row + 100,)), found)


def test_what_does_not_count_is_zero_whatever_it_is():
    rows = np.array([[[5, 9, 127, 3], [-1, 4, -128, 127]]] * 2, dtype=np.int64)
    lengths = np.array([[2], [0]], dtype=np.int64)
    found = evaluate(PROBABILITY, (X, LENGTH), (rows, lengths))
    short = TensorType((2, 2), Fixed(8, 4))
    assert not found[0, :, 2:].any()
    assert not found[1].any()
    # Two codes in a row of four have another number of guard bits than in one of two.
    assert np.abs(found[0, :, :2] - evaluate(PROBABILITY, (short,), (rows[:1, :, :2],))).max() <= 1


def test_a_length_beyond_the_row_is_the_whole_row():
    rows = np.array([[[5, 9, 127, 3], [-1, 4, -128, 127]]], dtype=np.int64)
    whole = evaluate(PROBABILITY, (X,), (rows,))
    for length in (4, 5, 255):
        lengths = np.array([[length]], dtype=np.int64)
        assert np.array_equal(evaluate(PROBABILITY, (X, LENGTH), (rows, lengths)), whole)


def test_table_ends_with_its_first_zero():
    entries = table(PROBABILITY, X)
    assert entries[0] == 1 << plan_of(PROBABILITY, 4).exponential
    assert entries[-1] == 0
    assert (np.diff(entries) <= 0).all()
    assert entries[-2] > 0
    flat = TensorType((4,), INT8, Scale.nearest(1e-6))
    assert len(table(PROBABILITY, flat)) == 257


def block_of(kind: TensorType, params: SoftmaxParams, lanes: int) -> Block:
    node = Node("n", "softmax", ("x",), params, infer_type(params, (kind,)), Lanes(lanes, lanes))
    return block(NodeView(node, (kind,), (None,)))


@pytest.mark.parametrize("row", [1, 2, 9, 12, 13, 14, 40])
@pytest.mark.parametrize("lanes", [1, 2, 5])
@pytest.mark.parametrize("frac", [3, 8])
def test_buffers_keep_the_interval_and_no_shallower_one_would(row, lanes, frac):
    kind = TensorType((3, row), Fixed(6, 2))
    found = block_of(kind, SoftmaxParams(Fixed(8, frac, False)), min(lanes, row))
    assert is_steady(single(found), found.interval)
    assert found.interval == 3 * max(-(-row // min(lanes, row)), frac + 5)


def test_softmax_of_a_captured_module_is_that_of_its_codes():
    class Rows(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("multiplier", torch.tensor([1]))
            self.register_buffer("shift", torch.tensor([8]))

        def forward(self, x):
            weights = torch.nn.functional.softmax(x, dim=-1)
            return fake_quantize(weights, self.multiplier, self.shift, "uint8", None, "half_even")

    captured = frontend.capture(Rows().double(), frontend.example_of(["1,2,4:float64"]), "rows")
    kind = TensorType((1, 2, 4), Fixed(8, 4))
    inputs = tuple(replace(item, type=kind) for item in captured.inputs)
    graph = passes.run(replace(captured, inputs=inputs), (passes.Lower(),), registry())
    assert [node.op for node in graph.nodes] == ["softmax"]
    codes = rows_of(X, 12, 4).reshape(-1, 1, 2, 4)
    found = interpret(graph, {graph.inputs[0].name: codes}, registry())
    wanted = evaluate(
        SoftmaxParams(Fixed(8, 0, False, is_integer=True), Scale((1,), (8,))), (kind,), (codes,)
    )
    assert np.array_equal(found[graph.outputs[0]], wanted)


def test_lowering_takes_the_last_axis_alone():
    wanted = TensorType((2, 4), Fixed(8, 8, False))
    context = Context({"x": X}, wanted)
    assert context.type_of(lower(context, AtenCall((("dim", 1),)), ("x",))) == wanted
    with pytest.raises(
        GraphError, match=r"softmax must be along the last axis of 2 .* not along 0"
    ):
        lower(context, AtenCall((("dim", 0),)), ("x",))


def test_lowering_without_a_quantizer_behind_is_refused():
    with pytest.raises(GraphError, match="softmax must be followed by one quantizer"):
        lower(Context({"x": X}), AtenCall((("dim", -1),)), ("x",))


def test_a_result_in_other_steps_is_refused():
    with pytest.raises(GraphError, match="a result in steps of one power of two, not with scale 3"):
        SoftmaxParams(INT8, Scale.nearest(3.0))


def test_too_many_fraction_bits_or_none_are_refused():
    with pytest.raises(GraphError, match=r"rows of 4 must have a result of 0 to 26 .* not 27"):
        plan_of(SoftmaxParams(Fixed(32, 27, False)), 4)
    assert plan_of(SoftmaxParams(Fixed(32, 26, False)), 4).shift <= 59
    with pytest.raises(GraphError, match="fraction bits, not -1"):
        plan_of(SoftmaxParams(Fixed(8, -1, False)), 4)


def test_scales_along_an_axis_and_rows_without_axis_are_refused():
    kind = TensorType((2,), INT8, Scale((1, 3), (0, 0), -1))
    with pytest.raises(GraphError, match="softmax must have rows of one scale, not shape"):
        infer_type(PROBABILITY, (kind,))
    with pytest.raises(GraphError, match=r"rows of one scale, not shape \[\]"):
        infer_type(PROBABILITY, (TensorType((), Fixed(8, 4)),))


def test_steps_too_fine_for_a_table_are_refused():
    with pytest.raises(
        GraphError, match=r"a table of at most 16384 exponentials, not of .* fixed20"
    ):
        infer_type(PROBABILITY, (TensorType((4,), Fixed(20, 15)),))
    infer_type(PROBABILITY, (TensorType((4,), Fixed(20, 8)),))


@pytest.mark.parametrize(
    "length",
    [
        TensorType((1,), Fixed(8)),
        TensorType((1,), Fixed(8, 1, False)),
        TensorType((2,), Fixed(8, 0, False)),
        TensorType((1,), Fixed(32, 0, False)),
        TensorType((1,), Fixed(8, 0, False), Scale((3,), (0,))),
    ],
    ids=str,
)
def test_a_length_is_one_plain_number(length):
    with pytest.raises(GraphError, match="the length of softmax must be one unsigned integer"):
        infer_type(PROBABILITY, (X, length))


def test_lanes_stay_within_the_row():
    with pytest.raises(GraphError, match=r"softmax 'n': lanes must be 1 to 4 \(its row\), not 5"):
        block_of(X, PROBABILITY, 5)


def test_the_operation_has_an_input_and_perhaps_a_length():
    assert OP.arity == (1, 2)
