"""Masks on a model are made into masks of another shape, and what it computes stays."""

import pytest
import torch
from torch import nn

from litho.compress import QuantizeRule, quantize
from litho.compress.prune import Pruned, PruneRule, prune, pruned, retile_masks
from litho.errors import ConfigError


def pruned_network(shape: str, sparsity: float) -> tuple[nn.Sequential, torch.Tensor]:
    torch.manual_seed(0)
    model, x = nn.Sequential(nn.Linear(16, 8), nn.ReLU(), nn.Linear(8, 4)), torch.randn(64, 16)
    prune(model, [PruneRule("*", sparsity, shape)])
    quantize(model, [QuantizeRule("0", weights="int8", inputs="int8")], [x])
    return model.eval(), x


def test_masks_of_units_that_are_made_up_of_others_stay_the_same() -> None:
    model, x = pruned_network("block4x4", 0.5)
    before = model(x), model[0].parametrizations.weight[0].mask.clone()
    assert retile_masks(model, "block1x2") == (
        Pruned("0", "block1x2", "l1", 0.5, 0.5, 64, 32),
        Pruned("2", "block1x2", "l1", 0.5, 0.5, 16, 8),
    )
    assert torch.equal(model(x), before[0])
    assert torch.equal(model[0].parametrizations.weight[0].mask, before[1])


def test_a_weight_that_stays_with_its_unit_is_zero_and_is_trained_again() -> None:
    model, x = pruned_network("element", 0.9)
    before = model(x)
    rows = retile_masks(model, "block2x2", fills=True)
    assert [row.asked for row in rows] == [0.9, 0.9]
    assert all(row.achieved < 0.9 for row in rows)
    assert rows == pruned(model)
    assert torch.equal(model(x), before)
    held = model[2].parametrizations.weight[0].mask
    added = held & (model[2].weight == 0)
    assert added.any()
    optimizer = torch.optim.SGD(model.train().parameters(), 0.1)
    model(x).square().mean().backward()
    optimizer.step()
    assert model[2].weight[added].all()
    assert not model[2].weight[~held].any()


def test_masks_that_do_not_fit_are_refused_by_both_names_and_stay() -> None:
    model, _ = pruned_network("element", 0.9)
    before = pruned(model)
    message = "the mask of '0', made of element, must keep or drop whole units of row .1 x 16., and"
    with pytest.raises(ConfigError, match=message):
        retile_masks(model, "row")
    assert pruned(model) == before
