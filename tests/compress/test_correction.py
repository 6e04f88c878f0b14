"""Bias correction: the mean of a layer's output is that of the layer without quantization."""

import pytest
import torch
from torch import nn

from litho.compress import QuantizeRule, quantize


def inputs(*shape: int) -> torch.Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(3)) * 2


def mean_error(
    model: nn.Module, weight: torch.Tensor, bias: torch.Tensor, x: torch.Tensor
) -> float:
    exact = nn.functional.linear(x, weight, bias)
    return float((model.eval()(x) - exact).detach().reshape(-1, len(bias)).mean(0).abs().max())


@pytest.mark.parametrize("spelling", ["fixed3", "int3", "e2m1fn", "mxfp4_e2m1g32", "ternary"])
def test_the_mean_error_of_a_layer_goes(spelling: str) -> None:
    errors, rounding = {}, 0.0
    for is_corrected in (False, True):
        torch.manual_seed(0)
        layer = nn.Linear(20, 6)
        weight, bias = layer.weight.detach().clone(), layer.bias.detach().clone()
        model = nn.Sequential(layer)
        x = inputs(64, 3, 20)
        rule = QuantizeRule("0", spelling, spelling, correct_bias=is_corrected)
        for item in quantize(model, [rule], [x[:32], x[32:]]):
            if item.part == "bias":  # rounded to the grid of its sum
                rounding = float(item.format.steps(item.scale)[0]) / 2
        errors[is_corrected] = mean_error(model, weight, bias, x)
    assert errors[True] <= rounding + 1e-6 < errors[False]


def test_a_layer_behind_quantized_ones_is_corrected_for_what_it_reads() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(20, 8), nn.ReLU(), nn.Linear(8, 4))
    weight, bias = model[2].weight.detach().clone(), model[2].bias.detach().clone()
    x = inputs(128, 20)
    rules = [QuantizeRule("*", weights="e2m1fn", inputs="e2m1fn", correct_bias=True)]
    quantize(model, rules, [x])
    hidden = torch.relu(model.eval()[0](x))
    corrected = mean_error(model[2], weight, bias, hidden)
    with torch.no_grad():
        model[2].bias.copy_(bias)
    # What is left: the correction of layer 0 moved the values that layer 2 rounds.
    assert corrected < mean_error(model[2], weight, bias, hidden) / 2


def test_a_convolution_is_corrected_by_channel() -> None:
    torch.manual_seed(0)
    layer = nn.Conv2d(2, 3, 3)
    exact = nn.Conv2d(2, 3, 3)
    exact.load_state_dict(layer.state_dict())
    model, x = nn.Sequential(layer), inputs(16, 2, 8, 8)
    quantize(model, [QuantizeRule("0", weights="ternary", correct_bias=True)], [x])
    error = (model.eval()(x) - exact(x)).detach().mean((0, 2, 3)).abs().max()
    assert float(error) < 1e-5


def test_a_bias_of_its_own_format_is_calibrated_after_it_is_shifted() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(20, 6))
    x = inputs(64, 20) * 100
    rule = QuantizeRule("0", weights="ternary", bias="int8", correct_bias=True)
    found = {item.part: item for item in quantize(model, [rule], [x])}
    shifted = model[0].parametrizations.bias.original.detach().abs().max()
    assert float(found["bias"].scale.fractions()[0]) == pytest.approx(
        float(shifted) / 127, rel=0.01
    )


def test_layers_without_a_bias_are_left_where_others_have_one() -> None:
    model = nn.Sequential(nn.Linear(4, 4, bias=False), nn.Linear(4, 2))
    before = model[1].bias.detach().clone()
    quantize(model, [QuantizeRule("*", weights="ternary", correct_bias=True)], [inputs(32, 4)])
    assert not torch.equal(model[1].bias, before)
