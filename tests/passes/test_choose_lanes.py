"""Lanes for an interval, and for a device; what is said when there are none."""

import sys
import time
from itertools import product
from pathlib import Path

import pytest

from litho.emit import design_of
from litho.errors import ConfigError
from litho.formats import Fixed
from litho.hw import Device, Resources, find_device, find_family
from litho.ir import Graph, Input, Lanes, Node, TensorType
from litho.ops import registry
from litho.ops.matmul.reference import MatmulParams
from litho.ops.relu.reference import ReluParams
from litho.passes._folding import Model
from litho.passes.choose_lanes import ChooseLanes
from litho.rtl import least_interval, timing_of

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from mlp import mlp

FORM = Fixed(6, 2)
DIGITS = mlp((64, 32, 10), 6)


def _cost(graph: Graph, family: str) -> Resources:
    design = design_of(graph, registry())
    parts = (item.block.resources(find_family(family)) for item in design.instances)
    return sum(parts, Resources())


@pytest.mark.parametrize("interval", [1, 7, 64, 100, 512, 2048, 5000])
def test_the_design_keeps_the_interval(interval: int) -> None:
    graph = ChooseLanes(interval=interval)(DIGITS, registry())
    assert timing_of(design_of(graph, registry())).interval <= interval


def _product(transposed: bool) -> Graph:
    """Give relu(a) · relu(b), or relu(a) · relu(b)ᵀ, of 6 rows, 8 terms and 9 columns."""
    kinds = (TensorType((6, 8), FORM), TensorType((9, 8)[:: 1 if transposed else -1], FORM))
    inputs = tuple(Input(name, kind) for name, kind in zip("ab", kinds, strict=True))
    before = tuple(
        Node(f"{item.name}_relu", "relu", (item.name,), ReluParams(), item.type) for item in inputs
    )
    params = MatmulParams(transposed)
    kind = registry().find("matmul").infer_type(params, kinds)
    product = Node("product", "matmul", ("a_relu", "b_relu"), params, kind)
    return Graph("product", inputs, (), (*before, product), ("product",))


@pytest.mark.parametrize("interval", [9, 12, 20, 54, 100, 432])
@pytest.mark.parametrize("transposed", [False, True])
def test_a_product_keeps_the_interval_with_both_of_its_inputs(
    transposed: bool, interval: int
) -> None:
    graph = ChooseLanes(interval=interval)(_product(transposed), registry())
    design = design_of(graph, registry())
    device, family = find_device("xc7a100t"), find_family("xc7")
    model = Model(graph, registry(), device, family)
    lanes = [unit.nodes[0].lanes for unit in model.units]
    assert model.folding(lanes).interval == least_interval(design) <= interval
    assert timing_of(design).interval <= interval


def test_a_longer_interval_needs_fewer_multipliers() -> None:
    found = [
        _cost(ChooseLanes(interval=interval)(DIGITS, registry()), "xc7").dsps
        for interval in (32, 128, 512, 2048)
    ]
    assert found == sorted(found, reverse=True)
    assert found[0] > 4 * found[-1]


def test_the_lanes_of_a_layer_are_as_few_as_the_interval_allows() -> None:
    graph = ChooseLanes(interval=2048)(DIGITS, registry())
    assert {node.lanes for node in graph.nodes} == {Lanes(1, 1)}


def test_no_other_lanes_of_a_small_network_are_cheaper() -> None:
    graph, interval = mlp((6, 4), 6), 6
    device = find_device("xc7a100t")
    model = Model(graph, registry(), device, find_family("xc7"))
    weights = (1.0, 1.0, 1.0, 1.0)

    def price(lanes: Lanes) -> float:
        found = model.folding([lanes])
        return model._price(found.resources, found.interval, interval, weights)

    best = min(price(Lanes(*pair)) for pair in product(range(1, 7), range(1, 5)))
    chosen = ChooseLanes(interval=interval)(graph, registry()).nodes[0].lanes
    assert price(chosen) == best


def test_a_device_is_filled_and_not_overfilled() -> None:
    device = find_device("ecp5-25k")
    graph = ChooseLanes(device=device, share=0.8)(DIGITS, registry())
    share = Resources(
        *(int(0.8 * getattr(device.capacity, n)) for n in ("luts", "ffs", "dsps", "bram_bits"))
    )
    cost = _cost(graph, "ecp5")
    assert cost.fits(share)
    assert cost.dsps > share.dsps // 2
    assert timing_of(design_of(graph, registry())).interval < 200


def test_a_larger_device_is_faster() -> None:
    found = [
        timing_of(
            design_of(ChooseLanes(device=find_device(name))(DIGITS, registry()), registry())
        ).interval
        for name in ("ecp5-25k", "ecp5-45k", "ecp5-85k")
    ]
    assert found == sorted(found, reverse=True)
    assert found[0] > found[-1]


def test_the_same_graph_gets_the_same_lanes() -> None:
    first = ChooseLanes(device=find_device("ecp5-45k"))(DIGITS, registry())
    again = ChooseLanes(device=find_device("ecp5-45k"))(first, registry())
    assert [node.lanes for node in first.nodes] == [node.lanes for node in again.nodes]


def test_an_interval_that_does_not_fit_is_refused_with_the_best_that_does() -> None:
    with pytest.raises(ConfigError, match=r"must fit 0.8 of ecp5-25k .* that does is") as e:
        ChooseLanes(interval=2, device=find_device("ecp5-25k"))(DIGITS, registry())
    best = int(str(e.value).split()[-2])
    assert ChooseLanes(interval=best, device=find_device("ecp5-25k"))(DIGITS, registry())


def test_an_interval_below_the_possible_is_refused_with_the_least() -> None:
    from dataclasses import replace

    graph = mlp((4, 3), 6)
    rows = replace(graph.inputs[0].type, shape=(5, 4))
    node = replace(graph.nodes[0], type=replace(graph.nodes[0].type, shape=(5, 3)))
    graph = replace(graph, inputs=(replace(graph.inputs[0], type=rows),), nodes=(node,))
    with pytest.raises(ConfigError, match=r"interval must be at least 5 cycles, .* not 4"):
        ChooseLanes(interval=4)(graph, registry())


def test_a_device_that_is_too_small_is_refused_with_what_is_needed() -> None:
    tiny = Device("tiny", "ecp5", Resources(100, 100, 1, 0))
    with pytest.raises(ConfigError, match=r"must fit 0.8 of tiny \(80 luts.*and takes \d+ luts"):
        ChooseLanes(device=tiny)(DIGITS, registry())


@pytest.mark.parametrize(
    ("chooser", "message"),
    [
        (ChooseLanes(), "must be given an interval or a device, not neither"),
        (ChooseLanes(interval=0), "interval must be 1 cycle or more, not 0"),
        (ChooseLanes(interval=9, share=0.0), "share must be above 0 and at most 1, not 0"),
    ],
)
def test_options_that_mean_nothing_are_refused(chooser: ChooseLanes, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        chooser(DIGITS, registry())


def test_a_hundred_nodes_take_seconds() -> None:
    graph = mlp((64,) * 34, 6)
    started = time.process_time()
    ChooseLanes(interval=300)(graph, registry())
    assert len(graph.nodes) == 97
    assert time.process_time() - started < 20
