"""The fake-quantized network in eval equals the interpreter's decoded codes, layer by layer.

Networks are drawn: widths 2 to 16, one or two rows, biases or none, activations as tables, skips
around blocks, two sums that meet, per-axis weights, all calibrations, corrected biases, and scales
that training has moved.
"""

import pytest
import torch
from random_networks import RECTIFIERS, layers_that_differ, random_network
from torch import nn

from litho.compress import QuantizeRule, quantize
from litho.frontend import capture
from litho.ir import interpret
from litho.ops import registry
from litho.passes import Lower, run

KINDS = ("fixed", "integer", "mixed")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(6))
def test_every_layer_of_a_random_network_equals_the_interpreter(kind: str, seed: int) -> None:
    network = random_network(seed, kind)
    count, differing = layers_that_differ(network)
    assert not differing
    assert count == len(network.graph.nodes) > 2


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(10))
def test_every_layer_of_a_network_of_leaky_rectifiers_equals_the_interpreter(
    kind: str, seed: int
) -> None:
    assert layers_that_differ(random_network(seed, kind, RECTIFIERS))[1] == []


@pytest.mark.parametrize("kind", ["fixed", "learned"])
@pytest.mark.parametrize("seed", range(4))
def test_every_layer_of_a_trained_network_equals_the_interpreter(kind: str, seed: int) -> None:
    assert layers_that_differ(random_network(seed, kind, steps=3))[1] == []


@pytest.mark.slow
@pytest.mark.parametrize("start", range(300, 450, 50))
def test_every_layer_of_fifty_networks_with_learned_scales_equals_the_interpreter(
    start: int,
) -> None:
    for seed in range(start, start + 50):
        assert layers_that_differ(random_network(seed, "learned", steps=5))[1] == [], seed


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("start", range(100, 250, 50))
def test_every_layer_of_fifty_random_networks_equals_the_interpreter(kind: str, start: int) -> None:
    for seed in range(start, start + 50):
        assert layers_that_differ(random_network(seed, kind))[1] == [], seed


def test_wide_sums_of_scaled_integers_are_rounded_once() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(5000, 5)).eval()
    inputs = torch.randn(30, 5000)
    rule = QuantizeRule("0", weights="int8", inputs="int9", granularity="axis")
    quantize(model, [rule], [inputs])
    graph = run(capture(model, inputs[:1], "wide"), (Lower(),), registry())
    item, kind = graph.inputs[0], graph.type_of("0.linear")
    assert kind.codes.bits + max(kind.scale.multipliers).bit_length() > 53
    codes = item.type.codes.encode(inputs.double().numpy(), item.type.scale)
    found = interpret(graph, {item.name: codes[:, None]}, registry())["0.linear"]
    expected = kind.codes.decode(found, kind.scale)[:, 0]
    assert model(inputs).tolist() == expected.tolist()
