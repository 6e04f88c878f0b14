"""Activations are pruned where a rule says so, and nowhere else."""

from typing import Any

import pytest
import torch
from torch import nn

from litho.compress.prune import ActivationRule, PruneRule, prune, prune_activations
from litho.errors import ConfigError


def network() -> nn.Sequential:
    return nn.Sequential(nn.Identity(), nn.Sequential(nn.Identity()))


X = torch.tensor([[3.0, -4.0, 1.0, -1.0], [2.0, 2.0, 2.0, 2.0]])


def test_the_greatest_stay_and_of_equal_ones_the_first() -> None:
    model = network()
    (handle,) = prune_activations(model, [ActivationRule("0", top_k=2)])
    assert model(X).tolist() == [[3, -4, 0, 0], [2, 2, 0, 0]]
    exported = torch.export.export(model, (X,))
    assert torch.equal(exported.module()(X), model(X))
    handle.remove()
    assert torch.equal(model(X), X)


def test_what_is_below_a_threshold_goes_and_gets_no_gradient() -> None:
    model, x = network(), X.clone().requires_grad_()
    prune_activations(model, [ActivationRule("*.0", threshold=2.0)])
    model(x).sum().backward()
    assert model(x).tolist() == [[3, -4, 0, 0], [2, 2, 2, 2]]
    assert x.grad is not None
    assert x.grad.tolist() == [[1, 1, 0, 0], [1, 1, 1, 1]]


def test_pruning_weights_prunes_no_activations() -> None:
    model = nn.Sequential(nn.Linear(4, 4), nn.Identity())
    prune(model, [PruneRule("*", 0.5)])
    assert not any(module._forward_hooks for module in model.modules())


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({}, "activation rule 'a' must give either top_k or threshold, not both or none"),
        ({"top_k": 1, "threshold": 1.0}, "must give either top_k or threshold, not both or none"),
        ({"top_k": 0}, "top_k of activation rule 'a' must be 1 or more, not 0"),
        ({"threshold": -1.0}, "threshold of activation rule 'a' must be 0 or more and finite, not"),
    ],
)
def test_a_rule_has_one_measure(options: dict[str, Any], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        ActivationRule("a", **options)


class Pair(nn.Module):
    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return x, x


def test_what_cannot_be_pruned_is_said() -> None:
    with pytest.raises(ConfigError, match="activation rule 'q' must match a module, and none of"):
        prune_activations(network(), [ActivationRule("q", top_k=1)])
    pair, model = Pair(), network()
    prune_activations(pair, [ActivationRule("", top_k=1)])
    with pytest.raises(
        ConfigError, match="outputs of '' must be one tensor to be pruned, not a tup"
    ):
        pair(X)
    prune_activations(model, [ActivationRule("0", top_k=5)])
    with pytest.raises(ConfigError, match="top_k must be at most the 4 values in a row of the"):
        model(X)
