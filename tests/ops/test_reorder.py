"""What `reorder` promises beside equality of its hardware."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from lowering_context import Context

from litho.errors import GraphError
from litho.formats import Fixed, Scale
from litho.ir import AtenCall, Graph, Input, TensorType, interpret
from litho.ops import registry
from litho.ops.casework import block_of
from litho.ops.reorder import OP
from litho.ops.reorder.reference import Exchange, ReorderParams, exchange_of, infer_type

FORM = Fixed(8, 4)


def lowered(aten: str, shape: tuple[int, ...], **arguments) -> Context:
    context = Context({"x": TensorType(shape, FORM)})
    registry().lowering(aten).lower(context, AtenCall(tuple(arguments.items())), ("x",))
    return context


@pytest.mark.parametrize(
    ("shape", "axes", "found"),
    [
        ((2, 3), (1, 0), Exchange(1, 2, 3, 1)),
        ((5, 2, 3, 4), (0, 2, 1, 3), Exchange(5, 2, 3, 4)),
        ((2, 3, 4, 5), (2, 3, 0, 1), Exchange(1, 6, 20, 1)),
        ((2, 3, 4), (1, 2, 0), Exchange(1, 2, 12, 1)),
        ((1, 2, 1, 3), (2, 3, 0, 1), Exchange(1, 2, 3, 1)),
        ((1, 6, 3, 2, 4), (2, 0, 3, 1, 4), Exchange(1, 6, 6, 4)),
        ((2, 3, 4), (2, 1, 0), None),
        ((2, 1, 3), (1, 0, 2), None),
    ],
)
def test_an_order_is_an_exchange_of_two_groups_or_none(shape, axes, found):
    assert exchange_of(shape, axes) == found


def test_axes_that_are_no_order_are_refused():
    with pytest.raises(GraphError, match=r"name each of the 2 axes of \[2, 3\] once, not \[0, 0\]"):
        infer_type(ReorderParams((0, 0)), (TensorType((2, 3), FORM),))


@pytest.mark.parametrize("axes", [(2, 1, 0), (0, 1, 2)])
def test_an_order_that_is_no_exchange_is_refused(axes):
    with pytest.raises(GraphError, match="must exchange two groups of neighbouring axes"):
        infer_type(ReorderParams(axes), (TensorType((2, 3, 4), FORM),))


def test_the_axis_of_a_scale_moves_along():
    source = TensorType((2, 3, 4), FORM, Scale((1, 3), (0, 0), -3))
    found = infer_type(ReorderParams((1, 0, 2)), (source,))
    assert found.shape == (3, 2, 4)
    assert found.scale == Scale((1, 3), (0, 0), -2)


@pytest.mark.parametrize(
    ("aten", "shape", "arguments", "axes"),
    [
        ("aten.transpose.int", (1, 5, 2, 3), {"dim0": 1, "dim1": 2}, (0, 2, 1, 3)),
        ("aten.transpose.int", (1, 2, 5, 3), {"dim0": -2, "dim1": -1}, (0, 1, 3, 2)),
        ("aten.permute.default", (1, 5, 2, 3), {"dims": (0, 2, -1, 1)}, (0, 2, 3, 1)),
        ("aten.t.default", (5, 2), {}, (1, 0)),
        ("aten.mT.default", (1, 2, 5, 3), {}, (0, 1, 3, 2)),
        ("aten.swapaxes.default", (1, 5, 2, 3), {"axis0": 1, "axis1": 2}, (0, 2, 1, 3)),
        ("aten.swapdims.default", (1, 5, 2, 3), {"dim0": 2, "dim1": 1}, (0, 2, 1, 3)),
        ("aten.movedim.int", (1, 5, 2, 3), {"source": 1, "destination": -1}, (0, 2, 3, 1)),
        (
            "aten.moveaxis.intlist",
            (1, 5, 2, 3),
            {"source": (-1, 1), "destination": (1, 2)},
            (0, 3, 1, 2),
        ),
    ],
)
def test_orders_of_pytorch_that_are_one_exchange_become_one_node(aten, shape, arguments, axes):
    assert [node.params.axes for node in lowered(aten, shape, **arguments).nodes] == [axes]


@pytest.mark.parametrize("shape", [(2, 3, 4, 5), (2, 1, 3, 2)])
def test_any_order_of_axes_is_lowered(shape):
    codes = np.arange(np.prod(shape)).reshape(1, *shape)
    for axes in itertools.permutations(range(4)):
        context = lowered("aten.permute.default", shape, dims=axes)
        graph = _graph(context, TensorType(shape, FORM))
        found = interpret(graph, {"x": codes}, registry())
        wanted = codes.transpose(0, *(axis + 1 for axis in axes))
        assert np.array_equal(found[graph.outputs[0]], wanted)


def _graph(context: Context, source: TensorType) -> Graph:
    """Give the chain of the nodes that a lowering wrote, under names of their own."""
    names = ["x", *(f"n{place}" for place in range(len(context.nodes)))]
    nodes = tuple(
        replace(node, name=name, inputs=(before,))
        for node, name, before in zip(context.nodes, names[1:], names, strict=False)
    )
    return Graph("chain", (Input("x", source),), (), nodes, (names[-1],))


def test_an_order_of_axes_of_one_index_is_a_shape():
    nodes = lowered("aten.transpose.int", (1, 5, 1, 3), dim0=1, dim1=2).nodes
    assert [(node.op, node.type.shape) for node in nodes] == [("reshape", (1, 1, 5, 3))]


def test_an_order_that_is_there_already_adds_no_node():
    assert not lowered("aten.transpose.int", (5, 3), dim0=1, dim1=1).nodes


def test_rows_that_stay_whole_move_in_beats():
    kind = TensorType((8, 2, 6), FORM)
    block = block_of(OP, ReorderParams((1, 0, 2)), (kind,), (3, 3))
    assert block.interval == 8 * 2 * 2
    assert block.timing.latency == 8 * 2 * 2 + 1


def test_a_moved_last_axis_runs_at_one_code_a_cycle():
    block = block_of(OP, ReorderParams((1, 0)), (TensorType((8, 6), FORM),), (6, 8))
    assert block.interval == 48


@pytest.mark.parametrize("lanes", [(0, 1), (1, 0)])
def test_lanes_that_are_not_positive_are_refused(lanes):
    with pytest.raises(GraphError, match="reorder 'reorder': lanes must be at least 1, not"):
        block_of(OP, ReorderParams((1, 0)), (TensorType((2, 3), FORM),), lanes)
