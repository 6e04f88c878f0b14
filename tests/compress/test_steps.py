"""Steps run in any order, give a table of layers, and are built again for a state dict."""

import copy
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from litho.compress import (
    Pruned,
    PruneRule,
    PruneStep,
    QuantizeRule,
    QuantizeStep,
    ReplaceRule,
    ReplaceStep,
    Step,
    apply,
    layers,
    make_permanent,
    prune,
    quantize,
    quantized,
    rebuild,
)
from litho.errors import ConfigError

LINEAR = ("0", "2", "4")


def network(seed: int = 0) -> nn.Sequential:
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Linear(16, 24), nn.LeakyReLU(0.1), nn.Linear(24, 16), nn.ReLU(), nn.Linear(16, 8)
    )


def batches(count: int = 3) -> list[torch.Tensor]:
    draw = torch.Generator().manual_seed(1)
    return [torch.randn(32, 16, generator=draw) for _ in range(count)]


def loss(model: nn.Module, batch: torch.Tensor) -> torch.Tensor:
    found: torch.Tensor = model(batch).square().mean()
    return found


def fresh_linear(path: str, old: nn.Module) -> nn.Module:
    """A float layer of the same shape, drawn by its path."""
    del path
    weight = old.weight
    assert isinstance(weight, torch.Tensor)
    made = nn.Linear(weight.shape[1], weight.shape[0], bias=False)
    with torch.no_grad():
        made.weight.copy_(torch.linspace(-1, 1, weight.numel()).reshape(weight.shape))
    return made


@dataclass
class Draws:
    """Draws steps that fit: what is quantized or pruned is so once, unless it was replaced."""

    draw: st.DrawFn
    quantized: set[str] = field(default_factory=set)
    pruned: set[str] = field(default_factory=set)

    def some(self, without: set[str]) -> list[str]:
        left = [path for path in LINEAR if path not in without]
        return self.draw(st.lists(st.sampled_from(left), unique=True, min_size=1)) if left else []

    def one_of(self, *options: Any) -> Any:
        return self.draw(st.sampled_from(options))

    def quantize(self) -> Step | None:
        paths = self.some(self.quantized)
        self.quantized |= set(paths)
        return QuantizeStep(tuple(self.quantize_rule(path) for path in paths)) if paths else None

    def quantize_rule(self, path: str) -> QuantizeRule:
        weights = self.one_of("fixed6", "int8", "e4m3fn", "mxint8g32", "ternary", "codebook4")
        has_groups = weights == "mxint8g32"
        return QuantizeRule(
            path,
            weights=weights,
            inputs=self.one_of("fixed8", "int8", "e4m3fn"),
            outputs=self.one_of(None, "fixed9", "int10"),
            bias=None if weights in ("fixed6", "int8") else self.one_of(None, "fixed12"),
            granularity="tensor" if has_groups else self.one_of("tensor", "axis"),
            scale=None if has_groups else self.one_of(None, "learned"),
        )

    def prune(self) -> Step | None:
        paths = self.some(self.pruned)
        self.pruned |= set(paths)
        rules = tuple(self.prune_rule(path) for path in paths)
        return PruneStep(rules, sequential=self.one_of(False, True)) if rules else None

    def prune_rule(self, path: str) -> PruneRule:
        shape = self.one_of("element", "row", "column", "block4x2", "blocks4", "2:4", "1:4@0")
        scores = ["random", "l1", "l2", "movement", "wanda"]
        scores += ["sparsegpt"] if shape in ("element", "2:4") else []
        sparsity = None if ":" in shape else self.one_of(0.0, 0.3, 0.5, 0.9)
        return PruneRule(path, sparsity, shape, score=self.one_of(*scores))

    def replace(self) -> Step | None:
        paths = self.some(set())
        self.quantized -= set(paths)
        self.pruned -= set(paths)
        return ReplaceStep(tuple(ReplaceRule(path, fresh_linear) for path in paths))

    def steps(self) -> list[Step]:
        kinds = self.draw(st.lists(st.sampled_from(["quantize", "prune", "replace"]), max_size=5))
        found = [getattr(self, kind)() for kind in kinds]
        return [step for step in found if step]


@st.composite
def sequences(draw: st.DrawFn) -> list[Step]:
    return Draws(draw).steps()


@settings(max_examples=60, deadline=None)
@given(sequences())
def test_what_steps_made_is_built_again_for_its_state_dict(steps: list[Step]) -> None:
    model, x = network(), batches()[0]
    table = apply(model, steps, batches(), loss=loss, sums="wide")
    other = network(1)
    rebuild(other, steps, model.state_dict(), sums="wide")
    other.load_state_dict(model.state_dict())
    assert layers(other) == layers(model) == table
    assert quantized(other) == quantized(model)
    for mode in (True, False):
        assert torch.equal(other.train(mode)(x), model.train(mode)(x))


FORMATS = QuantizeRule("*", weights="int8", inputs="fixed8f4", outputs="fixed9f4")


def test_layers_that_are_quantized_step_by_step_are_those_of_one_step() -> None:
    at_once, one_by_one = network(), network()
    apply(at_once, [QuantizeStep((replace(FORMATS, match="[024]"),))], batches())
    steps = [QuantizeStep((replace(FORMATS, match=path),)) for path in ("2", "0", "4")]
    apply(one_by_one, steps, batches())
    state = at_once.state_dict()
    assert all(torch.equal(value, state[key]) for key, value in one_by_one.state_dict().items())
    x = batches()[0]
    assert torch.equal(one_by_one.eval()(x), at_once.eval()(x))


def test_a_layer_that_took_the_place_of_another_counts_in_the_grids_behind_it() -> None:
    model, plain, other = network(), network(), nn.Linear(16, 16)
    plain[3] = other
    rules = [replace(FORMATS, match="2", outputs=None), replace(FORMATS, match="4")]
    apply(plain, [QuantizeStep(tuple(rules))], batches())
    made = ReplaceRule("3", lambda path, old: copy.deepcopy(other))
    apply(model, [QuantizeStep(tuple(rules)), ReplaceStep((made,))], batches())
    x = batches()[0]
    assert torch.equal(model.eval()(x), plain.eval()(x))


def test_a_layer_of_a_quantized_model_is_not_replaced_unseen() -> None:
    apply(model := network(), [QuantizeStep((replace(FORMATS, match="[024]"),))], batches())
    step = ReplaceStep((ReplaceRule("3", lambda path, old: nn.Identity()),))
    with pytest.raises(ConfigError, match="layers of a quantized model must be replaced with batc"):
        apply(model, [step])


@pytest.mark.parametrize("score", ["random", "l1", "l2"])
def test_the_order_does_not_matter_where_nothing_is_calibrated(score: str) -> None:
    steps = (
        QuantizeStep((QuantizeRule("[024]", weights="fixed8f6", inputs="fixed8f4"),)),
        PruneStep((PruneRule("*", 0.6, "block4x2", score=score),)),
    )
    model, other = network(), network()
    assert apply(model, steps, batches()) == apply(other, steps[::-1], batches())
    x = batches()[0]
    for mode in (True, False):
        assert torch.equal(model.train(mode)(x), other.train(mode)(x))


def test_a_shared_layer_is_replaced_wherever_it_stands() -> None:
    layer = nn.Linear(8, 8)
    model = nn.Sequential(layer, nn.ReLU(), layer).eval()
    apply(model, [ReplaceStep((ReplaceRule("0", fresh_linear),))])
    assert model[0] is model[2] is not layer
    assert not model[0].training


def test_the_table_counts_what_a_mask_saves_apart() -> None:
    model = network()
    steps = [
        PruneStep((PruneRule("0", 0.75, "block4x2"), PruneRule("2", shape="2:4", score="wanda"))),
        QuantizeStep((QuantizeRule("0", weights="int4"), QuantizeRule("4", weights="mxint8g32"))),
    ]
    first, second, third = apply(model, steps, batches())
    assert (first.path, first.type, first.parameters) == ("0", "Linear", 16 * 24 + 24)
    assert (str(first.format), first.bits) == ("int4", 4)
    assert (first.saved_bits, first.mask_bits) == (3, 1 / 8)
    assert first.mask == Pruned("0", "block4x2", "l1", 0.75, 0.75, 48, 12)
    assert (str(second.format), second.bits, second.saved_bits) == ("float32", 32, 16)
    assert (second.mask_bits, second.mask and second.mask.score) == (1, "wanda")
    assert (third.bits, third.mask, third.saved_bits, third.mask_bits) == (8 + 8 / 16, None, 0, 0)
    values = sum(row.parameters for row in layers(model))
    assert values == sum(parameter.numel() for parameter in network().parameters())


def test_a_layer_without_a_weight_has_the_mean_bits_of_its_parameters() -> None:
    (row,) = layers(nn.RNNCell(4, 3).double())
    assert (row.type, row.parameters, row.format, row.bits) == ("RNNCell", 27, None, 64)


def test_batches_may_come_from_a_function_and_hold_more_than_inputs() -> None:
    pairs = [(x, x.sum(1)) for x in batches()]
    steps = [
        PruneStep((PruneRule("*", 0.5, score="movement"),)),
        QuantizeStep((QuantizeRule("[024]", weights="int8", inputs="int8"),)),
    ]

    def labelled(model: nn.Module, pair: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        found: torch.Tensor = (model(pair[0]).sum(1) - pair[1]).square().mean()
        return found

    model, other = network(), network()
    apply(model, steps, lambda: iter(pairs), loss=labelled, inputs=lambda pair: pair[0])
    prune(other, steps[0].rules, pairs, loss=labelled)
    quantize(other, steps[1].rules, batches())
    x = batches()[0]
    assert torch.equal(model(x), other(x))


def test_a_permanent_mask_is_not_built_again() -> None:
    model, steps = network(), [PruneStep((PruneRule("*", 0.5),))]
    apply(model, steps)
    make_permanent(model)
    rebuild(other := network(1), steps, model.state_dict())
    other.load_state_dict(model.state_dict())
    assert layers(other) == layers(model)


QUANTIZING = QuantizeStep((QuantizeRule("[024]", weights="fixed6", inputs="fixed8"),))
PRUNING = PruneStep((PruneRule("*", 0.5, score="movement"),))


@pytest.mark.parametrize("steps", [(QUANTIZING, PRUNING), (PRUNING, QUANTIZING)])
def test_steps_go_on_from_a_model_that_was_compressed_and_loaded(steps: tuple[Step, Step]) -> None:
    before, after = steps
    at_once, source, loaded = network(), network(), network(1)
    apply(at_once, steps, batches(), loss=loss)
    apply(source, [before], batches(), loss=loss)
    rebuild(loaded, [before], source.state_dict())
    loaded.load_state_dict(source.state_dict())
    assert apply(loaded, [after], batches(), loss=loss) == layers(at_once)
    x = batches()[0]
    assert torch.equal(loaded.eval()(x), at_once.eval()(x))


@pytest.mark.parametrize(
    ("match", "make", "text"),
    [
        ("7", fresh_linear, "replace rule '7' must match a module, and none of 6 does; near"),
        ("", fresh_linear, "replace rule '' must match modules inside the model, not the mode"),
        ("0", lambda path, old: path, "what replace rule '0' makes of '0' must be a module, not"),
    ],
)
def test_what_cannot_be_replaced_is_said_and_nothing_is(match: str, make: Any, text: str) -> None:
    model = network()
    modules = list(model)
    with pytest.raises(ConfigError, match=text):
        apply(model, [ReplaceStep((ReplaceRule("2", fresh_linear), ReplaceRule(match, make)))])
    assert all(a is b for a, b in zip(model, modules, strict=True))


def test_batches_that_are_walked_once_are_refused() -> None:
    with pytest.raises(ConfigError, match="batches must be a list, or a function that gives an it"):
        apply(network(), [], (x for x in batches()))
    with pytest.raises(ConfigError, match="sums must be one of exact, wide, float, not 'vague'"):
        rebuild(network(), [], {}, sums="vague")
