"""Random encoders as designs: odd sizes, one head, one token, masks of every length.

Each is folded for a random interval, emitted and simulated with all inner streams stalled; every
code of every node must be the interpreter's.
"""

from pathlib import Path

import numpy as np
import pytest
from proving import prove_codes, quicker_for
from transformer import Encoder, drawn_codes, encoder, multiplications

from litho.errors import ConfigError
from litho.ir import Graph
from litho.ops import registry
from litho.passes.choose_lanes import ChooseLanes

COUNT = 200
MOST_VALUES = 4096  # numbers between the layers: what keeps a design quick to simulate


def drawn_sizes(seed: int) -> Encoder:
    """Draw an encoder; one in five has one token, one in four one head, half read the length."""
    draw = np.random.default_rng(seed)
    heads = 1 if seed % 4 == 0 else int(draw.integers(2, 5))
    sequence = 1 if seed % 5 == 0 else int(draw.integers(2, 12))
    hidden = heads * int(draw.integers(1, 8))
    layers = int(draw.integers(1, 4)) if sequence * hidden < 64 else 1
    has_length = bool(seed % 2) or bool(draw.integers(0, 2))
    return Encoder(layers, sequence, hidden, heads, int(draw.integers(1, 3 * hidden)), has_length)


def folded(sizes: Encoder, seed: int) -> Graph:
    """Choose lanes for a random interval, or for the least that is possible above it."""
    draw = np.random.default_rng(seed)
    graph = encoder(sizes, seed)
    interval = max(int(multiplications(sizes) / 2 ** draw.uniform(0, 7)), 1)
    for _ in range(16):
        try:
            return ChooseLanes(interval=interval)(graph, registry())
        except ConfigError:  # the slowest node takes longer with all lanes
            interval *= 2
    raise AssertionError(f"no lanes for {sizes} at an interval of {interval} cycles")


def masked(graph: Graph, sizes: Encoder, seed: int) -> dict[str, np.ndarray]:
    """Give codes of as many sentences as there are lengths, and one of each length."""
    codes = drawn_codes(graph, sizes.sequence, seed)
    if sizes.has_length:
        order = np.random.default_rng(seed).permutation(sizes.sequence) + 1
        codes["length"] = order.reshape(codes["length"].shape)
    return codes


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(COUNT))
def test_a_random_encoder_is_the_same_in_hardware(seed: int, tmp_path: Path) -> None:
    sizes = drawn_sizes(seed)
    graph = folded(sizes, seed)
    codes = masked(graph, sizes, seed)
    simulator = quicker_for(graph, len(next(iter(codes.values()))))
    assert prove_codes(graph, codes, tmp_path, simulator, seed) > 0


def test_every_kind_of_encoder_is_drawn() -> None:
    drawn = [drawn_sizes(seed) for seed in range(COUNT)]
    assert len(set(drawn)) > 0.9 * COUNT
    assert {sizes.heads for sizes in drawn} == {1, 2, 3, 4}
    assert {sizes.layers for sizes in drawn} == {1, 2, 3}
    assert {sizes.sequence for sizes in drawn} == set(range(1, 12))
    assert {sizes.has_length for sizes in drawn} == {False, True}
    assert any(sizes.head % 2 and sizes.hidden % 2 for sizes in drawn)
    assert any(sizes.head == 1 for sizes in drawn)
