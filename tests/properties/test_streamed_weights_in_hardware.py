"""Designs whose weights come through a stream compute what the interpreter does, as computed."""

from pathlib import Path

import numpy as np
import pytest
from proving import prove_codes, prove_cycles, quick_simulator
from random_graphs import random_codes, random_graph

from litho.ir import check, interpret
from litho.ops import registry
from litho.passes import StreamWeights

SEEDS = [
    seed
    for seed in range(80, 96)
    if any(node.op == "linear" for node in random_graph(seed, 6, has_products=seed % 2 == 1).nodes)
]


@pytest.mark.parametrize("seed", SEEDS[:6])
def test_designs_with_streamed_weights_are_right_and_as_fast_as_computed(
    seed: int, tmp_path: Path
) -> None:
    before = random_graph(seed, 6, has_products=seed % 2 == 1)
    graph = check(StreamWeights()(before, registry()), registry())
    simulator = quick_simulator()
    codes = random_codes(graph, 32, seed)
    pair = [interpret(each, codes, registry()) for each in (before, graph)]
    assert all(np.array_equal(pair[0][name], pair[1][name]) for name in graph.outputs)
    prove_cycles(graph, codes, tmp_path / "free", simulator)
    few = {name: values[:5] for name, values in codes.items()}
    assert prove_codes(graph, few, tmp_path / "stalled", simulator, seed) > 0
