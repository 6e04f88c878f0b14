"""Products keep still for zeros, or skip them: which do, and that no code changes."""

import sys
from pathlib import Path

import numpy as np
import pytest

from litho.emit import design_of
from litho.errors import ConfigError
from litho.ir import interpret, parse, write
from litho.ir.text import arrays_of
from litho.ops import registry
from litho.passes import HoldZeros, SkipZeroBeats, run
from litho.passes.choose_lanes import ChooseLanes
from litho.rtl import timing_of

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from mlp import mlp

NETWORK = mlp((8, 6, 4))


Make = type[HoldZeros] | type[SkipZeroBeats]
PASSES = ((HoldZeros, "hold"), (SkipZeroBeats, "skip"))


def spared(make: Make, zeros: str, match: str | tuple[str, ...]) -> list[str]:
    found = run(NETWORK, (make(match),), registry())
    return [node.name for node in found.nodes if node.op == "linear" and node.params.zeros == zeros]


@pytest.mark.parametrize(("make", "zeros"), PASSES)
def test_products_that_match_spare_zeros(make: Make, zeros: str) -> None:
    assert spared(make, zeros, "fc0") == ["fc0"]
    assert spared(make, zeros, ("fc0", "fc1")) == spared(make, zeros, "*") == ["fc0", "fc1"]


@pytest.mark.parametrize(("make", "zeros"), PASSES)
def test_a_pattern_that_matches_no_product_is_refused(make: Make, zeros: str) -> None:
    message = rf"{make.__name__} 'relu0' must match a linear, and none of 2"
    with pytest.raises(ConfigError, match=message):
        spared(make, zeros, "relu0")


@pytest.mark.parametrize(("make", "zeros"), PASSES)
def test_no_code_changes_nor_what_cycles_are_computed(make: Make, zeros: str) -> None:
    plain = ChooseLanes(interval=24)(NETWORK, registry())
    holding = make("*")(plain, registry())
    codes = {"x": np.random.default_rng(0).integers(-128, 128, (16, 1, 8))}
    codes = {plain.inputs[0].name: codes["x"].reshape(16, *plain.inputs[0].type.shape)}
    (one,), (other,) = (interpret(graph, codes, registry()).values() for graph in (plain, holding))
    assert np.array_equal(one, other)
    assert timing_of(design_of(plain, registry())) == timing_of(design_of(holding, registry()))


@pytest.mark.parametrize(("make", "zeros"), PASSES)
def test_a_graph_with_spared_zeros_reads_back_as_itself(make: Make, zeros: str) -> None:
    holding = make("*")(NETWORK, registry())
    assert f'zeros="{zeros}"' in write(holding)
    assert parse(write(holding), arrays_of(holding), registry()) == holding
