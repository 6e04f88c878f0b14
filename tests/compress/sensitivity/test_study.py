"""A case is what its target and rule say, on a copy, whatever else is judged."""

import copy
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch import nn

from litho.compress import PruneRule, QuantizeRule
from litho.compress.sensitivity import (
    Case,
    Interval,
    Row,
    Scored,
    Scores,
    Target,
    check_cases,
    compressed,
    matrices,
    ranking,
    row_of,
    study,
    targets,
)
from litho.errors import ConfigError, DataError

SPARSITIES = (0.25, 0.5, 0.9)


@pytest.fixture(scope="module")
def model() -> nn.Module:
    torch.manual_seed(0)
    blocks = (nn.Sequential(nn.Linear(8, 8), nn.Tanh()) for _ in range(2))
    return nn.Sequential(*blocks, nn.Linear(8, 4)).eval()


@pytest.fixture(scope="module")
def inputs() -> torch.Tensor:
    return torch.randn(300, 8, generator=torch.Generator().manual_seed(1))


class Judge:
    """Says of each sample whether a model decides as the first model did."""

    def __init__(self, model: nn.Module, inputs: torch.Tensor) -> None:
        self.inputs, self.wanted = inputs, model(inputs).argmax(1)

    def __call__(self, model: nn.Module) -> Scores:
        with torch.no_grad():
            found = model(self.inputs).argmax(1) == self.wanted
        return np.asarray(found, np.float64)


@pytest.fixture(scope="module")
def judge(model: nn.Module, inputs: torch.Tensor) -> Judge:
    return Judge(model, inputs)


def cases_of(model: nn.Module) -> list[Case]:
    rules = [
        *(
            PruneRule("*", sparsity, shape)
            for shape in ("element", "row")
            for sparsity in SPARSITIES
        ),
        PruneRule("*", shape="2:4"),
        *(QuantizeRule("*", weights=format) for format in ("int8", "int2")),
    ]
    return [Case(target, rule) for target in targets(matrices(model)) for rule in rules]


def test_a_case_is_its_matrices_with_the_least_weights_at_zero(
    model: nn.Module, inputs: torch.Tensor
) -> None:
    layer = targets(matrices(model), ["layer"])[1]
    assert layer.paths == ("1.0",)
    by_hand = copy.deepcopy(model)
    weight = by_hand.get_submodule("1.0").weight
    assert isinstance(weight, nn.Parameter)
    with torch.no_grad():
        weight.view(-1)[weight.abs().flatten().argsort()[:48]] = 0.0
    found = compressed(model, Case(layer, PruneRule("*", sparsity=0.75)))
    assert torch.equal(found(inputs), by_hand(inputs))


def test_a_kind_is_changed_in_all_layers_and_nowhere_else(model: nn.Module) -> None:
    kind = Target("kind", "0", ("0.0", "1.0"), 128)
    found = compressed(model, Case(kind, PruneRule("*", sparsity=0.5)))
    zeros = {p: int((found.get_submodule(p).weight == 0).sum()) for p in ("0.0", "1.0", "2")}
    assert zeros == {"0.0": 32, "1.0": 32, "2": 0}


def test_formats_are_those_of_quantize(model: nn.Module, inputs: torch.Tensor) -> None:
    (first, *_) = targets(matrices(model), ["matrix"])
    rule = QuantizeRule("*", weights="int4", inputs="int8")
    found = compressed(model, Case(first, rule), [inputs])
    weights = found.get_submodule("0.0").weight
    assert isinstance(weights, torch.Tensor)
    assert len(weights.unique()) <= 16
    outside = found.get_submodule("1.0").weight
    assert isinstance(outside, torch.Tensor)
    assert torch.equal(outside, model.get_parameter("1.0.weight"))


def test_the_model_stays_as_it_is(model: nn.Module, inputs: torch.Tensor, judge: Judge) -> None:
    before = {name: value.clone() for name, value in model.state_dict().items()}
    study(model, judge, cases_of(model)[:9], [inputs], resamples=10)
    assert list(model.state_dict()) == list(before)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert not any(module._forward_pre_hooks for module in model.modules())


def test_what_a_case_comes_to_depends_on_no_other(
    model: nn.Module, inputs: torch.Tensor, judge: Judge
) -> None:
    cases = cases_of(model)
    base, rows = study(model, judge, cases, [inputs], resamples=50)
    _, turned = study(model, judge, cases[::-1], [inputs], resamples=50)
    assert turned[::-1] == rows
    assert study(model, judge, cases[4:5], [inputs], resamples=50) == (base, rows[4:5])


def test_the_same_seed_gives_the_same_ranking(
    model: nn.Module, inputs: torch.Tensor, judge: Judge
) -> None:
    cases = cases_of(model)
    first, second = (study(model, judge, cases, [inputs], seed=3)[1] for _ in range(2))
    for value in (0.5, "int2"):
        shape = "" if isinstance(value, str) else "element"
        found = ranking(first, "matrix", shape, value)
        assert found == ranking(second, "matrix", shape, value)
        assert {row.target for row in found} == {"0.0", "1.0", "2"}
        drops = [row.drop.mean for row in found]
        assert drops == sorted(drops, reverse=True)
        assert drops[0] > 0


def test_of_equal_drops_the_first_stays_first() -> None:
    def row(target: str, drop: float) -> Row:
        some = Interval(drop, drop, drop)
        return Row("kind", target, 1, 4, "element", 0.5, 0.5, some, some)

    rows = [row("a", 0.0), row("b", 0.1), row("c", 0.0), row("d", 0.1)]
    assert [r.target for r in ranking(rows, "kind", "element", 0.5)] == ["b", "d", "a", "c"]
    assert ranking(rows, "layer", "element", 0.5) == ()


def test_a_row_says_what_was_done_and_what_it_came_to(
    model: nn.Module, inputs: torch.Tensor, judge: Judge
) -> None:
    told: list[tuple[int, int]] = []
    (layer, *_) = targets(matrices(model), ["layer"])
    rules = (PruneRule("*", 0.9), PruneRule("*", shape="2:4"), QuantizeRule("*", weights="int2"))
    base, rows = study(
        model,
        judge,
        [Case(layer, rule) for rule in rules],
        [inputs],
        progress=lambda done, total: told.append((done, total)),
    )
    assert base == Interval(1.0, 1.0, 1.0)
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert [(row.shape, row.value, row.achieved) for row in rows] == [
        ("element", 0.9, 58 / 64),  # of 57.6 the nearest
        ("2:4", 0.5, 0.5),
        ("", "int2", None),
    ]
    for row in rows:
        assert (row.group, row.target, row.matrices, row.weights) == ("layer", "0.0", 1, 64)
        assert row.drop.mean == pytest.approx(1 - row.accuracy.mean)
        assert row.drop.low <= row.drop.mean <= row.drop.high


def test_the_drop_is_of_pairs_of_samples() -> None:
    base = np.tile([1.0, 0.0], 500)
    changed = base.copy()
    changed[:40] = 0.0
    case = Case(Target("matrix", "0", ("0",), 4), PruneRule("*", 0.5))
    row = row_of(case, Scored(changed, 0.5), base, seed=0)
    assert (row.drop.mean, row.accuracy.mean) == (0.02, 0.48)
    assert row.drop.high - row.drop.low < 0.5 * (row.accuracy.high - row.accuracy.low)


def test_scores_that_see_inputs_walk_the_batches_each_time(
    model: nn.Module, inputs: torch.Tensor, judge: Judge
) -> None:
    class Batches:
        walks = 0

        def __iter__(self) -> Iterator[torch.Tensor]:
            self.walks += 1
            yield inputs

    batches = Batches()
    (first, second, _) = targets(matrices(model), ["matrix"])
    rule = PruneRule("*", 0.5, score="wanda")
    study(model, judge, [Case(first, rule), Case(second, rule)], batches, resamples=10)
    assert batches.walks == 2
    study(model, judge, [Case(first, PruneRule("*", 0.5))], batches, resamples=10)
    assert batches.walks == 2


@pytest.mark.parametrize(
    "rule", [PruneRule("*", 0.5, scope="global"), PruneRule("*", 0.5, score="movement")]
)
def test_a_case_of_matrices_that_compete_is_refused(rule: PruneRule) -> None:
    text = (
        "a case must prune in scope tensor or row, by a score other than movement, not in scope"
        f" {rule.scope} by {rule.score}"
    )
    with pytest.raises(ConfigError, match=text):
        Case(Target("matrix", "0", ("0",), 4), rule)


def test_a_shape_that_does_not_divide_is_refused_before_anything_is_judged(
    model: nn.Module,
) -> None:
    cases = [Case(t, PruneRule("*", 0.5, "block3x2")) for t in targets(matrices(model))]
    with pytest.raises(ConfigError, match="rows of block3x2 must divide the 8 of the weight of"):
        check_cases(model, cases)
    check_cases(model, cases_of(model))


def test_a_judge_of_other_samples_is_refused(model: nn.Module) -> None:
    counts = iter((3, 2))
    (target, *_) = targets(matrices(model))
    text = r"scores of 'layer 0.0, element 0.5' must be of the \(3,\) samples of the model as it is"
    with pytest.raises(DataError, match=text):
        study(model, lambda _: np.ones(next(counts)), [Case(target, PruneRule("*", 0.5))])
