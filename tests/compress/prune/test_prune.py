"""Masks are held, saved, copied, exported and made permanent, and stand before quantizers."""

import copy
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
from torch import nn

from litho.compress import QuantizeRule, bits_per_weight, quantize
from litho.compress.prune import (
    Gradual,
    OneShot,
    Pruned,
    Pruner,
    PruneRule,
    make_permanent,
    prune,
    pruned,
    restore,
)
from litho.errors import ConfigError, DataError

HALF = [PruneRule("*", 0.5)]


def network(seed: int = 0) -> nn.Sequential:
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 4))


def inputs(count: int = 64) -> torch.Tensor:
    return torch.randn(count, 8, generator=torch.Generator().manual_seed(1))


def loss(model: nn.Module, batch: torch.Tensor) -> torch.Tensor:
    found: torch.Tensor = model(batch).square().mean()
    return found


def layers(model: nn.Sequential) -> list[nn.Linear]:
    return [layer for layer in model if isinstance(layer, nn.Linear)]


def test_pruning_says_what_it_did_and_leaves_biases() -> None:
    model = network()
    biases = [layer.bias.clone() for layer in layers(model)]
    rules = [PruneRule("*", 0.25), PruneRule("2", shape="2:4")]
    assert prune(model, rules) == (
        Pruned("0", "element", "l1", 0.25, 0.25, 128, 96),
        Pruned("2", "2:4", "l1", 0.5, 0.5, 64, 32),
    )
    assert all(torch.equal(a, m.bias) for a, m in zip(biases, layers(model), strict=True))


def test_global_competition_shares_units_among_layers() -> None:
    model = network()
    with torch.no_grad():
        model[2].weight.add_(100)
    rows = prune(model, [PruneRule("*", 0.5, scope="global")])
    assert [row.kept for row in rows] == [32, 64]


@pytest.mark.parametrize("is_eval", [False, True])
def test_an_optimizer_with_momentum_and_decay_does_not_revive(is_eval: bool) -> None:
    model = network()
    prune(model, HALF)
    before = [layer.weight == 0 for layer in layers(model)]
    optimizer = torch.optim.SGD(model.parameters(), 0.1, momentum=0.9, weight_decay=0.1)
    optimizer.zero_grad()
    loss(model, inputs()).backward()
    original = model[0].parametrizations.weight.original
    assert not original.grad[before[0]].any()
    assert original.grad[~before[0]].any()
    for _ in range(3):
        optimizer.step()
    model.train(not is_eval)
    with torch.no_grad():
        after = [layer.weight == 0 for layer in layers(model)]
    assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True))


def test_momentum_from_before_does_not_revive() -> None:
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), 0.1, momentum=0.9)
    loss(model, inputs()).backward()
    optimizer.step()
    prune(model, HALF)
    gone = [layer.weight == 0 for layer in layers(model)]
    optimizer.step()
    assert all(
        not layer.weight[mask].any() for layer, mask in zip(layers(model), gone, strict=True)
    )


def test_a_kept_weight_follows_its_parameter_its_mask_and_the_mode() -> None:
    model = network()
    prune(model, HALF)
    model.eval()
    layer, x = model[0], inputs()
    with torch.no_grad():
        first = layer.weight
        assert layer.weight is first
        layer.parametrizations.weight.original.mul_(2)
        assert torch.equal(layer.weight, 2 * first)
        layer.parametrizations.weight[0].mask.logical_not_()
        assert not layer.weight[first != 0].any()
        layer.parametrizations.weight.original.data = torch.ones(16, 8)
        assert set(layer.weight.unique().tolist()) == {0.0, 1.0}
        layer.parametrizations.weight.original.data.mul_(3)
        model.eval()
        assert set(layer.weight.unique().tolist()) == {0.0, 3.0}
        assert torch.equal(copy.deepcopy(model)(x), model(x))
        assert model.double()[0].weight.dtype == torch.float64
    with torch.inference_mode():
        assert torch.equal(model(x.double()), copy.deepcopy(model)(x.double()))


def test_a_state_dict_restores_masks_in_a_fresh_model(tmp_path: Any) -> None:
    model = network()
    prune(model, [PruneRule("0", 0.5, "block4x2"), PruneRule("2", shape="1:4")])
    torch.save(model.state_dict(), tmp_path / "model.pt")
    state = torch.load(tmp_path / "model.pt")
    fresh, other = network(1), network(2)
    restore(fresh, state)
    prune(other, [PruneRule("*", 0.1, score="random")])
    for found in (fresh, other):
        found.load_state_dict(state)
        assert pruned(found) == pruned(model)
        assert torch.equal(found(inputs()), model(inputs()))
    wrong = nn.Sequential(nn.Linear(8, 3))
    with pytest.raises(
        DataError, match=r"the mask of '0' must belong to a weight of .*, and the mod"
    ):
        restore(wrong, state)


def test_a_permanent_mask_leaves_a_plain_module() -> None:
    model = network()
    keys = list(model.state_dict())
    prune(model, HALF)
    expected = model(inputs())
    make_permanent(model)
    assert sorted(model.state_dict()) == sorted(keys)
    assert torch.equal(model(inputs()), expected)
    assert pruned(model) == ()
    assert type(model[0]) is nn.Linear
    assert not model[0]._forward_pre_hooks
    prune(model, [PruneRule("*", 0.75)])
    assert (model[0].weight == 0).sum() == 96


def test_a_pruned_model_is_exported_and_copied() -> None:
    model = network()
    prune(model, HALF)
    model.eval()
    exported = torch.export.export(model, (inputs(),))
    assert torch.equal(exported.module()(inputs()), model(inputs()))
    assert torch.equal(copy.deepcopy(model)(inputs()), model(inputs()))


def quantized_first(model: nn.Module) -> None:
    quantize(model, [QuantizeRule("*", weights="fixed6", inputs="fixed8")], [inputs()])
    prune(model, HALF)


def pruned_first(model: nn.Module) -> None:
    prune(model, HALF)
    quantize(model, [QuantizeRule("*", weights="fixed6", inputs="fixed8")], [inputs()])


@pytest.mark.parametrize("compress", [quantized_first, pruned_first])
def test_a_mask_stands_before_the_quantizer(compress: Callable[[nn.Module], None]) -> None:
    model = network()
    compress(model)
    for mode in (True, False):
        model.train(mode)
        for layer in layers(model):
            mask = layer.parametrizations.weight[0].mask
            assert not layer.weight[~mask].any()
    assert bits_per_weight(model) > 6
    x, before = inputs(), model.eval()(inputs())
    assert torch.equal(torch.export.export(model, (x,)).module()(x), before)
    assert torch.equal(copy.deepcopy(model)(x), before)
    state, fresh = model.state_dict(), network(3)
    compress(fresh)
    fresh.eval().load_state_dict(state)
    assert torch.equal(fresh(x), before)
    make_permanent(model)
    assert torch.equal(model(x), before)
    assert pruned(model) == ()


def test_a_format_without_a_zero_is_refused_in_either_order() -> None:
    rules = [QuantizeRule("0", weights="binary")]
    message = "weights of '0' must have a format with a zero to be pruned, not binary; leave one"
    model = network()
    quantize(model, rules, [inputs()])
    with pytest.raises(ConfigError, match=message):
        prune(model, HALF)
    assert pruned(model) == ()
    model = network()
    prune(model, HALF)
    with pytest.raises(ConfigError, match=message):
        quantize(model, rules, [inputs()])
    prune(other := network(), HALF)
    quantize(other, [QuantizeRule("*", weights="ternary")], [inputs()])
    assert (other[0].weight == 0).sum() >= 64


@pytest.mark.parametrize("score", ["random", "l1", "l2", "movement", "wanda"])
def test_a_gradual_schedule_ends_at_the_rule_and_never_revives(score: str) -> None:
    model = network()
    pruner = Pruner(
        model, [PruneRule("*", 0.8, score=score)], Gradual(2, 6, every=2), [inputs()], loss=loss
    )
    optimizer = torch.optim.Adam(model.parameters(), 0.01)
    kept, gone = [], torch.zeros(16, 8, dtype=torch.bool)
    for _ in range(12):
        optimizer.zero_grad()
        loss(model, inputs()).backward()
        table = pruner.step()
        optimizer.step()
        assert not model[0].weight[gone].any()
        gone = ~model[0].parametrizations.weight[0].mask
        if table:
            kept.append(table[0].kept)
    assert kept == [128, 56, 29, 26]  # 128 less 128 s(t), s = .8 (1 - (1 - t/6)^3)
    assert [row.achieved for row in pruned(model)] == [1 - 26 / 128, 1 - 13 / 64]


def test_the_cubic_schedule_is_that_of_its_paper() -> None:
    schedule = Gradual(10, 100, every=10, initial=0.2)
    assert schedule.sparsity(0.9, 0) == 0.0
    assert schedule.sparsity(0.9, 10) == pytest.approx(0.2)
    assert schedule.sparsity(0.9, 60) == pytest.approx(0.9 - 0.7 * 0.125)
    assert schedule.sparsity(0.9, 110) == schedule.sparsity(0.9, 500) == 0.9


def test_one_shot_prunes_at_its_step() -> None:
    model = network()
    pruner = Pruner(model, [PruneRule("*", shape="2:4")], OneShot(1))
    assert [bool(pruner.step()) for _ in range(3)] == [False, True, False]
    assert (model[0].weight == 0).sum() == 64


def wide() -> tuple[nn.Sequential, torch.Tensor]:
    torch.manual_seed(5)
    mix = torch.randn(64, 64) @ torch.diag(torch.linspace(0.05, 2, 64))
    return nn.Sequential(nn.Linear(64, 32)), torch.randn(512, 64) @ mix


@pytest.mark.parametrize("shape", ["element", "2:4"])
@pytest.mark.parametrize("scope", ["tensor", "row"])
def test_reconstruction_changes_the_output_less_than_the_least_weights_do(
    shape: str, scope: str
) -> None:
    errors = {}
    for score in ("l1", "wanda", "sparsegpt"):
        model, x = wide()
        before = model(x)
        (row,) = prune(model, [PruneRule("*", 0.5, shape, scope, score)], [x])
        assert row.achieved == 0.5
        errors[score] = float((model(x) - before).detach().square().mean())
    assert errors["sparsegpt"] < errors["wanda"] < errors["l1"]


def test_movement_drops_what_moves_to_zero() -> None:
    model = nn.Sequential(nn.Linear(2, 1, bias=False))
    with torch.no_grad():
        model[0].weight.copy_(torch.tensor([[5.0, 0.1]]))
    grow = lambda model, batch: model[0].weight @ torch.tensor([1.0, -1.0]) + 0 * batch.sum()  # noqa: E731
    scalar = lambda model, batch: grow(model, batch).sum()  # noqa: E731
    prune(model, [PruneRule("*", 0.5, score="movement")], [inputs()], loss=scalar)
    assert model[0].weight.tolist() == [[0.0, pytest.approx(0.1)]]
    assert model[0].parametrizations.weight.original.grad is None


REFUSED: list[tuple[Sequence[PruneRule], str]] = [
    (
        [PruneRule("1.fc", 0.5)],
        "prune rule '1.fc' must match a module with a weight of .*; near",
    ),
    (
        [PruneRule("*", 0.5), PruneRule("layer.*", 0.5)],
        "prune rule 'layer.*' must match a module with a weight of two dimensions or more, and no",
    ),
    (
        [PruneRule("*", shape="2:3")],
        "the group of 2:3 must divide the 8 of the weight of '0', not 3; divisors: 1, 2, 4, 8",
    ),
    ([PruneRule("0", 0.5, "block3x2")], "rows of block3x2 must divide the 16 of the weight of '0'"),
    ([PruneRule("0", 0.5, score="wanda")], "score wanda must have batches to be computed, and the"),
    ([PruneRule("0", 0.5, score="movement")], "score movement must have a `loss.*` that gives a"),
]


@pytest.mark.parametrize(("rules", "text"), REFUSED)
def test_rules_that_contradict_the_model_leave_it_alone(
    rules: Sequence[PruneRule], text: str
) -> None:
    model = network()
    with pytest.raises(ConfigError, match=text):
        prune(model, rules)
    assert pruned(model) == ()


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (
            {"sparsity": 1.0},
            "sparsity of prune rule '.*' must be at least 0 and less than 1, not 1",
        ),
        ({"sparsity": -0.1}, "must be at least 0 and less than 1, not -0.1"),
        ({"sparsity": float("nan")}, "must be at least 0 and less than 1, not nan"),
        ({"sparsity": "0.5"}, "must be at least 0 and less than 1, not '0.5'"),
        ({"sparsity": 0.5, "shape": 4}, "shape of prune rule .* must be element, row, .*, not 4"),
        ({}, "prune rule '.*' must give a sparsity for element"),
        ({"sparsity": 0.4, "shape": "2:4"}, "must be 0.5, what 2:4 says, not 0.4; leave it out"),
        (
            {"sparsity": 0.4, "scope": "globl"},
            "scope of .* must be one of tensor, row, global, not 'globl'; near name: global",
        ),
        (
            {"sparsity": 0.4, "shape": "row", "scope": "row"},
            "must be tensor or global for shape row, which has one unit in a row, not 'row'",
        ),
        (
            {"sparsity": 0.4, "shape": "row", "score": "sparsegpt"},
            "must have shape element or N:M along axis 1, and scope tensor or row, not row and",
        ),
    ],
)
def test_words_that_do_not_fit_together_are_an_error(options: dict[str, Any], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        PruneRule("*", **options)


def test_what_cannot_be_pruned_is_said() -> None:
    model = network()
    prune(model, HALF)
    with pytest.raises(ConfigError, match="must be pruned once, and it is already; make its mask"):
        prune(model, HALF)
    with pytest.raises(ConfigError, match="score wanda must be asked for linear layers, not for"):
        prune(nn.Sequential(nn.Conv2d(2, 4, 3)), [PruneRule("*", 0.5, score="wanda")], [inputs()])
    with pytest.raises(ConfigError, match="must be applied at once, by `prune`, with score spars"):
        Pruner(network(), [PruneRule("*", 0.5, score="sparsegpt")], OneShot())
    pruner = Pruner(network(), [PruneRule("*", 0.5, score="movement")], OneShot())
    with pytest.raises(ConfigError, match="score movement must see a gradient of '0' at each step"):
        pruner.step()
    for numbers in ((-1, 4, 1), (0, 5, 2)):
        with pytest.raises(
            ConfigError, match="a gradual schedule must start at step 0 or later and"
        ):
            Gradual(*numbers)
    with pytest.raises(ConfigError, match="the initial sparsity of a gradual schedule must be at"):
        Gradual(0, 2, initial=1.0)
    with pytest.raises(ConfigError, match="the step of a one-shot schedule must be 0 or more, not"):
        OneShot(-1)


class Unused(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.used, self.idle = nn.Linear(8, 4), nn.Linear(8, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = self.used(x)
        return y


def test_a_score_needs_finite_values_of_every_layer() -> None:
    with pytest.raises(
        ConfigError, match="score wanda must see module 'idle' used, and no batch re"
    ):
        prune(Unused(), [PruneRule("*", 0.5, score="wanda")], [inputs()])
    with pytest.raises(
        DataError, match="what score wanda sees of '0' must be finite, not NaN or inf"
    ):
        prune(network(), [PruneRule("0", 0.5, score="wanda")], [inputs() * float("nan")])
    for score, text in (
        ("l1", "the weight of '0' must be finite to be pruned, not NaN or infinity; look for"),
        ("sparsegpt", "the weight of '0' must be finite to be reconstructed, not NaN or infinity"),
    ):
        model = network()
        with torch.no_grad():
            model[0].weight[0, 0] = float("nan")
        with pytest.raises(DataError, match=text):
            prune(model, [PruneRule("0", 0.5, score=score)], [inputs()])
        assert pruned(model) == ()


def test_movement_needs_one_number_and_trained_weights() -> None:
    rules = [PruneRule("*", 0.5, score="movement")]
    message = "score movement must have a loss that is one number, and weights that are trained"
    with pytest.raises(ConfigError, match=message):
        prune(network(), rules, [inputs()], loss=lambda model, batch: model(batch))
    with pytest.raises(ConfigError, match=message):
        prune(network().requires_grad_(False), rules, [inputs()], loss=loss)


def test_learned_scales_are_trained_under_a_mask() -> None:
    model = network()
    quantize(model, [QuantizeRule("*", weights="int4", inputs="int8", scale="learned")], [inputs()])
    prune(model, HALF)
    optimizer = torch.optim.Adam(model.train().parameters(), 0.01)
    for _ in range(3):
        optimizer.zero_grad()
        loss(model, inputs()).backward()
        optimizer.step()
    result = model.eval()(inputs())
    assert not model[0].weight[~model[0].parametrizations.weight[0].mask].any()
    make_permanent(model)
    assert torch.equal(model(inputs()), result)


@pytest.mark.parametrize("is_first", [False, True])
@pytest.mark.parametrize("has_bias", [False, True])
def test_a_pruned_float_layer_takes_what_quantized_ones_give(
    is_first: bool, has_bias: bool
) -> None:
    model = nn.Sequential(nn.Linear(8, 16), nn.Linear(16, 4, bias=has_bias))
    wide = QuantizeRule("0", weights="int16", inputs="int16", outputs="int16")
    steps = [
        lambda: prune(model, [PruneRule("1", 0.5)]),
        lambda: quantize(model, [wide], [inputs()]),
    ]
    for step in steps if is_first else reversed(steps):
        step()
    result = model.eval()(inputs())
    assert (result.dtype, model[0](inputs()).dtype) == (torch.float32, torch.float64)
    assert torch.equal(copy.deepcopy(model)(inputs()), result)
    assert torch.equal(torch.export.export(model, (inputs(),)).module()(inputs()), result)
    make_permanent(model)
    assert torch.equal(model(inputs()), result)


def test_units_of_all_patterns_of_a_rule_compete() -> None:
    model = network()
    with torch.no_grad():
        model[2].weight.add_(100)
    rows = prune(model, [PruneRule(["0", "2*"], 0.5, scope="global")])
    assert [row.kept for row in rows] == [32, 64]
    with pytest.raises(
        ConfigError, match="prune rule '7' must match a module with a weight of two"
    ):
        prune(network(), [PruneRule(("0", "7"), 0.5)])
