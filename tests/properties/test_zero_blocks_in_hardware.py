"""Designs that skip blocks of zeros compute what the interpreter does, in the cycles computed."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from proving import prove_codes, prove_cycles, quick_simulator
from random_graphs import random_codes, random_graph

from litho.ir import Graph, check, interpret
from litho.ops import registry
from litho.passes import SkipZeroBlocks
from litho.sparsity import Block


def with_zero_blocks(graph: Graph, seed: int) -> Graph:
    """Give `graph` with drawn blocks of each weight zero, and skipped."""
    draw = np.random.default_rng(seed)
    known = {item.name: item for item in graph.constants}
    for node in graph.nodes:
        if node.op != "linear":
            continue
        weight = known[node.inputs[1]]
        sizes = ([k for k in range(1, n + 1) if n % k == 0] for n in weight.values.shape)
        block = Block(tuple(int(draw.choice(size)) for size in sizes))
        units = draw.random(block.grid(weight.values.shape)) < draw.choice([0, 0.25, 0.6])
        units.flat[0] = False
        values = weight.values * block.spread(units, weight.values.shape)
        known[weight.name] = replace(weight, values=values)
        graph = replace(graph, constants=tuple(known.values()))
        before = graph
        graph = check(SkipZeroBlocks(node.name, block)(graph, registry()), registry())
        codes = random_codes(graph, 3, seed)
        pair = [interpret(each, codes, registry()) for each in (before, graph)]
        assert all(np.array_equal(pair[0][name], pair[1][name]) for name in graph.outputs)
    return graph


@pytest.mark.parametrize("seed", range(60, 68))
def test_designs_that_skip_zero_blocks_are_right_and_as_fast_as_computed(
    seed: int, tmp_path: Path
) -> None:
    graph = with_zero_blocks(random_graph(seed, 6, has_products=seed % 2 == 1), seed)
    simulator = quick_simulator()
    codes = random_codes(graph, 32, seed)
    prove_cycles(graph, codes, tmp_path / "free", simulator)
    few = {name: values[:5] for name, values in codes.items()}
    assert prove_codes(graph, few, tmp_path / "stalled", simulator, seed) > 0
