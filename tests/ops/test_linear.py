"""What `linear` promises beside equality of its hardware."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lowering_context import Context, known

from litho.errors import GraphError
from litho.formats import Fixed, Scale
from litho.ir import AtenCall, TensorType
from litho.ops.casework import block_of
from litho.ops.linear import OP
from litho.ops.linear.lower import lower
from litho.ops.linear.reference import (
    LinearParams,
    accumulator,
    align_bias,
    evaluate,
    infer_type,
    output_scale,
)
from litho.rtl import Block
from litho.rtl.schedule import schedule_of

INT8 = Fixed(8, is_integer=True)


def kinds(source: Fixed, weight: Fixed, inputs: int = 3, outputs: int = 2):
    return TensorType((1, inputs), source), TensorType((outputs, inputs), weight)


@given(
    st.tuples(st.integers(1, 3), st.booleans()),
    st.tuples(st.integers(2, 5), st.booleans()),
    st.lists(st.integers(-16, 15), min_size=3, max_size=3),
    st.integers(-40, 40),
)
def test_accumulator_is_the_narrowest_that_holds_every_sum(source, weight, row, bias):
    form, weights = Fixed(source[0], 0, source[1]), Fixed(6)
    x, w = kinds(form, weights, outputs=1)
    del weight
    found = accumulator(x, w, np.array([row]), np.array([bias]))
    codes = range(form.low, form.high + 1)
    sums = [
        sum(a * b for a, b in zip(row, xs, strict=True)) + bias
        for xs in itertools.product(codes, repeat=3)
    ]
    assert found.low <= min(sums)
    assert max(sums) <= found.high
    if found.width > 1:
        narrower = Fixed(found.width - 1)
        assert min([*sums, 0]) < narrower.low or max([*sums, 0]) > narrower.high


def test_fractions_add_in_the_format_of_fixed_point():
    x, w = kinds(Fixed(8, 4), Fixed(6, 3))
    assert accumulator(x, w, np.ones((2, 3), np.int64)).frac == 7


def test_fractions_move_to_the_scale_when_a_scaled_integer_takes_part():
    x = TensorType((1, 3), Fixed(8, 4))
    w = TensorType((2, 3), INT8, Scale((3, 5), (6, 7), -2))
    form = accumulator(x, w, np.ones((2, 3), np.int64))
    found = infer_type(LinearParams(form), (x, w))
    assert form.is_integer
    assert found.scale == Scale((3, 5), (10, 11), -1)


def test_weight_scales_of_rows_become_those_of_the_last_axis():
    x = TensorType((1, 3), INT8, Scale((7,), (3,)))
    w = TensorType((2, 3), INT8, Scale((3, 5), (6, 7), -2))
    assert output_scale(x, w) == Scale((21, 35), (9, 10), -1)


def test_scale_for_each_input_is_refused():
    x = TensorType((1, 2), INT8, Scale((3, 5), (6, 7), -1))
    w = TensorType((2, 2), INT8)
    with pytest.raises(GraphError, match="one input scale for all codes of a row"):
        output_scale(x, w)
    with pytest.raises(GraphError, match="not per input"):
        output_scale(w, x)


def test_bias_is_shifted_exactly():
    x, w = kinds(Fixed(8, 4), Fixed(6, 3))
    bias = TensorType((2,), Fixed(8, 5))
    assert align_bias(x, w, bias, np.array([3, -5])).tolist() == [12, -20]


def test_bias_on_a_finer_grid_is_refused_with_both_fractions():
    x, w = kinds(Fixed(8, 4), Fixed(6, 3))
    with pytest.raises(GraphError, match=r"fraction 8 of fixed12f8 .* against fraction 7"):
        align_bias(x, w, TensorType((2,), Fixed(12, 8)), np.array([3, -5]))


def test_lowering_aligns_the_bias_and_sizes_the_accumulator():
    x, w = kinds(Fixed(4, 2), Fixed(4, 1))
    context = Context(
        {
            "x": x,
            "fc.weight": known("fc.weight", w, [[1, 2, 3], [-4, 5, -6]]),
            "fc.bias": known("fc.bias", TensorType((2,), Fixed(4, 1)), [7, -8]),
        }
    )
    name = lower(context, AtenCall(), ("x", "fc.weight", "fc.bias"))
    node = context.nodes[0]
    bias = context.constant(node.inputs[2])
    assert name == "linear"
    assert bias.values.tolist() == [28, -32]
    # -8·5 + 7·(-4) + 7·(-6) - 32 = -142 and 7·5 + 8·4 + 8·6 - 32 = 83
    assert node.params.format == Fixed(9, 3)


def test_lowering_of_float_weights_says_what_to_do():
    from litho.formats import Host

    context = Context(
        {
            "x": TensorType((1, 3), Fixed(4, 2)),
            "w": known("w", TensorType((2, 3), Host("float32")), np.ones((2, 3))),
        }
    )
    with pytest.raises(GraphError, match=r"weight of linear must be quantized, not float32"):
        lower(context, AtenCall(), ("x", "w"))


def test_evaluate_adds_the_bias_to_every_row():
    x = TensorType((2, 2), Fixed(8))
    w, b = np.array([[1, 2], [3, 4]]), np.array([10, 20])
    codes = np.array([[[1, 1], [2, -1]]])
    types = (x, TensorType((2, 2), Fixed(8)), TensorType((2,), Fixed(12)))
    found = evaluate(LinearParams(Fixed(12)), types, (codes, w, b))
    assert found.tolist() == [[[13, 27], [10, 22]]]


@pytest.mark.parametrize("lanes", [(0, 1), (4, 1), (1, 0), (1, 3)])
def test_lanes_beyond_the_row_are_refused(lanes):
    x, w = kinds(Fixed(4), Fixed(4))
    with pytest.raises(GraphError, match=r"linear 'linear': lanes must be 1 to [23]"):
        block_of(OP, LinearParams(Fixed(12)), (x, w), lanes, (np.ones((2, 3), np.int64),))


def test_interval_is_the_beats_times_the_groups_of_every_row():
    x = TensorType((5, 10), Fixed(4))
    w = TensorType((7, 10), Fixed(4))
    block = block_of(OP, LinearParams(Fixed(12)), (x, w), (4, 2), (np.ones((7, 10), np.int64),))
    assert block.interval == 5 * 3 * 4


def test_bias_of_zeros_has_no_memory():
    x, w = kinds(Fixed(4), Fixed(4))
    types = (x, w, TensorType((2,), Fixed(12)))
    constants = (np.ones((2, 3), np.int64), np.zeros(2, np.int64))
    block = block_of(OP, LinearParams(Fixed(12)), types, (1, 1), constants)
    assert [memory.parameter for memory in block.memories] == ["WeightFile"]


def skipping(inputs: int, outputs: int, lanes: tuple[int, int], rows: int) -> Block:
    source, weight = TensorType((rows, inputs), INT8), TensorType((outputs, inputs), Fixed(4))
    weights = np.arange(outputs * inputs).reshape(outputs, inputs) % 15 - 7
    params = LinearParams(accumulator(source, weight, weights), "skip")
    return block_of(OP, params, (source, weight), lanes, (weights,))


@given(st.data())
def test_a_row_takes_the_cycles_of_the_beats_that_it_keeps(data: st.DataObject) -> None:
    """The rows of a tensor but the first come at max(B, G · kept), once the store is no help."""
    beats, groups = data.draw(st.integers(2, 40)), data.draw(st.integers(2, 9))
    kept = [*data.draw(st.lists(st.booleans(), min_size=beats - 1, max_size=beats - 1)), True]
    block = skipping(beats, groups, (1, 1), rows=12)
    codes = np.broadcast_to(np.array(kept, dtype=np.int64), (1, 12, beats))
    assert block.flow_of is not None
    flow = block.flow_of((codes,))
    times = schedule_of(block.inputs, block.outputs, lambda: flow)(
        (np.arange(block.inputs[0].beats, dtype=np.int64),)
    )[0]
    assert int(times[-1] - times[-1 - groups]) == max(beats, groups * sum(kept))


@given(st.data())
def test_no_event_is_later_than_without_zeros(data: st.DataObject) -> None:
    rows, row = data.draw(st.integers(1, 3)), data.draw(st.integers(2, 70))
    lanes, groups = data.draw(st.integers(1, min(row - 1, 4))), data.draw(st.integers(2, 4))
    draw = np.random.default_rng(data.draw(st.integers(0, 99)))
    codes = draw.integers(0, 2, (1, rows, row))
    block = skipping(row, groups, (lanes, 1), rows)
    assert block.flow is not None
    assert block.flow_of is not None
    start = np.cumsum(draw.integers(1, 4, block.inputs[0].beats))
    slowest = schedule_of(block.inputs, block.outputs, block.flow)((start,))[0]
    assert np.array_equal(slowest, block.schedule((start,))[0])
    for given_codes in (codes, np.ones_like(codes)):
        flow = block.flow_of((given_codes,))
        found = schedule_of(block.inputs, block.outputs, lambda flow=flow: flow)((start,))[0]
        assert (found <= slowest).all()
    assert np.array_equal(found, slowest)
