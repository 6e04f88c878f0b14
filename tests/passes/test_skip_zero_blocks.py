"""Products skip blocks of zeros: a page of graph before and after, and what is refused."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from litho.emit import design_of
from litho.errors import ConfigError
from litho.hw import Resources, find_family
from litho.ir import Constant, Graph, Origin, interpret, write
from litho.ops import registry
from litho.passes import SkipZeroBlocks, run
from litho.passes.choose_lanes import ChooseLanes
from litho.rtl import timing_of
from litho.sparsity import Block

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from mlp import mlp


def zeroed(graph: Graph, block: Block, kept: float, names: tuple[str, ...]) -> Graph:
    """Give `graph` with zeros in blocks of the weights `names`, all but a part `kept` of them."""
    draw = np.random.default_rng(0)

    def constant(item: Constant) -> Constant:
        if item.name not in names:
            return item
        grid = block.grid(item.values.shape)
        order = draw.permutation(grid[0] * grid[1]).reshape(grid)
        mask = block.spread(order < round(kept * grid[0] * grid[1]), item.values.shape)
        return replace(item, values=item.values * mask)

    return replace(graph, constants=tuple(constant(item) for item in graph.constants))


def named(graph: Graph) -> Graph:
    """Give `graph` with a PyTorch path for each node."""
    return graph.with_nodes(
        replace(node, origin=Origin(f"net.{node.name}")) for node in graph.nodes
    )


def lines(graph: Graph) -> list[str]:
    return [line for line in write(graph).splitlines() if line.startswith("%")]


NETWORK = named(zeroed(mlp((8, 4, 2), 4), Block((2, 4)), 0.5, ("fc0.weight",)))


def test_products_with_zero_blocks_skip_them() -> None:
    assert lines(NETWORK) == [
        "%fc0 = linear(%x, %fc0.weight) {format='fixed10f6',"
        ' zeros="multiply"} : fixed10f6[1, 4]'
        ' from "net.fc0"',
        "%fc0.q = requantize(%fc0) {format='fixed4f4', scale=scale(1, 0),"
        ' rounding="half_even"} : fixed4f4[1, 4] from "net.fc0.q"',
        '%relu0 = relu(%fc0.q) {} : fixed4f4[1, 4] from "net.relu0"',
        "%fc1 = linear(%relu0, %fc1.weight) {format='fixed9f6',"
        ' zeros="multiply"} : fixed9f6[1, 2]'
        ' from "net.fc1"',
    ]
    found = run(NETWORK, (SkipZeroBlocks("*", Block((2, 4))),), registry())
    assert lines(found) == [
        "%fc0 = sparse_linear(%x, %fc0.weight) {format='fixed10f6', block=(2, 4)} :"
        ' fixed10f6[1, 4] from "net.fc0"',
        *lines(NETWORK)[1:],
    ]


def test_codes_are_those_of_before() -> None:
    codes = np.random.default_rng(1).integers(-8, 8, (50, 1, 8))
    found = SkipZeroBlocks("net.fc0", Block((2, 4)))(NETWORK, registry())
    before, after = (interpret(graph, {"x": codes}, registry()) for graph in (NETWORK, found))
    assert np.array_equal(before["fc1"], after["fc1"])


def test_blocks_by_their_number_in_a_row_become_blocks_by_size() -> None:
    found = SkipZeroBlocks("net.fc0", Block.parse("blocks2"))(NETWORK, registry())
    assert found.node("fc0").params.block == (1, 4)


def test_a_pattern_that_no_product_matches_is_refused() -> None:
    message = (
        r"SkipZeroBlocks 'net.fc9' must match a linear, and none of 2 does; near names:"
        " net.fc[01], net.fc[01]"
    )
    with pytest.raises(ConfigError, match=message):
        SkipZeroBlocks(("net.*", "net.fc9"), Block((2, 4)))(NETWORK, registry())


def test_a_block_that_does_not_divide_is_refused_with_the_divisors() -> None:
    message = (
        "rows of block3x4 must divide the 4 of the weight of 'net.fc0', not 3; divisors: 1, 2, 4"
    )
    with pytest.raises(ConfigError, match=message):
        SkipZeroBlocks("net.fc0", Block((3, 4)))(NETWORK, registry())


def test_groups_are_no_blocks() -> None:
    message = "SkipZeroBlocks must be given a block, not groups 2:4; a group of N:M is never zero"
    with pytest.raises(ConfigError, match=message):
        SkipZeroBlocks("*", Block.parse("2:4"))(NETWORK, registry())


def _cost(graph: Graph) -> Resources:
    design = design_of(graph, registry())
    parts = (item.block.resources(find_family("xc7")) for item in design.instances)
    return sum(parts, Resources())


@pytest.mark.parametrize("interval", [40, 64, 200])
def test_lanes_are_chosen_for_it_and_it_needs_fewer_multipliers(interval: int) -> None:
    block = Block((4, 4))
    dense = zeroed(mlp((64, 32, 8), 6), block, 0.25, ("fc0.weight", "fc1.weight"))
    sparse = SkipZeroBlocks("*", block)(dense, registry())
    graphs = [ChooseLanes(interval=interval)(graph, registry()) for graph in (dense, sparse)]
    assert all(timing_of(design_of(g, registry())).interval <= interval for g in graphs)
    before, after = map(_cost, graphs)
    assert after.dsps < 0.5 * before.dsps
