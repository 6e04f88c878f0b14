"""A proof holds only when every code and every cycle is right."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from litho.emit import emit
from litho.errors import ConfigError, MismatchError
from litho.flow.codes import code_batches, drawn, read_codes, samples_at_once, write_codes
from litho.flow.estimate import estimate_of
from litho.flow.hardware import _shares
from litho.flow.proof import Bench, prove
from litho.flow.taps import taps_of
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
    assert found["x"].dtype == np.int64
    few = read_codes(tmp_path / "codes.npz", 3)
    assert np.array_equal(few["x"], codes["x"][:3])
    parts = list(code_batches(tmp_path / "codes.npz", 3))
    assert [len(part["x"]) for part in parts] == [3, 1]
    assert np.array_equal(np.concatenate([part["x"] for part in parts]), codes["x"])


@pytest.mark.parametrize("size", [1, 1 << 7, 1 << 15, 1 << 31, 1 << 40])
def test_codes_of_any_size_survive_a_file(size: int, tmp_path: Path) -> None:
    codes = {"low": np.array([[-size], [size - 1]]), "high": np.array([[size], [0]])}
    found = read_codes(write_codes(tmp_path / "codes.npz", codes))
    assert all(np.array_equal(found[name], codes[name]) for name in codes)


def test_as_many_samples_are_interpreted_at_once_as_fit_memory() -> None:
    assert samples_at_once(graph()) == (1 << 19) // 5


def test_streams_inside_are_compared_and_held_up(tmp_path: Path) -> None:
    emitted = emit(tmp_path / "design", graph(), registry())
    inputs = drawn(graph(), 20, seed=1)
    expected = interpret(graph(), inputs, registry())
    taps = taps_of(emitted.design, graph(), ["f*"], inputs, registry())
    assert taps.names == ("first",)
    proof = prove(emitted.folder, emitted.design, inputs, expected, Bench(seed=1), taps)
    assert (proof.values, proof.mismatches) == (200, 0)
    assert proof.timing == emitted.timing
    taps.wanted[0][19, 0, 4] ^= 1
    with pytest.raises(MismatchError, match=r"'first'.*1 of 200 values"):
        prove(emitted.folder, emitted.design, inputs, expected, Bench(seed=1), taps)
    with pytest.raises(ConfigError, match=r"key 'simulate.taps\[1\]' must match a node, not 'x\*'"):
        taps_of(emitted.design, graph(), ["*", "x*"], inputs, registry())


def test_samples_are_shared_out_among_simulations(tmp_path: Path) -> None:
    emitted = emit(tmp_path / "design", graph(), registry())
    inputs = drawn(graph(), 20, seed=1)
    expected = interpret(graph(), inputs, registry())
    taps = taps_of(emitted.design, graph(), ["*"], inputs, registry())
    bench = Bench(seed=1, shares=3, command="again")
    proof = prove(emitted.folder, emitted.design, inputs, expected, bench, taps)
    assert (proof.values, proof.mismatches) == (300, 0)
    assert proof.timing == emitted.timing
    alone = prove(emitted.folder, emitted.design, inputs, expected, Bench(seed=1), taps)
    assert proof.cycles != alone.cycles
    # Samples count from the first one, whichever simulation has them.
    expected["second"][13, 2] ^= 1
    with pytest.raises(MismatchError, match=r"in sample 13, .*1 of 300 values differ; .*again"):
        prove(emitted.folder, emitted.design, inputs, expected, bench, taps)


def test_a_long_simulation_of_many_samples_is_shared_out() -> None:
    assert _shares(samples=128, interval=1 << 18) == 2
    assert _shares(samples=127, interval=1 << 18) == 1
    assert _shares(samples=10_000, interval=1 << 18) == 16
    assert _shares(samples=10_000, interval=100) == 1


def test_an_estimate_is_the_sum_of_the_blocks(tmp_path: Path) -> None:
    design = emit(tmp_path / "design", graph(), registry()).design
    family = find_family("ecp5")
    total = sum((item.block.resources(family) for item in design.instances), Resources())
    estimate = estimate_of(design, family)
    assert (estimate.luts.mid, estimate.ffs.mid) == (total.luts, total.ffs)
    assert estimate.luts.low <= total.luts <= estimate.luts.high
