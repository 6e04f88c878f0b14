"""What `sparse_linear` promises beside equality of its hardware."""

import numpy as np
import pytest

from litho.errors import GraphError
from litho.formats import Fixed
from litho.ir import Constant, Graph, Input, Lanes, Node, NodeView, TensorType, parse, write
from litho.ir.text import arrays_of
from litho.ops import registry
from litho.ops.casework import block_of
from litho.ops.linear.reference import accumulator
from litho.ops.sparse_linear import OP
from litho.ops.sparse_linear.block import block as made
from litho.ops.sparse_linear.reference import SparseLinearParams
from litho.ops.sparse_linear.work import plan_of
from litho.rtl import Block, unpack
from litho.sparsity import Block as Unit

FORM = Fixed(6)


def weights(size: tuple[int, int], unit: tuple[int, int], kept: float, seed: int = 0) -> np.ndarray:
    """Give codes without zeros in a part `kept` of the blocks, drawn, and zeros elsewhere."""
    draw = np.random.default_rng(seed)
    grid = size[0] // unit[0], size[1] // unit[1]
    units = draw.permutation(grid[0] * grid[1]).reshape(grid) < round(kept * grid[0] * grid[1])
    return np.kron(units, np.ones(unit, np.int64)) * draw.integers(1, 32, size)


def block(codes: np.ndarray, unit: tuple[int, int], lanes: tuple[int, int], rows: int = 1) -> Block:
    types = TensorType((rows, codes.shape[1]), FORM), TensorType(codes.shape, FORM)
    params = SparseLinearParams(accumulator(*types, codes), unit)
    return block_of(OP, params, types, lanes, (codes,))


@pytest.mark.parametrize("kept", [0, 0.03, 0.25, 0.5, 1])
@pytest.mark.parametrize("lanes", [(4, 4), (2, 16), (8, 12), (1, 3), (6, 64)])
def test_a_row_takes_its_input_beats_or_its_kept_blocks_or_its_output_beats(
    kept: float, lanes: tuple[int, int]
) -> None:
    codes, unit = weights((64, 32), (4, 4), kept), (4, 4)
    plan = plan_of(Constant("w", TensorType(codes.shape, FORM), codes), Unit(unit), Lanes(*lanes))
    steps = plan.shares.length * 4 // np.gcd(4, lanes[0])
    beats, groups = -(-32 // lanes[0]), -(-64 // lanes[1])
    assert block(codes, unit, lanes, 3).interval == 3 * max(beats, steps, groups)
    # Kept blocks, in strips as high as the lanes let them be, times the steps of one.
    work = np.count_nonzero(codes) // 16 * (4 // np.gcd(4, lanes[1])) * 4 // np.gcd(4, lanes[0])
    assert steps >= work / (lanes[1] // np.gcd(4, lanes[1]))
    assert steps * (1 - plan.shares.loss) == pytest.approx(work / (lanes[1] // np.gcd(4, lanes[1])))


def test_only_kept_blocks_lie_in_memory() -> None:
    codes = weights((16, 16), (4, 4), 5 / 16)
    found = block(codes, (4, 4), (4, 4))
    memory = next(item for item in found.memories if item.parameter == "WeightFile")
    assert memory.depth == 5
    stored = unpack(memory.words, FORM.width, 16, True)
    kept = Unit((4, 4)).split(codes).swapaxes(1, 2).reshape(-1, 16)
    assert np.array_equal(stored, kept[kept.any(1)])


def test_a_list_that_is_done_repeats_its_last_step() -> None:
    codes = np.zeros((8, 8), np.int64)
    codes[:4], codes[4:, :4] = 3, 5  # two blocks for one list, one for the other
    found = block(codes, (4, 4), (4, 8))
    by_name = {item.parameter: item for item in found.memories}
    stored = unpack(by_name["WeightFile"].words, FORM.width, 32, True).reshape(2, 2, 16)
    assert sorted(stored[:, :, 0].T.tolist()) == [[3, 3], [5, 5]]
    fields = unpack(by_name["StepFile"].words, 5, 2, False)  # {last, first, slot, part, place}
    idle = 1 if stored[0, 1, 0] == 5 else 0
    assert fields[1, idle] & 7 == fields[0, idle] & 7
    assert (fields[1, idle] >> 4, fields[0, idle] >> 4) == (0, 1)


def test_multipliers_are_the_lanes_in_times_the_lanes_out() -> None:
    codes = weights((24, 24), (8, 8), 0.5)
    for lanes in ((8, 8), (4, 12), (2, 3), (1, 24)):
        found = dict(block(codes, (8, 8), lanes).parameters)
        products = found["ColumnLanes"] * found["Height"] * found["Lists"]
        assert products == lanes[0] * lanes[1]
    assert dict(block(codes, (8, 8), (24, 24)).parameters)["ColumnLanes"] == 8


@pytest.mark.parametrize("lanes", [(0, 1), (9, 1), (1, 0), (1, 9)])
def test_lanes_beyond_the_row_are_refused(lanes: tuple[int, int]) -> None:
    with pytest.raises(GraphError, match=r"sparse_linear 'sparse_linear': lanes must be 1 to 8"):
        block(np.ones((8, 8), np.int64), (2, 2), lanes)


def test_computed_weights_are_refused() -> None:
    types = TensorType((1, 4), FORM), TensorType((2, 4), FORM)
    params = SparseLinearParams(Fixed(14), (2, 2))
    kind = OP.infer_type(params, types)
    node = Node("y", OP.name, ("x", "w"), params, kind, Lanes(1, 1))
    message = "sparse_linear 'y' must have constant weights and bias; a computed second factor is"
    with pytest.raises(GraphError, match=message):
        made(NodeView(node, types, (None, None)))


def test_a_block_that_does_not_divide_the_weight_is_refused_with_the_divisors() -> None:
    types = TensorType((1, 4), FORM), TensorType((6, 4), FORM)
    message = (
        "rows of block4x2 must divide the 6 of the weight of sparse_linear, not 4; divisors:"
        " 1, 2, 3, 6"
    )
    with pytest.raises(GraphError, match=message):
        OP.infer_type(SparseLinearParams(Fixed(14), (4, 2)), types)


def test_a_block_without_rows_is_refused() -> None:
    message = r"a block of sparse_linear must have 1 or more rows and columns, not \(0, 4\)"
    with pytest.raises(GraphError, match=message):
        SparseLinearParams(Fixed(14), (0, 4))


def test_its_text_is_read_again() -> None:
    codes = weights((4, 4), (2, 2), 0.5)
    types = {"x": TensorType((1, 4), FORM), "w": TensorType((4, 4), FORM)}
    params = SparseLinearParams(accumulator(*types.values(), codes), (2, 2))
    node = Node(
        "y", OP.name, ("x", "w"), params, OP.infer_type(params, tuple(types.values())), Lanes(2, 4)
    )
    constant = Constant("w", types["w"], codes)
    graph = Graph("g", (Input("x", types["x"]),), (constant,), (node,), ("y",))
    assert "block=(2, 2)}" in write(graph)
    assert parse(write(graph), arrays_of(graph), registry()) == graph
