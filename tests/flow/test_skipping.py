"""Hardware that skips zero blocks, as a configuration asks for it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from litho.errors import ConfigError
from litho.flow import Config, run
from litho.flow.skipping import skipping, sparing
from litho.flow.strict import convert
from litho.ir import Graph, Node, load
from litho.ops import registry

BASE: dict[str, Any] = {
    "seed": 1,
    "stimuli": {"format": "fixed8f4", "shape": [16], "random": 20},
    "model": {"name": "one_layer", "options": {"outputs": 8}},
    "quantize": [{"match": "fc", "weights": "fixed8f7", "inputs": "fixed8f4"}],
    "compress": [{"prune": [{"match": "fc", "sparsity": 0.75, "shape": "block4x4"}]}],
    "simulate": {"simulator": "icarus"},
}
HARDWARE = {
    "device": "ecp5-25k",
    "lanes": [{"match": "*", "inputs": 4, "outputs": 4}],
}
SKIP = {"match": "fc", "block": "block4x4"}


def config(skip: list[dict[str, Any]]) -> Config:
    return convert({**BASE, "hardware": {**HARDWARE, "skip": skip}}, Config, "here")


@pytest.fixture(scope="module")
def dense(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose weight has blocks of zeros that are not skipped."""
    return run(config([]), tmp_path_factory.mktemp("dense") / "run").folder


def layer(graph: Graph) -> Node:
    return next(node for node in graph.nodes if "linear" in node.op)


def test_a_pruned_layer_skips_its_zero_blocks_and_gives_the_same_codes(
    dense: Path, tmp_path: Path
) -> None:
    found = run(config([SKIP]), tmp_path / "run")
    assert layer(load(dense, registry())).op == "linear"
    assert layer(load(found.folder, registry())).op == "sparse_linear"
    assert found.result.verification is not None
    assert (found.result.verification.mismatches, found.result.verification.values) == (0, 160)
    assert found.result.timing is not None
    assert found.result.timing.interval_cycles == 4


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (
            {**SKIP, "match": "fd"},
            r"table 'hardware\.skip\[0\]': SkipZeroBlocks 'fd' must match a linear, .*names: fc",
        ),
        (
            {**SKIP, "block": "block3x4"},
            r"table 'hardware\.skip\[0\]': rows of block3x4 must divide the 8 .*",
        ),
        (
            {**SKIP, "block": "block8x16"},
            r"key 'hardware\.skip\[0\]\.block' must be a block that is zero somewhere, and no lin"
            r"ear that 'fc' matches has a zero block8x16; prune it in such blocks by \[\[compress",
        ),
    ],
    ids=["no linear", "does not divide", "nowhere zero"],
)
def test_a_rule_that_skips_nothing_is_refused(
    dense: Path, rule: dict[str, Any], message: str
) -> None:
    hardware = config([rule]).hardware
    assert hardware is not None
    with pytest.raises(ConfigError, match=message):
        skipping(load(dense, registry()), hardware, registry())


def test_a_block_that_is_none_is_told_with_its_key() -> None:
    message = r"key 'hardware\.skip\[0\]': a block to skip must be element, row, .*, not 'bock4x4'"
    with pytest.raises(ConfigError, match=message):
        config([{**SKIP, "block": "bock4x4"}])


def test_a_dense_weight_has_nothing_to_skip(dense: Path) -> None:
    graph = load(dense, registry())
    full = tuple(
        replace(item, values=abs(item.values) | 1) if item.values.ndim == 2 else item
        for item in graph.constants
    )
    hardware = config([{**SKIP, "block": "element"}]).hardware
    assert hardware is not None
    with pytest.raises(ConfigError, match=r"no linear that 'fc' matches has a zero element; prune"):
        skipping(replace(graph, constants=full), hardware, registry())


@pytest.mark.parametrize("zeros", ["hold", "skip"])
def test_a_layer_that_spares_zeros_gives_the_same_codes(zeros: str, tmp_path: Path) -> None:
    hardware = {**HARDWARE, f"{zeros}_zeros": ["fc"]}
    found = run(convert({**BASE, "hardware": hardware}, Config, "here"), tmp_path / "run")
    assert layer(load(found.folder, registry())).params.zeros == zeros
    assert found.result.verification is not None
    assert (found.result.verification.mismatches, found.result.verification.values) == (0, 160)


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        (
            {"hold_zeros": ["fd"]},
            r"^key 'hardware\.hold_zeros': HoldZeros 'fd' must match a linear, .* near names: fc",
        ),
        (
            {"skip_zeros": ["fd"]},
            r"^key 'hardware\.skip_zeros': SkipZeroBeats 'fd' must match a linear",
        ),
        (
            {"hold_zeros": ["fc"], "skip_zeros": ["f*"]},
            r"'hardware\.skip_zeros' must name different linears, and both match %fc\.linear",
        ),
    ],
)
def test_layers_to_spare_that_are_none_are_told_with_their_key(
    tables: dict[str, list[str]], message: str, dense: Path
) -> None:
    asked = convert({**BASE, "hardware": {**HARDWARE, **tables}}, Config, "here")
    assert asked.hardware is not None
    with pytest.raises(ConfigError, match=message):
        sparing(load(dense, registry()), asked.hardware, registry())
