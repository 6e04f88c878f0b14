"""Networks drawn in PyTorch, quantized, lowered and emitted: hardware equals the interpreter.

`tests/compress` shows that the interpreter equals the fake-quantized network; here the design
equals the interpreter at every node under stalls, and takes the cycles computed for it.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from proving import prove_codes, prove_cycles, quick_simulator, with_drawn_lanes
from random_networks import ACTIVATIONS, RECTIFIERS, layers_that_differ, random_network

from litho.ir import Graph

KINDS = ("fixed", "integer", "mixed")


def _drawn(
    seed: int, kind: str, activations: Any = ACTIVATIONS
) -> tuple[Graph, dict[str, np.ndarray]]:
    network = random_network(seed, kind, activations)
    assert layers_that_differ(network)[1] == []
    item = network.graph.inputs[0]
    codes = item.type.codes.encode(network.inputs.double().numpy(), item.type.scale)
    return with_drawn_lanes(network.graph, seed), {
        item.name: codes.reshape(-1, *item.type.shape)[:32]
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_drawn_network_is_the_same_in_hardware(kind: str, tmp_path: Path) -> None:
    graph, codes = _drawn(1, kind)
    prove_cycles(graph, codes, tmp_path / "free", quick_simulator())
    few = {name: values[:6] for name, values in codes.items()}
    assert prove_codes(graph, few, tmp_path / "stalled", quick_simulator(), 1) > 0


@pytest.mark.parametrize(
    ("seed", "kind"), [(4, "fixed"), (1, "integer"), (3, "mixed"), (4, "mixed")]
)
def test_a_network_of_leaky_rectifiers_is_the_same_in_hardware(
    seed: int, kind: str, tmp_path: Path
) -> None:
    graph, codes = _drawn(seed, kind, RECTIFIERS)
    assert {"leaky_relu", "rrelu"} & {node.op for node in graph.nodes}
    prove_cycles(graph, codes, tmp_path / "free", quick_simulator())
    assert prove_codes(graph, codes, tmp_path / "stalled", quick_simulator(), 1) > 0


def test_factors_of_a_sum_that_fill_more_than_a_word_are_the_same_in_hardware(
    tmp_path: Path,
) -> None:
    # Scales along an axis, far apart: a pair of factors of its `add` takes more than 64 bits.
    graph, codes = _drawn(102, "mixed")
    few = {name: values[:6] for name, values in codes.items()}
    assert prove_codes(graph, few, tmp_path, quick_simulator(), 1) > 0


def test_a_drawn_network_is_the_same_in_the_compiled_simulator(tmp_path: Path) -> None:
    graph, codes = _drawn(2, "fixed")
    assert prove_codes(graph, codes, tmp_path, "verilator", 2) > 0


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("start", range(100, 200, 25))
def test_twenty_five_drawn_networks_are_the_same_in_hardware(
    kind: str, start: int, tmp_path: Path
) -> None:
    for seed in range(start, start + 25):
        graph, codes = _drawn(seed, kind)
        prove_cycles(graph, codes, tmp_path / f"{seed}", quick_simulator())
        few = {name: values[:4] for name, values in codes.items()}
        prove_codes(graph, few, tmp_path / f"{seed}s", quick_simulator(), seed)
