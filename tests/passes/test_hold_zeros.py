"""Products keep still for zeros: which do, and that no code or cycle changes."""

import sys
from pathlib import Path

import numpy as np
import pytest

from litho.emit import design_of
from litho.errors import ConfigError
from litho.ir import interpret, parse, write
from litho.ir.text import arrays_of
from litho.ops import registry
from litho.passes import HoldZeros, run
from litho.passes.choose_lanes import ChooseLanes
from litho.rtl import timing_of

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from mlp import mlp

NETWORK = mlp((8, 6, 4))


def held(match: str | tuple[str, ...]) -> list[str]:
    found = run(NETWORK, (HoldZeros(match),), registry())
    return [node.name for node in found.nodes if node.op == "linear" and node.params.holds]


def test_products_that_match_hold() -> None:
    assert held("fc0") == ["fc0"]
    assert held(("fc0", "fc1")) == held("*") == ["fc0", "fc1"]


def test_a_pattern_that_matches_no_product_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"HoldZeros 'relu0' must match a linear, and none of 2"):
        held("relu0")


def test_no_code_and_no_cycle_changes() -> None:
    plain = ChooseLanes(interval=24)(NETWORK, registry())
    holding = HoldZeros("*")(plain, registry())
    codes = {"x": np.random.default_rng(0).integers(-128, 128, (16, 1, 8))}
    codes = {plain.inputs[0].name: codes["x"].reshape(16, *plain.inputs[0].type.shape)}
    (one,), (other,) = (interpret(graph, codes, registry()).values() for graph in (plain, holding))
    assert np.array_equal(one, other)
    assert timing_of(design_of(plain, registry())) == timing_of(design_of(holding, registry()))


def test_a_graph_with_held_products_reads_back_as_itself() -> None:
    holding = HoldZeros("*")(NETWORK, registry())
    assert parse(write(holding), arrays_of(holding), registry()) == holding
