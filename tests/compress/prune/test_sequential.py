"""Layer after layer: each score sees the inputs that the pruned layers before give."""

import pytest
import torch
from torch import nn

from litho.compress import QuantizeRule, quantize
from litho.compress.prune import PruneRule, make_permanent, prune, pruned
from litho.compress.prune.evidence import gather
from litho.errors import ConfigError, DataError


class Backwards(nn.Module):
    """Calls its layers in the order opposite to that in which they are named."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(2)
        self.last, self.middle, self.first = (nn.Linear(32, 32) for _ in range(3))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = self.last(torch.relu(self.middle(torch.relu(self.first(x)))))
        return y


def inputs(seed: int = 3) -> torch.Tensor:
    mix = torch.randn(32, 32, generator=torch.Generator().manual_seed(0))
    return torch.randn(400, 32, generator=torch.Generator().manual_seed(seed)) @ mix


def loss(model: nn.Module, x: torch.Tensor) -> torch.Tensor:
    found: torch.Tensor = model(x).square().mean()
    return found


def by_hand(model: nn.Module, rule: PruneRule) -> None:
    for path in ("first", "middle", "last"):
        rules = [PruneRule(path, rule.sparsity, rule.shape, score=rule.score)]
        prune(model, rules, [inputs()], loss=loss)


@pytest.mark.parametrize("score", ["wanda", "movement", "l1"])
def test_layers_are_pruned_in_the_order_of_their_calls(score: str) -> None:
    rule = PruneRule("*", 0.6, score=score)
    model, other = Backwards(), Backwards()
    table = prune(model, [rule], [inputs()], loss=loss, sequential=True)
    by_hand(other, rule)
    assert table == pruned(other)
    state = other.state_dict()
    assert all(torch.equal(value, state[key]) for key, value in model.state_dict().items())


@pytest.mark.parametrize("shape", ["element", "2:4"])
def test_reconstruction_layer_after_layer_changes_the_output_less(shape: str) -> None:
    rule = PruneRule("*", 0.8 if shape == "element" else None, shape, score="sparsegpt")
    changes, first = [], []
    for sequential in (False, True):
        model = Backwards()
        before = model(inputs(seed=4))
        prune(model, [rule], [inputs(), inputs(seed=5)], sequential=sequential)
        changes.append(float((model(inputs(seed=4)) - before).detach().square().mean()))
        first.append(model.first.weight)
    assert changes[1] < 0.9 * changes[0]  # of tokens that were not seen
    assert torch.equal(first[0], first[1])


class Twice(nn.Module):
    """Calls a layer, what is before it, and it again."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(2)
        self.a, self.b = nn.Linear(32, 32), nn.Linear(32, 32)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = self.b(torch.relu(self.a(torch.relu(self.b(x)))))
        return y


def test_each_call_of_a_layer_meets_its_own_call_in_the_model_before() -> None:
    model, dense, x = Twice(), Twice(), (4 * inputs()).round() / 4
    with torch.no_grad():  # numbers of few bits, whose sums are exact in any order
        for parameter in (*model.parameters(), *dense.parameters()):
            parameter.copy_((16 * parameter).round() / 16)
    prune(model, [PruneRule("a", 0.5)])
    rules = {"b": PruneRule("b", 0.5, score="sparsegpt")}
    found = gather(model, rules, [x, 2 * x], None, dense)
    crossed = torch.zeros(32, 32, dtype=torch.float64)
    with torch.no_grad():
        for part in (x, 2 * x):
            crossed += part.double().T @ part.double()
            before, now = (torch.relu(m.a(torch.relu(m.b(part)))).double() for m in (dense, model))
            crossed += before.T @ now
    assert torch.equal(found.crossed["b"], crossed)


class Fickle(nn.Module):
    """Calls its second layer with the rows that its first one makes positive."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(2)
        self.a, self.b = nn.Linear(32, 32), nn.Linear(32, 32)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.a(x)
        z: torch.Tensor = self.b(y[y[:, 0] > 0])
        return z


def test_calls_that_depend_on_values_are_refused() -> None:
    model = Fickle()
    with pytest.raises(
        ConfigError, match="score sparsegpt, layer after layer, must see module 'b'"
    ):
        prune(model, [PruneRule("*", 0.9, score="sparsegpt")], [inputs()], sequential=True)
    assert pruned(model) == ()


def test_a_failure_in_a_later_layer_leaves_the_model_as_it_was() -> None:
    model = Backwards()
    quantize(model, [QuantizeRule("first", weights="int8", inputs="int8")], [inputs()])
    before = {key: value.clone() for key, value in model.state_dict().items()}
    result = model(inputs())
    with torch.no_grad():
        model.last.weight[0, 0] = before["last.weight"][0, 0] = float("nan")
    with pytest.raises(DataError, match="the weight of 'last' must be finite to be reconstruct"):
        prune(model, [PruneRule("*", 0.5, score="sparsegpt")], [inputs()], sequential=True)
    assert pruned(model) == ()
    after = model.state_dict()
    assert set(after) == set(before)
    assert all(torch.equal(after[key], before[key]) for key in before if key != "last.weight")
    with torch.no_grad():
        model.last.weight[0, 0] = Backwards().last.weight[0, 0]
    assert torch.equal(model(inputs()), result)
    prune(model, [PruneRule("*", 0.5)])
    make_permanent(model)


def test_what_cannot_be_pruned_layer_after_layer_is_said() -> None:
    rules = [PruneRule("*", 0.5, scope="global")]
    with pytest.raises(
        ConfigError, match="must have scope tensor or row to be applied layer after"
    ):
        prune(Backwards(), rules, [inputs()], sequential=True)
    with pytest.raises(ConfigError, match="batches must be a list, or a function that gives an it"):
        prune(Backwards(), [PruneRule("*", 0.5)], iter([inputs()]), sequential=True)
