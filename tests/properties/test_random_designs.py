"""Random designs compute what the interpreter does, in the cycles that are computed for them.

Graphs are drawn: chains, branches that meet again, sums of a value with itself, several rows, two
inputs, lanes that divide nothing.
"""

from pathlib import Path

import pytest
from proving import prove_codes, prove_cycles, quick_simulator
from random_graphs import random_codes, random_graph

TENSORS = 32


@pytest.fixture
def simulator() -> str:
    return quick_simulator()


@pytest.mark.parametrize("seed", range(20))
def test_latency_and_interval_are_those_computed(seed: int, simulator: str, tmp_path: Path) -> None:
    graph = random_graph(seed)
    prove_cycles(graph, random_codes(graph, TENSORS, seed), tmp_path, simulator)


@pytest.mark.parametrize("seed", range(20, 30))
def test_no_code_differs_when_every_stream_stalls(
    seed: int, simulator: str, tmp_path: Path
) -> None:
    graph = random_graph(seed)
    assert prove_codes(graph, random_codes(graph, 6, seed), tmp_path, simulator, seed) > 0


@pytest.mark.parametrize("seed", range(30, 36))
def test_products_and_transposes_take_the_cycles_computed(
    seed: int, simulator: str, tmp_path: Path
) -> None:
    graph = random_graph(seed, has_products=True)
    codes = random_codes(graph, TENSORS, seed)
    prove_cycles(graph, codes, tmp_path / "free", simulator)
    few = {name: values[:4] for name, values in codes.items()}
    assert prove_codes(graph, few, tmp_path / "stalled", simulator, seed) > 0


@pytest.mark.slow
@pytest.mark.parametrize("start", range(2000, 2200, 50))
def test_fifty_random_designs_with_products_take_the_cycles_computed(
    start: int, simulator: str, tmp_path: Path
) -> None:
    for seed in range(start, start + 50):
        graph = random_graph(seed, has_products=True)
        prove_cycles(graph, random_codes(graph, TENSORS, seed), tmp_path / str(seed), simulator)


@pytest.mark.slow
@pytest.mark.parametrize("start", range(1000, 1400, 50))
def test_fifty_random_designs_take_the_cycles_computed(
    start: int, simulator: str, tmp_path: Path
) -> None:
    for seed in range(start, start + 50):
        graph = random_graph(seed, most_nodes=12)
        prove_cycles(graph, random_codes(graph, TENSORS, seed), tmp_path / str(seed), simulator)


@pytest.mark.slow
@pytest.mark.parametrize("start", range(1400, 1600, 50))
def test_fifty_random_designs_keep_every_code_under_stalls(
    start: int, simulator: str, tmp_path: Path
) -> None:
    for seed in range(start, start + 50):
        graph = random_graph(seed)
        prove_codes(graph, random_codes(graph, 6, seed), tmp_path / str(seed), simulator, seed)
