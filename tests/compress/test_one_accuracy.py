"""The fake-quantized network in eval equals the interpreter's decoded codes, layer by layer.

Networks are drawn: widths 2 to 16, one or two rows, biases or none, activations as tables, skips
around blocks, two sums that meet, per-axis weights, all calibrations.
"""

import pytest
from random_networks import layers_that_differ, random_network

KINDS = ("fixed", "integer", "mixed")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(6))
def test_every_layer_of_a_random_network_equals_the_interpreter(kind: str, seed: int) -> None:
    network = random_network(seed, kind)
    count, differing = layers_that_differ(network)
    assert not differing
    assert count == len(network.graph.nodes) > 2


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("start", range(100, 400, 50))
def test_every_layer_of_fifty_random_networks_equals_the_interpreter(kind: str, start: int) -> None:
    for seed in range(start, start + 50):
        assert layers_that_differ(random_network(seed, kind))[1] == [], seed
