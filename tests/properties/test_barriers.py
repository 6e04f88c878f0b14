"""A matrix product waits for the whole of b: what came of a meanwhile lies in a buffer before it.

The depth that is computed for it is the least: one less, and the simulation is slower than the
model says or stands still.
"""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from proving import prove_codes, prove_cycles, quick_simulator
from random_graphs import random_codes

from litho.emit import design_of
from litho.emit.buffers import with_buffers
from litho.errors import GraphError, MismatchError
from litho.formats import Fixed
from litho.ir import Graph, Input, Lanes, Node, TensorType
from litho.ops import registry
from litho.ops.matmul.reference import MatmulParams
from litho.ops.relu.reference import ReluParams
from litho.rtl import Design, is_steady, least_interval, timing_of, write_design
from litho.sim import simulate

STANDS_STILL = 10_000  # cycles without a beat, longer than any tensor here takes

SHAPES = (
    ((4, 6), True, (2, 2), "words and beats of b in step"),
    ((5, 7), True, (3, 2), "lanes that do not divide"),
    ((6, 6), False, (6, 6), "b by rows of k, as fast as can be"),
    ((6, 9), True, (1, 2), "one code of a in a cycle"),
    ((3, 4, 4), False, (2, 4), "three products one after another"),
    ((12, 16), True, (2, 4), "a buffer that is read synchronously"),
)

shapes = pytest.mark.parametrize(
    ("shape", "transposed", "lanes"), [item[:3] for item in SHAPES], ids=[i[3] for i in SHAPES]
)


def squared(shape: tuple[int, ...], transposed: bool, lanes: tuple[int, int]) -> Graph:
    """Give relu(x) · x or relu(x) · xᵀ: both branches of a fork meet in the product."""
    kind = TensorType(shape, Fixed(5, 2))
    params, both = MatmulParams(transposed), Lanes(*lanes)
    product = registry().find("matmul").infer_type(params, (kind, kind))
    nodes = (
        Node("left", "relu", ("x",), ReluParams(), kind, Lanes(lanes[0], lanes[0])),
        Node("product", "matmul", ("left", "x"), params, product, both),
    )
    return Graph("squared", (Input("x", kind),), (), nodes, ("product",))


def depth_of(design: Design) -> dict[str, int]:
    """Give the depth of each buffer by the connection that it stands on."""
    return {
        item.name.removesuffix("_fifo"): dict(item.block.parameters)["Depth"]
        for item in design.instances
        if item.block.module == "litho_stream_fifo"
    }


def bare(design: Design) -> Design:
    """Give `design` without its buffers."""
    held = {item.name for item in design.instances if item.block.module == "litho_stream_fifo"}
    connections = tuple(
        replace(item, target=design.out_of(item.target.instance, "out").target)
        if item.target.instance in held
        else item
        for item in design.connections
        if item.source.instance not in held
    )
    kept = tuple(item for item in design.instances if item.name not in held)
    return replace(design, instances=kept, connections=connections)


def measured_interval(
    design: Design, codes: dict[str, np.ndarray], folder: Path
) -> Fraction | None:
    """Give the mean interval that the simulation shows, None when it stands still.

    It is that of the later half of the tensors, between which a design may be slow in turns.
    """
    given = tuple(
        values.reshape(-1, stream.rows, stream.row)
        for values, stream in zip(codes.values(), design.inputs, strict=True)
    )
    streams = design.inputs, design.outputs
    written = write_design(folder, design)
    try:
        found = simulate(
            written, *streams, given, simulator=quick_simulator(), patience=STANDS_STILL
        )
    except MismatchError as error:
        if "no beat moved" not in str(error):
            raise
        return None
    (stream,), (cycles,) = design.outputs, found.output_cycles
    firsts = cycles[:: stream.beats]
    half = len(firsts) // 2
    return Fraction(int(firsts[-1] - firsts[half]), len(firsts) - 1 - half)


@shapes
def test_a_product_of_branches_takes_the_cycles_computed(
    shape: tuple[int, ...], transposed: bool, lanes: tuple[int, int], tmp_path: Path
) -> None:
    graph = squared(shape, transposed, lanes)
    design = prove_cycles(graph, random_codes(graph, 12, 1), tmp_path, quick_simulator())
    assert "left" in depth_of(design)


@shapes
def test_no_code_differs_when_every_edge_stalls(
    shape: tuple[int, ...], transposed: bool, lanes: tuple[int, int], tmp_path: Path
) -> None:
    graph = squared(shape, transposed, lanes)
    assert prove_codes(graph, random_codes(graph, 6, 2), tmp_path, quick_simulator(), 2) > 0


@shapes
def test_one_beat_less_in_the_buffer_is_too_few(
    shape: tuple[int, ...], transposed: bool, lanes: tuple[int, int], tmp_path: Path
) -> None:
    graph = squared(shape, transposed, lanes)
    design = design_of(graph, registry())
    interval, depths = least_interval(design), depth_of(design)
    assert is_steady(design, interval)
    for name, depth in depths.items():
        if depth == 2:  # the shallowest there is
            continue
        fewer = with_buffers(bare(design), depths | {name: depth - 1})
        assert not is_steady(fewer, interval)
        found = measured_interval(fewer, random_codes(graph, 24, 3), tmp_path / name)
        assert found is None or found > interval


def test_without_the_buffer_it_stands_still(tmp_path: Path) -> None:
    design = bare(design_of(squared(*SHAPES[0][:3]), registry()))
    with pytest.raises(GraphError, match="must not stand still: a beat waits for another"):
        timing_of(design)
    assert measured_interval(design, {"x": np.zeros((8, 4, 6), np.int64)}, tmp_path) is None


def test_rows_that_fit_in_the_product_need_no_buffer() -> None:
    design = design_of(squared((2, 9), True, (1, 1)), registry())
    assert not depth_of(design)
    assert is_steady(design, least_interval(design))
