"""How eval computes sums: as hardware, wider than hardware takes, or as training does."""

import pytest
import torch
from torch import nn

from litho.compress import QuantizeRule, quantize
from litho.compress.settling import SUMS
from litho.errors import ConfigError

RULE16 = QuantizeRule("fc", weights="fixed16", inputs="fixed16")
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
    found = quantize(model, [RULE], [x], sums="wide")
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
    quantize(model, rules, [x], sums="wide")
    assert torch.allclose(model(x), wanted, atol=0.05)


def test_sums_that_fit_are_the_same_either_way() -> None:
    rule = QuantizeRule("fc", weights="fixed8", inputs="fixed8", bias="fixed16")
    results = []
    for sums in ("exact", "wide"):
        model, x = made()
        quantize(model, [rule], [x], sums=sums)
        results.append(model.fc(x))
    assert torch.equal(*results)


RULES = [
    QuantizeRule("fc", weights="fixed8", inputs="fixed8"),
    QuantizeRule("last", weights="int8", inputs="int8", bias="fixed10", granularity="axis"),
]


def test_float_sums_are_those_of_training() -> None:
    model, x = made()
    quantize(model, RULES, [x], sums="float")
    evaluated = model(x)
    assert evaluated.dtype == torch.float32
    assert torch.equal(evaluated, model.train()(x))


def test_float_sums_of_learned_scales_settle_by_themselves() -> None:
    model, x = made()
    rule = QuantizeRule("*", weights="int6", inputs="int6", scale="learned")
    quantize(model, [rule], [x], sums="float")
    optimizer = torch.optim.SGD(model.train().parameters(), 0.1)
    for _ in range(3):
        optimizer.zero_grad()
        torch.autograd.backward(model(x).square().mean())
        optimizer.step()
    trained = model(x)
    assert torch.equal(model.eval()(x), trained)


def test_float_sums_leave_a_bias_without_a_rule_as_it_is() -> None:
    model, x = made()
    quantize(model, RULES, [x], sums="float")
    assert isinstance(model.fc.parametrizations, nn.ModuleDict)
    assert torch.equal(model.fc.bias, model.fc.parametrizations["bias"].original)


def test_another_word_for_sums_is_refused() -> None:
    model, x = made()
    with pytest.raises(ConfigError, match="sums must be one of exact, wide, float, not 'fast'"):
        quantize(model, [RULE], [x], sums="fast")


class Attention(nn.Module):
    """Queries, keys and values of one head."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(4, 4) for _ in range(3))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        sides = (layer(x).unsqueeze(1) for layer in (self.query, self.key, self.value))
        return nn.functional.scaled_dot_product_attention(*sides)


@pytest.mark.parametrize("sums", SUMS)
@pytest.mark.parametrize("names", [["query"], ["key", "value"], ["query", "key", "value"]])
def test_float_functions_read_sums_in_the_type_of_the_model(names: list[str], sums: str) -> None:
    torch.manual_seed(1)
    model, x = Attention().eval(), torch.randn(3, 5, 4)
    wanted = model(x)
    rules = [QuantizeRule(name, weights="fixed16", inputs="fixed16") for name in names]
    quantize(model, rules, [x], sums=sums)
    found = model(x)
    assert found.dtype == torch.float32
    assert torch.allclose(found, wanted, atol=1e-3)


def test_sums_whose_codes_are_read_stay_in_float64() -> None:
    model, x = made()
    quantize(model, [RULE16], [x])
    assert model.fc(x).dtype == torch.float32
    alone = nn.Sequential(nn.Linear(4, 3)).eval()
    quantize(alone, [QuantizeRule("0", weights="fixed16", inputs="fixed16")], [x])
    assert alone(x).dtype == torch.float64


class Fork(nn.Module):
    """Two layers on one input, whose sums are added."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.left, self.right = nn.Linear(width, 3), nn.Linear(width, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = self.left(x) + self.right(x)
        return result


def test_sums_that_float64_does_not_hold_are_not_added() -> None:
    rules = [QuantizeRule("*", weights="int9", inputs="int9")]
    torch.manual_seed(3)
    model, x = Fork(16).eval(), torch.randn(32, 16)
    wanted = model(x)
    text = "the addition of what comes from .* must read values that float64 holds .* not 5[4-9] b"
    with pytest.raises(ConfigError, match=text):
        quantize(model, rules, [x])
    torch.manual_seed(3)
    model = Fork(16).eval()
    quantize(model, rules, [x], sums="wide")
    assert torch.allclose(model(x).float(), wanted, atol=0.1)
    narrow = Fork(4).eval()
    quantize(narrow, rules, [x[:, :4]])
    assert narrow(x[:, :4]).dtype == torch.float64
