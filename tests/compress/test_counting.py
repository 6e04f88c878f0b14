"""Bits are counted by value, with the scales of groups and without those of tensors."""

import pytest
import torch
from torch import nn

from litho.compress import (
    ParameterBits,
    QuantizeRule,
    bits_of_parameters,
    bits_per_weight,
    quantize,
)
from litho.formats import Host, parse


def linear(spelling: str, ins: int = 64, **options: str) -> nn.Module:
    model = nn.Sequential(nn.Linear(ins, 4, bias=False))
    quantize(model, [QuantizeRule("0", weights=spelling, **options)])
    return model


@pytest.mark.parametrize(
    ("spelling", "bits"),
    [
        ("fixed8", 8),
        ("int6", 6),
        ("e4m3fn", 8),
        ("log4", 4),
        ("codebook4", 4),
        ("binary", 1),
        ("ternary", 2),
        ("bfp8g16", 8.5),
        ("mxint8g32", 8.25),
        ("mxfp8_e4m3g32", 8.25),
        ("mxfp6_e3m2g32", 6.25),
        ("mxfp4_e2m1g32", 4.25),
    ],
)
def test_a_value_takes_the_bits_of_its_format(spelling: str, bits: float) -> None:
    assert bits_per_weight(linear(spelling)) == bits


def test_a_short_group_has_a_scale_of_its_own() -> None:
    assert bits_per_weight(linear("mxint8g32", ins=40)) == 8 + 8 * 2 / 40


def test_each_parameter_has_a_row() -> None:
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
    rules = [
        QuantizeRule("0", "int4", "int8", granularity="axis", scale="learned"),
        QuantizeRule("2", "mxfp8_e4m3g8"),
    ]
    quantize(model, rules, [torch.randn(3, 4)])
    rows = bits_of_parameters(model)
    assert rows == (
        ParameterBits("0", "weights", parse("int4"), "learned", "axis", 4.0, 32),
        ParameterBits("0", "bias", rows[1].format, "sum", "axis", float(rows[1].format.bits), 8),
        ParameterBits("2", "weights", parse("mxfp8_e4m3g8"), "group", "group", 9.0, 16),
        ParameterBits("2", "bias", Host("float32"), "none", "tensor", 32.0, 2),
    )
    assert [row.is_quantized for row in rows] == [True, True, True, False]


def test_the_mean_weighs_by_the_number_of_values() -> None:
    model = nn.Sequential(nn.Linear(4, 8, bias=False), nn.Linear(8, 2, bias=False))
    quantize(model, [QuantizeRule("0", weights="fixed4")])
    assert bits_per_weight(model) == (4 * 32 + 32 * 16) / 48
    assert bits_per_weight(model, quantized_only=True) == 4


def test_a_shared_parameter_counts_once() -> None:
    model = nn.Sequential(nn.Embedding(10, 4), nn.Linear(4, 10, bias=False))
    model[1].weight = model[0].weight
    assert [row.path for row in bits_of_parameters(model)] == ["0"]


def test_number_types_count_as_they_are() -> None:
    model = nn.Sequential(nn.Linear(4, 4, bias=False).half())
    model.register_parameter("places", nn.Parameter(torch.zeros(4, dtype=torch.int8), False))
    assert bits_per_weight(model) == (16 * 16 + 8 * 4) / 20


def test_a_model_without_parameters_has_no_bits() -> None:
    assert bits_per_weight(nn.ReLU()) == 0
