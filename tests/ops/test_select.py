"""What `select` promises beside equality of its hardware."""

from pathlib import Path

import numpy as np
import pytest
import torch
from lowering_context import Context

from litho.errors import GraphError, UnsupportedError
from litho.formats import Fixed, Scale
from litho.ir import AtenCall, TensorType
from litho.ops import registry
from litho.ops.casework import block_of, drawn
from litho.ops.select import OP
from litho.ops.select.reference import SelectParams, evaluate, infer_type
from litho.rtl import single, write_design
from litho.sim import Stalls, simulate

FORM = Fixed(8, 4)
END = 2**63 - 1


def lowered(aten: str, shape: tuple[int, ...], **arguments) -> Context:
    context = Context({"x": TensorType(shape, FORM)})
    registry().lowering(aten).lower(context, AtenCall(tuple(arguments.items())), ("x",))
    return context


@pytest.mark.parametrize(
    ("aten", "arguments", "params"),
    [
        ("aten.slice.Tensor", {"dim": 1, "start": 1, "end": 3}, (1, 1, 2)),
        ("aten.slice.Tensor", {"dim": -2, "start": 2, "end": END}, (2, 2, 2)),
        ("aten.slice.Tensor", {"dim": 1, "start": -2, "end": -1, "step": 1}, (1, 3, 1)),
        ("aten.slice.Tensor", {"dim": 1, "start": None, "end": 2}, (1, 0, 2)),
        ("aten.slice.Tensor", {"start": 1}, (0, 1, 1)),
        ("aten.narrow.default", {"dim": 1, "start": -3, "length": 2}, (1, 2, 2)),
    ],
)
def test_parts_of_pytorch_become_one_node(aten, arguments, params):
    nodes = lowered(aten, (2, 5, 4, 3), **arguments).nodes
    assert [node.params for node in nodes] == [SelectParams(*params)]


@pytest.mark.parametrize(("dim", "index", "start"), [(1, 0, 0), (-2, -1, 4)])
def test_one_index_is_selected_and_its_axis_goes(dim, index, start):
    nodes = lowered("aten.select.int", (1, 5, 3), dim=dim, index=index).nodes
    assert [node.op for node in nodes] == ["select", "reshape"]
    assert nodes[0].params == SelectParams(1, start, 1)
    assert nodes[1].type.shape == (1, 3)


@pytest.mark.parametrize(
    ("aten", "arguments"),
    [
        ("aten.slice.Tensor", {"dim": 1, "start": 0, "end": END}),
        ("aten.slice.Tensor", {"dim": -1}),
        ("aten.narrow.default", {"dim": 1, "start": 0, "length": 5}),
    ],
)
def test_what_keeps_everything_adds_no_node(aten, arguments):
    assert not lowered(aten, (1, 5, 3), **arguments).nodes


def test_the_only_index_of_an_axis_is_a_shape():
    nodes = lowered("aten.select.int", (1, 5, 3), dim=0, index=0).nodes
    assert [(node.op, node.type.shape) for node in nodes] == [("reshape", (5, 3))]


def test_a_step_is_refused():
    with pytest.raises(UnsupportedError, match="a slice must go in steps of 1, not 2; split the"):
        lowered("aten.slice.Tensor", (1, 6, 3), dim=1, step=2)


def test_the_last_axis_is_refused():
    with pytest.raises(GraphError, match=r"rows whole, on an axis before the last of \[1, 5, 3\]"):
        lowered("aten.select.int", (1, 5, 3), dim=-1, index=0)


@pytest.mark.parametrize(("start", "length"), [(-1, 2), (1, 0), (4, 2), (0, 5)])
def test_what_is_no_part_of_the_axis_is_refused(start, length):
    with pytest.raises(GraphError, match=r"must keep a part of the 5 indices of axis 0 of \[5, 3"):
        infer_type(SelectParams(0, start, length), (TensorType((5, 3), FORM),))


@pytest.mark.parametrize(
    ("axis", "length", "before", "after"),
    [
        (0, 2, Scale((1, 3, 5, 7), (0,) * 4, -3), Scale((3, 5), (0, 0), -3)),
        (0, 1, Scale((1, 3, 5, 7), (0,) * 4, -3), Scale((3,), (0,))),
        (1, 1, Scale((1, 3, 5, 7), (0,) * 4, -3), Scale((1, 3, 5, 7), (0,) * 4, -3)),
        (1, 1, Scale((7,), (1,)), Scale((7,), (1,))),
    ],
)
def test_scales_stay_with_their_codes(axis, length, before, after):
    source = TensorType((4, 3, 2), FORM, before)
    assert infer_type(SelectParams(axis, 1, length), (source,)).scale == after


def test_codes_are_those_of_the_indices_that_are_kept():
    codes = np.arange(24).reshape(2, 2, 3, 2)
    found = evaluate(SelectParams(1, 1, 2), (TensorType((2, 3, 2), FORM),), (codes,))
    assert np.array_equal(found, torch.from_numpy(codes)[:, :, 1:3].numpy())


def test_lanes_that_differ_are_refused():
    kind = TensorType((5, 4), FORM)
    with pytest.raises(GraphError, match="select 'select': lanes in and out must be equal and at"):
        block_of(OP, SelectParams(0, 0, 1), (kind,), (2, 1))


def test_latency_is_what_is_dropped_first_and_a_register():
    block = block_of(OP, SelectParams(0, 3, 2), (TensorType((8, 6), FORM),), (4, 4))
    assert block.timing.latency == 3 * 2 + 1
    assert block.interval == 8 * 2
    assert dict(block.parameters)["Period"] == 8 * 2


def test_what_is_dropped_does_not_wait_for_the_sink(tmp_path: Path):
    """All checks of the suite pass when it does: only the event graph says that it must not."""
    kind = TensorType((5, 4), FORM)
    block = block_of(OP, SelectParams(0, 0, 1), (kind,), (4, 4))
    stalls = Stalls(7, source=0.0, sink=0.9)
    folder = write_design(tmp_path, single(block))
    found = simulate(folder, block.inputs, block.outputs, (drawn(kind, 20),), stalls=stalls)
    taken = found.input_cycles[0].reshape(-1, 5)
    assert np.array_equal(np.diff(taken), np.ones((20, 4)))
    assert np.diff(taken[:, 0]).max() > 5, "the sink must have stalled what is kept"
