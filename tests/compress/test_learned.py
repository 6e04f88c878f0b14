"""Learned scales: their gradient, their dyadic numbers, and how a model is settled after them."""

import copy
import math
from fractions import Fraction

import pytest
import torch
from torch import nn

from litho.compress import Quantizer, QuantizeRule, quantize, quantized, settle
from litho.compress.learned import nearest, parameter, step_of
from litho.compress.learned import quantize as quantize_learned
from litho.errors import ConfigError
from litho.formats import Scale, parse
from litho.formats.reach import reach
from litho.tasks import RandomLeakyReLU

FORMATS = [
    "int4",
    "uint8",
    "e2m1fn",
    "e4m3fn",
    "log4",
    "codebook3",
    "binary",
    "binary01",
    "ternary",
]


def inputs() -> torch.Tensor:
    return torch.randn(64, 5, generator=torch.Generator().manual_seed(3))


def model_of(weights: str = "int6", granularity: str = "axis", seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(5, 7), nn.ReLU(), nn.Linear(7, 3))
    rule = QuantizeRule("*", weights, "int8", granularity=granularity, scale="learned")
    quantize(model, [rule], [inputs()])
    return model


def train(model: nn.Module, steps: int = 10, rate: float = 0.01) -> None:
    targets = (inputs().sum(1) > 0).long()
    optimizer = torch.optim.Adam(model.parameters(), rate)
    model.train()
    for _ in range(steps):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(inputs()), targets).backward()
        optimizer.step()


def expected_gradient(x: torch.Tensor, step: float, spelling: str) -> torch.Tensor:
    """Give dy/ds by the formula of the paper, in float64."""
    form = parse(spelling)
    scale = Scale.nearest(step)
    s = float(scale.fractions()[0])
    low, high = (float(end) for end in reach(form))
    v = x.double() / s
    q = form.decode(form.encode(x.double(), scale), scale) / s
    return torch.where((v >= low) & (v <= high), q - v, q)


@pytest.mark.parametrize("spelling", FORMATS)
def test_the_gradient_of_a_step_is_that_of_the_paper(spelling: str) -> None:
    x = torch.randn(300, generator=torch.Generator().manual_seed(1)) * 3
    step = torch.tensor(0.37, dtype=torch.float64, requires_grad=True)
    weights = torch.randn(300, generator=torch.Generator().manual_seed(2))
    (quantize_learned(x, step, parse(spelling), None, 300) * weights).sum().backward()
    greatest = float(reach(parse(spelling))[1])
    expected = (expected_gradient(x, 0.37, spelling) * weights).sum() / math.sqrt(300 * greatest)
    assert step.grad.item() == pytest.approx(expected.item(), rel=1e-5)


@pytest.mark.parametrize("spelling", FORMATS)
def test_where_values_saturate_the_gradient_is_a_difference_between_dyadic_neighbours(
    spelling: str,
) -> None:
    form = parse(spelling)
    greatest = float(reach(form)[1])
    x = torch.full((4,), 5 * greatest)
    low, high = Fraction(40001, 1 << 16), Fraction(40002, 1 << 16)
    step = torch.tensor(float(low), dtype=torch.float64, requires_grad=True)
    y = quantize_learned(x, step, form, None, 4)
    y.sum().backward()
    above = quantize_learned(x, torch.tensor(float(high), dtype=torch.float64), form, None, 4)
    numeric = float((above - y).detach().double().sum()) / float(high - low)
    assert step.grad.item() * math.sqrt(4 * greatest) == pytest.approx(numeric, rel=1e-2)


def test_a_step_on_an_axis_gets_the_gradient_of_its_row() -> None:
    x = torch.randn(3, 40, generator=torch.Generator().manual_seed(1))
    steps = torch.tensor([0.1, 0.05, 0.3], dtype=torch.float64, requires_grad=True)
    quantize_learned(x, steps, parse("int4"), -2, 40).sum().backward()
    for row, step, found in zip(x, steps.tolist(), steps.grad.tolist(), strict=True):
        expected = expected_gradient(row, step, "int4").sum() / math.sqrt(40 * 7)
        assert found == pytest.approx(expected.item(), rel=1e-4)


def test_the_gradient_of_the_values_stops_where_they_saturate() -> None:
    x = torch.tensor([-3.0, -0.5, 0.5, 3.0], requires_grad=True)
    step = torch.tensor(0.125, dtype=torch.float64)
    quantize_learned(x, step, parse("int4"), None, 4).sum().backward()
    assert x.grad.tolist() == [0.0, 1.0, 1.0, 0.0]


@pytest.mark.parametrize("scale", [Scale((40001,), (20,)), Scale((3, 65535), (4, 30), -2)])
def test_a_parameter_starts_at_the_calibrated_number(scale: Scale) -> None:
    assert nearest(parameter(scale), scale.axis) == scale


def test_the_optimizer_sees_the_scales() -> None:
    names = [name for name, _ in model_of().named_parameters() if name.endswith("log_step")]
    assert names == [
        "0.quantize_inputs.log_step",
        "0.parametrizations.weight.0.log_step",
        "2.quantize_inputs.log_step",
        "2.parametrizations.weight.0.log_step",
    ]


@pytest.mark.parametrize("granularity", ["tensor", "axis"])
@pytest.mark.parametrize("spelling", ["int4", "e2m1fn", "codebook2", "ternary", "log3"])
def test_training_moves_every_scale_and_eval_uses_the_same_numbers(
    spelling: str, granularity: str
) -> None:
    model = model_of(spelling, granularity)
    before = quantized(model)
    train(model)
    found = model(inputs())  # in training mode, with the scales as they are now
    evaluated = model.eval()(inputs())
    # The bias keeps its old grid while scales move: half a step of the sum.
    assert float((found - evaluated).detach().abs().mean()) < 2e-3
    for old, new in zip(before, quantized(model), strict=True):
        if old.part != "bias":
            assert old.scale != new.scale
            assert old.format == new.format
    for module in model.modules():
        if isinstance(module, Quantizer) and module.log_step is not None:
            assert module.scale == Scale.nearest(
                step_of(module.log_step).tolist(), module.scale.axis
            )


def test_the_bias_stands_on_the_grid_of_the_learned_scales() -> None:
    model = model_of()
    train(model)
    model.eval()(inputs())
    found = {item.part: item.scale for item in quantized(model) if item.path == "0"}
    product = found["inputs"].times(found["weights"])
    assert found["bias"].fractions() == product.fractions()


def test_a_part_of_a_model_is_not_evaluated_before_it_is_settled() -> None:
    model = model_of()
    train(model)
    model.eval()
    with pytest.raises(ConfigError, match="inputs of '0' must be settled after training has moved"):
        model[0](inputs())
    settle(model, inputs())
    model[0](inputs())


def test_a_model_is_not_exported_before_it_is_settled() -> None:
    model = model_of()
    train(model)
    with pytest.raises(ConfigError, match="must be settled after training"):
        torch.export.export(model.eval(), (inputs(),))
    settle(model, inputs())
    torch.export.export(model, (inputs(),))


def test_a_model_that_learns_nothing_stays_as_it_is() -> None:
    model = nn.Sequential(nn.Linear(5, 7))
    quantize(model, [QuantizeRule("0", weights="int8", inputs="int8")], [inputs()])
    before = quantized(model)
    with torch.no_grad():
        model[0].parametrizations.bias.original.mul_(100)
    settle(model, inputs() * 3)
    assert quantized(model) == before


@pytest.mark.parametrize("is_settled", [False, True])
def test_a_state_dict_carries_learned_scales(is_settled: bool) -> None:
    model, fresh = model_of(), nn.Sequential(nn.Linear(5, 7), nn.ReLU(), nn.Linear(7, 3))
    rule = QuantizeRule("*", "int6", "int8", granularity="axis", scale="learned")
    quantize(fresh, [rule])
    train(model)
    if is_settled:
        model.eval()(inputs())
    fresh.load_state_dict(model.state_dict())
    assert torch.equal(fresh.eval()(inputs()), model.eval()(inputs()))
    assert quantized(fresh) == quantized(model)


def test_a_copy_learns_by_itself() -> None:
    model = model_of()
    twin = copy.deepcopy(model)
    before = model.eval()(inputs())
    train(twin)
    assert torch.equal(model(inputs()), before)
    assert not torch.equal(twin.eval()(inputs()), before)


def test_settling_inside_inference_mode_leaves_a_model_that_trains() -> None:
    model = model_of()
    train(model)
    with torch.inference_mode():
        model.eval()(inputs())
    train(model)
    model.eval()(inputs()).sum().backward()


def test_settling_leaves_random_rectifiers_where_they_were() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(5, 7), RandomLeakyReLU(), nn.Linear(7, 3))
    quantize(model, [QuantizeRule("*", "int6", "int8", scale="learned")], [inputs()])
    train(model)
    first = model.eval()(inputs())  # settles before
    assert torch.equal(model.eval()(inputs()), first)
