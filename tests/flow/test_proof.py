"""A proof holds only when every code and every cycle is right."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from litho.emit import emit
from litho.errors import MismatchError
from litho.flow.codes import drawn, read_codes, write_codes
from litho.flow.estimate import estimate_of
from litho.flow.proof import Bench, prove
from litho.formats import Fixed
from litho.hw import Resources, find_family
from litho.ir import Graph, Input, Lanes, Node, TensorType, interpret
from litho.ops import registry
from litho.ops.relu.reference import ReluParams
from litho.rtl import arrivals, timing_of

KIND = TensorType((5,), Fixed(6, 2))


def graph() -> Graph:
    nodes = (
        Node("first", "relu", ("x",), ReluParams(), KIND, Lanes(2, 2)),
        Node("second", "relu", ("first",), ReluParams(), KIND, Lanes(1, 1)),
    )
    return Graph("two", (Input("x", KIND),), (), nodes, ("second",))


def test_a_right_design_is_proven_with_the_cycles_of_its_schedules(tmp_path: Path) -> None:
    emitted = emit(tmp_path / "design", graph(), registry())
    inputs = drawn(graph(), 3, seed=1)
    expected = interpret(graph(), inputs, registry())
    proof = prove(emitted.folder, emitted.design, inputs, expected, Bench(seed=1))
    assert (proof.values, proof.mismatches) == (15, 0)
    assert proof.timing == emitted.timing
    assert proof.cycles > 3 * emitted.timing.interval
    (out,) = emitted.design.outputs
    last = arrivals(emitted.design)[emitted.design.into("", out.name).name][-1]
    assert proof.sample == last + 1 == emitted.timing.latency + 5  # five codes, one a beat


def test_one_wrong_code_is_told(tmp_path: Path) -> None:
    emitted = emit(tmp_path / "design", graph(), registry())
    inputs = drawn(graph(), 3, seed=1)
    expected = interpret(graph(), inputs, registry())
    expected["second"][1, 4] ^= 1
    with pytest.raises(MismatchError, match=r"beat 9, lane 0.*1 of 15 values.*to repeat: again"):
        prove(emitted.folder, emitted.design, inputs, expected, Bench(1, command="again"))


def test_a_cycle_that_no_schedule_says_is_told(tmp_path: Path) -> None:
    emitted = emit(tmp_path / "design", graph(), registry())
    inputs = drawn(graph(), 3, seed=1)
    expected = interpret(graph(), inputs, registry())
    first, *rest = emitted.design.instances
    slower = replace(first.block, interval=first.block.interval + 7)
    design = replace(emitted.design, instances=(replace(first, block=slower), *rest))
    assert timing_of(design) != emitted.timing
    with pytest.raises(MismatchError, match=r"must take the cycles that its schedules say.*not 3"):
        prove(emitted.folder, design, inputs, expected, Bench(1))


def test_drawn_codes_reach_both_ends_and_follow_the_seed() -> None:
    codes = drawn(graph(), 4, seed=7)["x"]
    assert codes.shape == (4, 5)
    assert (codes[0] == -32).all()
    assert (codes[-1] == 31).all()
    assert np.array_equal(codes, drawn(graph(), 4, seed=7)["x"])


def test_codes_survive_a_file(tmp_path: Path) -> None:
    codes = drawn(graph(), 4, seed=7)
    found = read_codes(write_codes(tmp_path / "codes.npz", codes))
    assert list(found) == ["x"]
    assert np.array_equal(found["x"], codes["x"])


def test_an_estimate_is_the_sum_of_the_blocks(tmp_path: Path) -> None:
    design = emit(tmp_path / "design", graph(), registry()).design
    family = find_family("ecp5")
    total = sum((item.block.resources(family) for item in design.instances), Resources())
    estimate = estimate_of(design, family)
    assert (estimate.luts.mid, estimate.ffs.mid) == (total.luts, total.ffs)
    assert estimate.luts.low <= total.luts <= estimate.luts.high
