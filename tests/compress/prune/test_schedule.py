"""A pruner that was saved goes on as if it had not stopped; N:M is reached by degrees."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from litho.compress.prune import Gradual, OneShot, Pruner, PruneRule, pruned
from litho.errors import DataError


def network(seed: int = 0) -> nn.Sequential:
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 4))


def batch(step: int) -> torch.Tensor:
    return torch.randn(16, 8, generator=torch.Generator().manual_seed(step))


def loss(model: nn.Module, x: torch.Tensor) -> torch.Tensor:
    found: torch.Tensor = (model(x) - x[:, :4]).square().mean()
    return found


class Session:
    """A model, its optimizer and its pruner."""

    def __init__(self, seed: int, rule: PruneRule) -> None:
        self.model = network(seed)
        self.pruner = Pruner(self.model, [rule], Gradual(1, 6, every=2), [batch(99 + seed)])
        self.optimizer = torch.optim.AdamW(self.model.parameters(), 0.02)

    def train(self, steps: range) -> list[Any]:
        tables = []
        for step in steps:
            self.optimizer.zero_grad()
            loss(self.model, batch(step)).backward()
            tables.append(self.pruner.step())
            self.optimizer.step()
        return tables

    def save(self, path: Path) -> None:
        parts = (self.model, self.optimizer, self.pruner)
        torch.save([part.state_dict() for part in parts], path)

    def load(self, path: Path) -> None:
        parts = (self.model, self.optimizer, self.pruner)
        for part, state in zip(parts, torch.load(path), strict=True):
            part.load_state_dict(state)


@pytest.mark.parametrize("score", ["random", "l1", "l2", "movement", "wanda"])
@pytest.mark.parametrize("shape", ["element", "blocks4", "1:4"])
@pytest.mark.parametrize("stop", [0, 3, 4, 8])
def test_a_saved_pruner_goes_on_to_the_same_masks(
    score: str, shape: str, stop: int, tmp_path: Path
) -> None:
    rule = PruneRule("*", None if ":" in shape else 0.75, shape, score=score)
    whole, first, second = Session(0, rule), Session(0, rule), Session(1, rule)
    tables = whole.train(range(10))
    before = first.train(range(stop))
    first.save(tmp_path / "session.pt")
    second.load(tmp_path / "session.pt")
    assert [*before, *second.train(range(stop, 10))] == tables
    wanted, found = whole.model.state_dict(), second.model.state_dict()
    assert list(found) == list(wanted)
    assert all(torch.equal(found[key], wanted[key]) for key in wanted)


def test_the_state_of_another_pruner_is_refused() -> None:
    rule = PruneRule("*", 0.5)
    state = Pruner(network(), [rule], OneShot(1)).state_dict()
    for rules, at, text in (
        (
            [rule],
            2,
            r"must have the schedule OneShot\(at=2\), not OneShot\(at=1\); make the pruner",
        ),
        (
            [PruneRule("*", 0.6)],
            1,
            "must have the rule of '0' PruneRule.*0.6.*, not PruneRule.*0.5",
        ),
        (
            [PruneRule("0", 0.5)],
            1,
            "must have the rule of '0' PruneRule.match='0'.*, not .*match='*'",
        ),
        (
            [rule, PruneRule("2", 0.25)],
            1,
            "the state of a pruner must have the rule of '2' PruneRul",
        ),
    ):
        with pytest.raises(DataError, match=text):
            Pruner(network(), rules, OneShot(at)).load_state_dict(state)
    message = r"the state of a pruner must have the schedule OneShot\(at=1\), not nothing; make the"
    with pytest.raises(DataError, match=message):
        Pruner(network(), [rule], OneShot(1)).load_state_dict(network().state_dict())


@pytest.mark.parametrize(
    ("shape", "masks"),
    [
        # s = .5 (1 - (1 - t/6)^3) of 4 members: 0, 1.41, 1.93, 2
        ("2:4", [("2:4", 0.0), ("3:4", 0.25), ("2:4", 0.5), ("2:4", 0.5)]),
        # s = .75 (...) of 4: 0, 2.11, 2.89, 3
        ("1:4@0", [("1:4@0", 0.0), ("2:4@0", 0.5), ("1:4@0", 0.75), ("1:4@0", 0.75)]),
        # s = .875 (...) of 8: 0, 4.93, 6.74, 7
        ("1:8", [("1:8", 0.0), ("3:8", 0.625), ("1:8", 0.875), ("1:8", 0.875)]),
    ],
)
def test_groups_lose_members_by_degrees_and_get_none_back(
    shape: str, masks: list[tuple[str, float]]
) -> None:
    model = network()
    pruner = Pruner(model, [PruneRule("0", shape=shape)], Gradual(0, 6, every=2))
    optimizer = torch.optim.SGD(model.parameters(), 0.5, momentum=0.9)
    seen, gone = [], torch.zeros(16, 8, dtype=torch.bool)
    for step in range(8):
        optimizer.zero_grad()
        loss(model, batch(step)).backward()
        if table := pruner.step():
            seen.append((table[0].shape, table[0].achieved))
        optimizer.step()
        assert not model[0].weight[gone].any()
        gone = ~model[0].parametrizations.weight[0].mask
    assert seen == masks
    assert [row.kept for row in pruned(model)] == [128 - round(128 * masks[-1][1])]
