"""What quantization refuses, in its own words."""

import pytest
import torch
from torch import nn

from litho.compress import QuantizeRule, quantize
from litho.errors import ConfigError


def test_a_quantized_layer_takes_its_input_by_place() -> None:
    model = nn.Linear(4, 2)
    quantize(model, [QuantizeRule("", weights="fixed4", inputs="fixed4")], [torch.rand(8, 4)])
    message = "a quantized .* must be called with its input tensor as the first positional argument"
    with pytest.raises(ConfigError, match=message):
        model(input=torch.rand(1, 4))


class Halves(nn.Module):
    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return x.chunk(2, -1)


def test_several_results_are_not_quantized_at_once() -> None:
    with pytest.raises(ConfigError, match="must be one tensor to be quantized, not a tuple; match"):
        quantize(Halves(), [QuantizeRule("", outputs="fixed8")], [torch.rand(8, 4)])


def test_a_batch_is_what_a_model_takes() -> None:
    rule = QuantizeRule("*", weights="fixed4", inputs="fixed4")
    message = "a batch must be a tensor, a tuple or a mapping of tensors, not int"
    with pytest.raises(ConfigError, match=message):
        quantize(nn.Sequential(nn.Linear(4, 2)), [rule], [3])


def test_a_rule_names_fixed_point_formats() -> None:
    message = (
        r"weights of rule '\*' must be a fixed-point format \(fixed8, fixed8f4, int8\), not 'e4m3'"
    )
    with pytest.raises(ConfigError, match=message):
        QuantizeRule("*", weights="e4m3")
