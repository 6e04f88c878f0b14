"""Quantized modules stay ordinary modules: they train, save, copy and export."""

import copy
from pathlib import Path

import pytest
import torch
from torch import nn

from litho.compress import Quantized, QuantizeRule, quantize, quantized
from litho.errors import ConfigError, DataError
from litho.formats import Fixed, Scale

RULES = (
    QuantizeRule("fc?", weights="int6", inputs="int8", granularity="axis"),
    QuantizeRule("act", inputs="fixed8", outputs="fixed8f7"),
)


class Small(nn.Module):
    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.fc1 = nn.Linear(5, 7)
        self.act = nn.Sigmoid()
        self.fc2 = nn.Linear(7, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc2(self.act(self.fc1(x)))


def inputs() -> torch.Tensor:
    return torch.randn(64, 5, generator=torch.Generator().manual_seed(3))


def small() -> Small:
    model = Small()
    quantize(model, RULES, [inputs()])
    return model.eval()


def test_what_was_chosen_is_said_layer_by_layer() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
    with torch.no_grad():
        model[0].weight.copy_(torch.tensor([[1.5, -2.0], [0.25, 0.5]]))
        model[0].bias.fill_(0.5)
    found = quantize(
        model,
        [QuantizeRule("0", weights="fixed6", inputs="fixed8f4"), QuantizeRule("1", outputs="int8")],
        [torch.tensor([[1.0, 2.0]])],
    )
    assert found == (
        Quantized("0", "inputs", Fixed(8, 4), Scale()),
        Quantized("0", "weights", Fixed(6, 4), Scale()),
        Quantized("0", "bias", Fixed(15, 8), Scale()),
        Quantized("1", "outputs", Fixed(8, is_integer=True), Scale.nearest(1.75 / 127)),
    )
    assert quantized(model) == found


def test_the_mode_of_each_module_is_left_as_it_was() -> None:
    model = Small()
    model.act.eval()
    quantize(model, RULES, [inputs()])
    assert model.training
    assert model.fc1.training
    assert not model.act.training


def test_a_state_dict_brings_everything_that_was_calibrated() -> None:
    model, fresh = small(), Small(seed=1)
    quantize(fresh, RULES)
    fresh.load_state_dict(model.state_dict())
    assert quantized(fresh) == quantized(model)
    assert torch.equal(fresh.eval()(inputs()), model(inputs()))


def test_a_state_dict_in_a_file_needs_no_pickled_code(tmp_path: Path) -> None:
    model, fresh = small(), Small(seed=1)
    torch.save(model.state_dict(), tmp_path / "model.pt")
    quantize(fresh, RULES)
    fresh.load_state_dict(torch.load(tmp_path / "model.pt", weights_only=True))
    assert torch.equal(fresh.eval()(inputs()), model(inputs()))


def test_a_state_dict_may_be_loaded_over_another_calibration() -> None:
    model, other = small(), Small(seed=1)
    quantize(other, RULES, [inputs() * 9])
    other.load_state_dict(model.state_dict())
    assert torch.equal(other.eval()(inputs()), model(inputs()))


def test_a_copy_is_its_own_model() -> None:
    model = small()
    twin = copy.deepcopy(model)
    before = model(inputs())
    assert torch.equal(twin(inputs()), before)
    with torch.no_grad():
        twin.fc1.parametrizations.weight.original.mul_(2)
    twin.fc1.quantize_inputs.fix(Fixed(3, 0), Scale())
    assert torch.equal(model(inputs()), before)
    assert not torch.equal(twin(inputs()), before)


def test_an_exported_program_gives_the_same_up_to_its_tables() -> None:
    model = nn.Sequential(nn.Linear(5, 7), nn.ReLU(), nn.Linear(7, 3))
    quantize(model, [QuantizeRule("*", weights="int6", inputs="int8")], [inputs()])
    program = torch.export.export(model.eval(), (inputs(),))
    assert torch.allclose(program.module()(inputs()), model(inputs()), rtol=1e-12)


def test_a_network_that_trains_keeps_its_grids_and_gets_better() -> None:
    model = Small()
    targets = (inputs().sum(1) > 0).long()
    quantize(model, RULES, [inputs()])
    before = quantized(model)
    optimizer = torch.optim.Adam(model.parameters(), 0.02)
    losses = []
    for _ in range(40):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(inputs()), targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 2
    assert quantized(model) == before


def test_gradients_reach_every_parameter_in_both_modes() -> None:
    model = small()
    for mode in (True, False):
        model.train(mode).zero_grad()
        model(inputs()).square().sum().backward()
        for name, parameter in model.named_parameters():
            assert parameter.grad is not None, name
            assert parameter.grad.abs().sum() > 0, name


def test_weights_alone_may_be_quantized() -> None:
    model = nn.Sequential(nn.Linear(3, 2))
    quantize(model, [QuantizeRule("0", weights="fixed2")], [torch.randn(4, 3)])
    assert [item.part for item in quantized(model)] == ["weights"]
    assert model.eval()(torch.randn(4, 3)).dtype == torch.float32


def test_a_layer_that_is_not_quantized_takes_what_a_wide_one_gives() -> None:
    class Fork(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.left, self.right = (nn.Linear(5, 5) for _ in range(3))

        def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            wide = self.first(x)
            return self.left(wide), self.right(wide)

    model = Fork().eval()
    rules = [QuantizeRule(name, weights="int8", inputs="int8") for name in ("first", "left")]
    quantize(model, rules, [inputs()])
    assert model.first(inputs()).dtype == torch.float64
    assert model(inputs())[1].dtype == torch.float32


@pytest.mark.parametrize(
    ("form", "width", "dtype"),
    [("fixed8", 8, torch.float32), ("fixed9", 16, torch.float32), ("fixed11", 16, torch.float64)],
)
def test_a_layer_runs_in_float64_only_where_its_sums_may_need_it(
    form: str, width: int, dtype: torch.dtype
) -> None:
    model = nn.Sequential(nn.Linear(width, 1, bias=False)).eval()
    quantize(model, [QuantizeRule("0", weights=form, inputs=form)], [torch.randn(2, width)])
    assert model(torch.randn(2, width)).dtype == dtype


def test_batches_may_be_tuples_and_mappings() -> None:
    class Sum(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b = nn.Identity(), nn.Identity()

        def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
            return self.a(x) + self.b(y)

    x, y = torch.ones(1, 2), torch.full((1, 2), 3.0)
    for batch in ((x, y), [x, y], {"x": x, "y": y}):
        found = quantize(Sum(), [QuantizeRule("?", outputs="fixed4")], [batch])
        assert [str(item.format) for item in found] == ["fixed4f2", "fixed4f1"]


def test_the_last_rule_that_matches_counts() -> None:
    model = Small()
    rules = [
        QuantizeRule("*", weights="fixed8", inputs="fixed8"),
        QuantizeRule("fc2", weights="fixed2", inputs="fixed8"),
        RULES[1],
    ]
    widths = {
        i.path: i.format.width for i in quantize(model, rules, [inputs()]) if i.part == "weights"
    }
    assert widths == {"fc1": 8, "fc2": 2}


def test_a_bias_may_stand_on_a_coarser_grid() -> None:
    model = nn.Sequential(nn.Linear(5, 7))
    rule = QuantizeRule("0", weights="fixed6f4", inputs="fixed8f4", bias="fixed6")
    found = {item.part: item.format for item in quantize(model, [rule], [inputs()])}
    assert found["bias"].width == 6
    assert found["bias"].frac <= 8


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ({"match": "fcc1", "inputs": "fixed8"}, "rule 'fcc1' must match a module, .*: fc1, fc2"),
        ({"match": "act", "weights": "fixed8"}, "must match a module with a weight .* a Sigmoid"),
        ({"match": "a*", "weights": "fixed8"}, "must match a module with a weight, and none of 3"),
    ],
)
def test_a_rule_that_matches_nothing_is_an_error(rule: dict[str, str], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        quantize(Small(), [QuantizeRule(**rule)], [inputs()])


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({}, "must quantize weights, inputs or outputs, not nothing"),
        ({"inputs": "fixed8", "bias": "int32"}, "must name weights when it names a bias"),
        ({"inputs": "fixde8"}, "inputs of rule 'fc1'.*not 'fixde8'"),
        ({"inputs": "fixed8", "calibration": "max"}, "calibration of rule 'fc1' must be one of"),
        ({"weights": "fixed8", "granularity": "row"}, "granularity of rule 'fc1' must be one of"),
    ],
)
def test_a_rule_that_says_nothing_sensible_is_an_error(options: dict[str, str], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        QuantizeRule("fc1", **options)


def test_a_bias_finer_than_its_sum_names_both_fractions() -> None:
    rule = QuantizeRule("fc1", weights="fixed6f4", inputs="fixed8f4", bias="fixed16f9")
    with pytest.raises(ConfigError, match="at most 8 fraction bits, those of its sum, not 9"):
        quantize(Small(), [rule], [inputs()])


def test_a_bias_of_a_scaled_sum_must_be_an_integer() -> None:
    rule = QuantizeRule("fc1", weights="int6", inputs="int8", bias="fixed16")
    with pytest.raises(ConfigError, match="bias of 'fc1' must be a scaled integer"):
        quantize(Small(), [rule], [inputs()])


def test_a_model_is_quantized_once() -> None:
    with pytest.raises(ConfigError, match="module 'fc1' must be quantized once"):
        quantize(small(), RULES, [inputs()])


def test_a_model_that_waits_for_its_state_says_so() -> None:
    model = Small()
    quantize(model, RULES)
    with pytest.raises(ConfigError, match="inputs of 'fc1' must be calibrated before it is used"):
        model(inputs())


def test_weights_with_nan_are_named() -> None:
    model = Small()
    with torch.no_grad():
        model.fc2.weight[1, 2] = float("nan")
    with pytest.raises(DataError, match="weights of 'fc2' must have finite values"):
        quantize(model, RULES, [inputs()])


def test_a_layer_that_no_batch_reaches_is_named() -> None:
    model = Small()
    model.unused = nn.Identity()
    with pytest.raises(
        ConfigError, match=r"inputs of 'unused' must see values .* no batch reached"
    ):
        quantize(model, [QuantizeRule("unused", inputs="fixed8")], [inputs()])


def test_a_function_of_a_sum_is_refused() -> None:
    rules = [RULES[0], QuantizeRule("act", outputs="fixed8f7")]
    with pytest.raises(
        ConfigError, match="the function 'act' must read quantized values, not a sum"
    ):
        quantize(Small(), rules, [inputs()])


@pytest.mark.parametrize("act", [nn.Tanh(), nn.GELU(), nn.ELU()])
def test_a_function_without_a_rule_between_quantized_layers_is_refused(act: nn.Module) -> None:
    model = nn.Sequential(nn.Linear(5, 4), act, nn.Flatten(), nn.Linear(4, 3))
    rule = QuantizeRule("*", weights="fixed4", inputs="fixed4")
    text = r"inputs of '3' must not quantize what (tanh|gelu|elu) gives: .* of its own"
    with pytest.raises(ConfigError, match=text):
        quantize(model, [rule], [inputs()])


def test_a_function_of_floats_may_stay_one() -> None:
    model = nn.Sequential(nn.Linear(5, 4), nn.Tanh(), nn.Linear(4, 3))
    found = quantize(model, [QuantizeRule("2", weights="fixed4", inputs="fixed4")], [inputs()])
    assert [item.part for item in found] == ["inputs", "weights", "bias"]


def test_integers_are_not_quantized() -> None:
    model = nn.Sequential(nn.Embedding(4, 3))
    with pytest.raises(ConfigError, match=r"inputs of '0' must be floats .* not torch.int64"):
        quantize(model, [QuantizeRule("0", inputs="fixed8")], [torch.tensor([1])])


def test_a_module_on_two_grids_is_refused() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b, self.act = nn.Identity(), nn.Identity(), nn.Tanh()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.act(self.a(x)) + self.act(self.b(x))

    rules = [
        QuantizeRule("a", outputs="int8"),
        QuantizeRule("b", outputs="int6"),
        QuantizeRule("act", inputs="int8", outputs="int8"),
    ]
    with pytest.raises(ConfigError, match=r"inputs of 'act' must read one integer grid, .* own"):
        quantize(Twice(), rules, [inputs()])
