"""A transformer encoder as one design: lanes chosen, residuals held back, cycles as computed.

The residual around attention waits until two barriers, of the keys and of the values, are full, so
its buffer is among the deepest of the design. With one beat less in it the design is slower than
its slowest block, or stands still.
"""

from dataclasses import replace
from pathlib import Path

import pytest
from proving import prove_codes, prove_cycles, quick_simulator
from test_barriers import bare, depth_of, measured_interval
from transformer import BERT_TINY, Encoder, drawn_codes, encoder, multiplications

from litho.emit import design_of
from litho.emit.buffers import buffered, with_buffers
from litho.errors import GraphError
from litho.ir import Graph
from litho.ops import registry
from litho.passes.choose_lanes import ChooseLanes
from litho.passes.utilization import utilization
from litho.rtl import Design, is_steady, least_interval, timing_of
from litho.rtl.mem.ram import SHALLOW

ENCODERS = (
    (Encoder(1, 4, 8, 2, 16), 300, "a layer"),
    (Encoder(2, 4, 8, 2, 16, has_length=True), 300, "two layers that read the length"),
    (Encoder(1, 5, 6, 3, 10, has_length=True), 500, "lanes that do not divide"),
    (Encoder(1, 8, 12, 1, 20), 1500, "one head"),
)

encoders = pytest.mark.parametrize(
    ("sizes", "interval"), [item[:2] for item in ENCODERS], ids=[item[2] for item in ENCODERS]
)


def folded(sizes: Encoder, interval: int) -> Graph:
    return ChooseLanes(interval=interval)(encoder(sizes), registry())


def too_deep(design: Design, deeper_than: int) -> list[str]:
    """Give the buffers of more than `deeper_than` beats that could be shallower by themselves."""
    interval, depths = least_interval(design), depth_of(design)
    assert is_steady(design, interval)
    found = []
    for name, depth in depths.items():
        fewer = {other: beats for other, beats in depths.items() if other != name}
        if depth > 2:
            fewer[name] = depth - 1
        if depth > deeper_than and is_steady(with_buffers(bare(design), fewer), interval):
            found.append(name)
    return found


@encoders
def test_an_encoder_takes_the_cycles_computed(
    sizes: Encoder, interval: int, tmp_path: Path
) -> None:
    graph = folded(sizes, interval)
    design = prove_cycles(graph, drawn_codes(graph, 12), tmp_path, quick_simulator())
    assert timing_of(design).interval == least_interval(design) <= interval


@encoders
def test_no_code_of_a_node_differs_when_every_edge_stalls(
    sizes: Encoder, interval: int, tmp_path: Path
) -> None:
    graph = folded(sizes, interval)
    assert prove_codes(graph, drawn_codes(graph, 3, 1), tmp_path, quick_simulator(), 1) > 0


@pytest.mark.parametrize(("sizes", "interval"), [item[:2] for item in ENCODERS[:3]])
def test_no_buffer_can_be_shallower(sizes: Encoder, interval: int) -> None:
    assert too_deep(design_of(folded(sizes, interval), registry()), deeper_than=0) == []


def test_a_residual_that_is_one_beat_short_is_slower_in_simulation(tmp_path: Path) -> None:
    graph = folded(Encoder(1, 4, 8, 2, 16), 300)
    design = design_of(graph, registry())
    depths = depth_of(design)
    deepest = max(depths, key=lambda name: depths[name])
    fewer = with_buffers(bare(design), depths | {deepest: depths[deepest] - 1})
    found = measured_interval(fewer, drawn_codes(graph, 24, 3), tmp_path)
    assert found is None or found > least_interval(design)


def test_an_encoder_without_buffers_stands_still() -> None:
    design = bare(design_of(folded(Encoder(1, 4, 8, 2, 16), 300), registry()))
    with pytest.raises(GraphError, match="must not stand still: a beat waits for another"):
        timing_of(design)


def test_a_design_that_no_buffer_saves_is_refused() -> None:
    design = bare(design_of(folded(Encoder(1, 4, 8, 2, 16), 300), registry()))
    # A block that claims a quarter of the cycles that it takes.
    hasty = tuple(
        replace(item, block=replace(item.block, interval=item.block.interval // 4))
        for item in design.instances
    )
    message = "must take a tensor every .* no buffers make it; choose other lanes, or see whether"
    with pytest.raises(GraphError, match=message):
        buffered(replace(design, instances=hasty))


def test_the_multipliers_of_bert_tiny_are_always_at_work() -> None:
    graph = folded(BERT_TINY, 1 << 18)
    found = utilization(graph, 1 << 18)
    assert found.products == multiplications(BERT_TINY) == 224 << 18
    assert {item.busy for item in found.arrays} == {1 << 18}
    assert (found.multipliers, found.share) == (224, 1)


@pytest.mark.slow
def test_a_whole_bert_tiny_is_the_same_in_hardware(tmp_path: Path) -> None:
    graph = folded(BERT_TINY, 1 << 18)
    design = prove_cycles(graph, drawn_codes(graph, 8), tmp_path, "verilator")
    assert timing_of(design).interval == 1 << 18


@pytest.mark.slow
def test_no_deep_buffer_of_a_whole_bert_tiny_can_be_shallower() -> None:
    design = design_of(folded(BERT_TINY, 1 << 18), registry())
    assert sorted(depth for depth in depth_of(design).values() if depth > SHALLOW)[-2:] == [
        33393,
        33408,
    ]
    assert too_deep(design, deeper_than=SHALLOW) == []
