"""What the multipliers of a graph do, node by node, and lanes with which they idle less."""

import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from litho.emit import design_of, interval_of
from litho.errors import ConfigError, GraphError
from litho.formats import Fixed
from litho.ir import Graph, Input, Lanes, Node, TensorType
from litho.ops import registry
from litho.ops.relu.reference import ReluParams
from litho.passes._balancing import balanced_interval
from litho.passes.choose_lanes import ChooseLanes
from litho.passes.utilization import ArrayUse, array_sizes, utilization
from litho.rtl import least_interval

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from mlp import mlp
from transformer import Encoder, encoder, multiplications

SMALL = Encoder(1, 6, 10, 2, 20)


def test_a_table_says_what_each_array_does() -> None:
    graph = mlp((6, 5), 6)
    graph = graph.with_nodes([replace(graph.nodes[0], lanes=Lanes(4, 2))])
    found = utilization(graph, 10)
    assert found.arrays == (ArrayUse("fc0", "linear", 8, 30, 6, Fraction(30, 80)),)
    assert (found.multipliers, found.products, found.share) == (8, 30, Fraction(3, 8))


def test_the_products_of_an_encoder_are_those_of_its_sizes() -> None:
    graph = ChooseLanes(interval=2000)(encoder(SMALL), registry())
    found = utilization(graph, 2000)
    assert found.products == multiplications(SMALL) == 6 * (4 * 100 + 2 * 200 + 2 * 6 * 10)
    assert {item.op for item in found.arrays} == {"linear", "matmul"}
    assert sum(item.multipliers * item.share for item in found.arrays) == (
        found.share * found.multipliers
    )


def test_an_array_is_busy_as_long_as_its_block() -> None:
    graph = ChooseLanes(interval=700)(encoder(SMALL), registry())
    blocks = {item.node: item.block for item in design_of(graph, registry()).instances}
    for item in utilization(graph, 700).arrays:
        if item.op == "linear":
            assert item.busy == blocks[item.node].interval


def test_the_interval_of_a_graph_is_that_of_its_design() -> None:
    graph = ChooseLanes(interval=700)(encoder(SMALL), registry())
    assert interval_of(graph, registry()) == least_interval(design_of(graph, registry())) <= 700


def test_a_graph_that_multiplies_nothing_has_no_utilization() -> None:
    kind = TensorType((4,), Fixed(8))
    node = Node("y", "relu", ("x",), ReluParams(), kind)
    graph = Graph("rectifier", (Input("x", kind),), (), (node,), ("y",))
    message = (
        r"must have nodes that multiply \(linear, loaded_linear, matmul\) to use .*'rectifier' has"
        " none"
    )
    with pytest.raises(GraphError, match=message):
        utilization(graph, 4)
    assert ChooseLanes(interval=4, within=0.5)(graph, registry()).nodes[0].lanes == Lanes(1, 1)


@pytest.mark.parametrize("seed", range(8))
def test_no_interval_near_has_fewer_multipliers_times_cycles(seed: int) -> None:
    draw = np.random.default_rng(seed)
    sizes = [tuple(int(n) for n in draw.integers(1, 13, 3)) for _ in range(4)]
    least = max(rows for rows, _, _ in sizes) + int(draw.integers(0, 30))
    most = least + int(draw.integers(0, 200))

    def spent(interval: int) -> int:
        fewest = (
            min(
                lanes_in * lanes_out
                for lanes_in in range(1, terms + 1)
                for lanes_out in range(1, columns + 1)
                if rows * -(-terms // lanes_in) * -(-columns // lanes_out) <= interval
            )
            for rows, terms, columns in sizes
        )
        return interval * sum(fewest)

    found = balanced_interval(sizes, least, most)
    assert least <= found <= most
    assert spent(found) == min(spent(interval) for interval in range(least, most + 1))


def test_a_little_less_time_may_leave_fewer_multipliers_idle() -> None:
    graph = encoder(Encoder(1, 14, 64, 2, 256))
    plain, near = (
        ChooseLanes(interval=24341, within=within)(graph, registry()) for within in (0.0, 0.1)
    )
    shares = [utilization(item, interval_of(item, registry())).share for item in (plain, near)]
    assert shares == [Fraction(199, 221), Fraction(199, 216)]
    assert interval_of(near, registry()) == 21504
    assert len(array_sizes(graph)) == 8


@pytest.mark.parametrize(
    ("chooser", "message"),
    [
        (ChooseLanes(interval=9, within=1.0), "within must be at least 0 and below 1, not 1"),
        (ChooseLanes(within=0.1), "must be given an interval or a device, not neither"),
    ],
)
def test_what_is_not_part_of_an_interval_is_refused(chooser: ChooseLanes, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        chooser(mlp((6, 5), 6), registry())


def test_a_part_of_no_interval_is_refused() -> None:
    from litho.hw import find_device

    chooser = ChooseLanes(device=find_device("ecp5-25k"), within=0.1)
    with pytest.raises(ConfigError, match="within must be given with the interval that it is a"):
        chooser(mlp((6, 5), 6), registry())
