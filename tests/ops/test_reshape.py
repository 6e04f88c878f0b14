"""What `reshape` promises beside equality of its hardware."""

import numpy as np
import pytest
from lowering_context import Context

from litho.errors import GraphError, UnsupportedError
from litho.formats import Fixed, Scale
from litho.ir import AtenCall, TensorType
from litho.ops import registry
from litho.ops.casework import block_of
from litho.ops.reshape import OP
from litho.ops.reshape.reference import ReshapeParams, evaluate, infer_type

FORM = Fixed(8, 4)


def lowered(aten: str, before: tuple[int, ...], **arguments) -> Context:
    context = Context({"x": TensorType(before, FORM)})
    registry().lowering(aten).lower(context, AtenCall(tuple(arguments.items())), ("x",))
    return context


@pytest.mark.parametrize(
    ("aten", "shape", "arguments", "result"),
    [
        ("aten.view.default", (1, 12), {"size": (1, 3, 4)}, (1, 3, 4)),
        ("aten.reshape.default", (1, 3, 4), {"shape": (1, -1)}, (1, 12)),
        ("aten.flatten.using_ints", (1, 3, 4), {"start_dim": 1}, (1, 12)),
        ("aten.flatten.using_ints", (2, 3, 4), {"start_dim": 0, "end_dim": 1}, (6, 4)),
        ("aten.unsqueeze.default", (3, 4), {"dim": -1}, (3, 4, 1)),
        ("aten.unsqueeze.default", (3, 4), {"dim": 0}, (1, 3, 4)),
        ("aten.squeeze.default", (1, 3, 1), {}, (3,)),
        ("aten.squeeze.dim", (1, 3, 1), {"dim": -1}, (1, 3)),
        ("aten.squeeze.dims", (1, 3, 1), {"dim": (0, 1)}, (3, 1)),
    ],
)
def test_views_of_pytorch_become_a_shape(aten, shape, arguments, result):
    assert lowered(aten, shape, **arguments).nodes[0].params.shape == result


@pytest.mark.parametrize(
    ("aten", "arguments"),
    [
        ("aten.view.default", {"size": (1, 12)}),
        ("aten.clone.default", {}),
        ("aten._to_copy.default", {"dtype": "torch.float64"}),
        ("aten.to.dtype", {"dtype": "float32"}),
    ],
)
def test_calls_that_change_nothing_add_no_node(aten, arguments):
    assert not lowered(aten, (1, 12), **arguments).nodes


def test_cast_to_integers_is_refused():
    with pytest.raises(GraphError, match=r"must keep a float type .* not become torch.int64"):
        lowered("aten.to.dtype", (1, 12), dtype="torch.int64")


def test_dropout_names_the_pass_that_removes_it():
    with pytest.raises(UnsupportedError, match="run the pass RemoveDropout first"):
        lowered("aten.dropout.default", (1, 12), p=0.5, train=False)


def test_sizes_that_differ_are_refused():
    with pytest.raises(GraphError, match=r"keep the 12 codes of \[3, 4\], not give \[5\]"):
        infer_type(ReshapeParams((5,)), (TensorType((3, 4), FORM),))


@pytest.mark.parametrize(
    ("shape", "scale", "result", "moved"),
    [
        ((1, 3), Scale((1, 3, 5), (0, 0, 0), -1), (3, 1), Scale((1, 3, 5), (0, 0, 0), -2)),
        ((2, 2), Scale((1, 3), (0, 0), -1), (4,), Scale((1, 3, 1, 3), (0,) * 4, -1)),
        ((2, 2), Scale((1, 3), (0, 0), -2), (4,), Scale((1, 1, 3, 3), (0,) * 4, -1)),
        ((2, 2), Scale((7,), (1,)), (4,), Scale((7,), (1,))),
    ],
)
def test_scales_move_with_their_codes(shape, scale, result, moved):
    assert infer_type(ReshapeParams(result), (TensorType(shape, FORM, scale),)).scale == moved


def test_scales_that_fit_no_axis_are_refused():
    source = TensorType((6,), FORM, Scale((1, 3, 5, 7, 9, 11), (0,) * 6, -1))
    with pytest.raises(GraphError, match="must leave the scales of axis -1 on one axis"):
        infer_type(ReshapeParams((2, 3)), (source,))


def test_codes_keep_their_order():
    codes = np.arange(12).reshape(2, 2, 3)
    found = evaluate(ReshapeParams((6,)), (TensorType((2, 3), FORM),), (codes,))
    assert found.tolist() == [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11]]


def test_lanes_that_divide_both_rows_make_wires():
    block = block_of(OP, ReshapeParams((2, 6)), (TensorType((3, 4), FORM),), (2, 2))
    assert block.timing.latency == 0
    assert block.interval == 6
