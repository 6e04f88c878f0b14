"""What quantization refuses, in its own words."""

from typing import Any

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


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"weights": "cobebook4"}, r"weights of rule '\*': .*; near spellings: codebook4"),
        ({"weights": "bfloat16"}, "must be a format with codes, or float32 .* not 'bfloat16'"),
        (
            {"weights": "bfp8g16", "scale": "learned"},
            "must have no scale besides its groups' own for bfp8g16, not 'learned'",
        ),
        ({"inputs": "fixed8f4", "scale": "dyadic"}, "must have scale unit for fixed8f4, not 'dya"),
        (
            {"inputs": "int8", "scale": "trained"},
            r"scale of rule '\*' must be one of unit, power_of",
        ),
        (
            {"weights": "mxint8g32", "granularity": "axis"},
            "must be tensor for mxint8g32, whose groups have scales of their own, not 'axis'",
        ),
        (
            {"weights": "int8", "granularity": "axis", "scale": "unit"},
            "granularity of rule .* must be tensor with scale unit, not 'axis'",
        ),
        (
            {"outputs": "int8", "correct_bias": True},
            "must name weights or inputs when it corrects a bias",
        ),
    ],
)
def test_words_that_do_not_fit_together_are_an_error(options: dict[str, Any], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        QuantizeRule("*", **options)


def test_a_bias_is_corrected_where_there_is_one() -> None:
    model = nn.Sequential(nn.Linear(4, 2, bias=False))
    rule = QuantizeRule("*", weights="fixed4", correct_bias=True)
    message = "rule '.*' must match a module with a bias to correct it, and none has one"
    with pytest.raises(ConfigError, match=message):
        quantize(model, [rule], [torch.rand(8, 4)])
