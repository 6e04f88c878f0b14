"""What the modules of a network take and give."""

import numpy as np
import torch
from torch import nn

from litho.tasks.activations import activations


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc, self.act = nn.Linear(3, 2), nn.ReLU(inplace=True)
        self.pair = Pair()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        hidden = self.act(self.fc(x))
        once, again = self.pair(hidden)
        return self.act(once + again)


class Pair(nn.Module):
    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return x, -2 * x


def test_they_are_those_of_the_moment_of_the_call() -> None:
    model, inputs = Net().train(), torch.linspace(-1, 1, 12).reshape(4, 3)
    found = activations(model, inputs, [("fc", "outputs"), ("fc", "inputs"), ("", "outputs")])
    # The activation after it writes over the outputs of fc.
    expected = (inputs @ model.fc.weight.T + model.fc.bias).detach().double().numpy()
    assert np.array_equal(found["fc", "outputs"], expected)
    assert (expected < 0).any()
    assert np.array_equal(found["fc", "inputs"], inputs.double().numpy())
    assert np.array_equal(found["", "outputs"], np.zeros((4, 2)))
    assert model.training


def test_a_place_without_one_value_for_each_sample_is_left_out() -> None:
    places = [("act", "outputs"), ("pair", "outputs"), ("nowhere", "inputs"), ("pair", "inputs")]
    found = activations(Net(), torch.ones(2, 3), places)
    assert set(found) == {("pair", "inputs")}


def test_no_hook_is_left_behind() -> None:
    model = Net()
    activations(model, torch.ones(2, 3), [("fc", "outputs"), ("fc", "inputs")])
    assert not model.fc._forward_hooks
    assert not model.fc._forward_pre_hooks
