"""Sums that hardware cannot requantize are refused, unless nobody asks for hardware."""

import pytest
import torch
from torch import nn

from litho.compress import QuantizeRule, quantize
from litho.errors import ConfigError

RULE = QuantizeRule("fc", weights="fixed30", inputs="fixed30", bias="fixed30")


class Net(nn.Module):
    """A layer, a function that is a module, and a layer behind it."""

    def __init__(self) -> None:
        super().__init__()
        self.fc, self.act, self.last = nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = self.last(self.act(self.fc(x)))
        return result


def made() -> tuple[Net, torch.Tensor]:
    torch.manual_seed(0)
    return Net().eval(), torch.randn(64, 4)


def test_only_who_wants_exact_sums_is_refused_wide_ones() -> None:
    model, x = made()
    with pytest.raises(ConfigError, match="must fit 46 bits to be requantized, not take"):
        quantize(model, [RULE], [x])
    model, x = made()
    wanted = model(x)
    found = quantize(model, [RULE], [x], is_exact=False)
    assert {item.part: item.format.bits for item in found} == {
        "inputs": 30,
        "weights": 30,
        "bias": 30,
    }
    assert torch.allclose(model(x), wanted, atol=1e-5)


def test_only_who_wants_exact_sums_is_refused_a_function_amid_two_layers() -> None:
    rules = [QuantizeRule(name, weights="fixed8", inputs="fixed8") for name in ("fc", "last")]
    model, x = made()
    with pytest.raises(ConfigError, match="must not quantize what tanh gives: its table has"):
        quantize(model, rules, [x])
    model, x = made()
    wanted = model(x)
    quantize(model, rules, [x], is_exact=False)
    assert torch.allclose(model(x), wanted, atol=0.05)


def test_sums_that_fit_are_the_same_either_way() -> None:
    rule = QuantizeRule("fc", weights="fixed8", inputs="fixed8", bias="fixed16")
    results = []
    for is_exact in (True, False):
        model, x = made()
        quantize(model, [rule], [x], is_exact=is_exact)
        results.append(model.fc(x))
    assert torch.equal(*results)
