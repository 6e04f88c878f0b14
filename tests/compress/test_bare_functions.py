"""A module of the user's own that is one call of a function PyTorch has no module for."""

import operator
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import nn

from litho import compress, frontend, ops, passes
from litho.compress.activation import _BARE, function_of
from litho.errors import GraphError
from litho.formats import Fixed, Scale
from litho.ir import Graph, interpret
from litho.ops.unary.lower import SPELLINGS

RULE = {"match": "1", "outputs": "fixed10f5"}


class Own(nn.Module):
    """What `call` makes of the input."""

    def __init__(self, call: Callable[[torch.Tensor], torch.Tensor]) -> None:
        super().__init__()
        self.call = call

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.call(x)


def model(call: Callable[[torch.Tensor], torch.Tensor], **more: str) -> nn.Module:
    """A layer with the function behind it, quantized."""
    torch.manual_seed(0)
    made = nn.Sequential(nn.Linear(3, 4), Own(call))
    rules = [
        compress.QuantizeRule("0", weights="fixed8f5", inputs="fixed8f4", outputs="fixed6f3"),
        compress.QuantizeRule(**RULE, **more),
    ]
    compress.quantize(made, rules, [torch.randn(20, 3)])
    return made.eval()


def lowered(made: nn.Module) -> Graph:
    graph = frontend.capture(made, torch.zeros(1, 3))
    return passes.run(graph, (passes.Lower(),), ops.registry())


@pytest.mark.parametrize("name", sorted(_BARE))
def test_it_is_looked_up_as_the_hardware_does(name: str) -> None:
    made = model(getattr(torch, name), inputs="fixed6f3")
    graph, codes = lowered(made), np.arange(-8, 8).repeat(3).reshape(16, 1, 3)
    assert "unary" in [node.op for node in graph.nodes]
    (found,) = interpret(graph, {graph.inputs[0].name: codes}, ops.registry()).values()
    with torch.no_grad():
        floats = made(torch.from_numpy(codes / 16.0).float())
    assert np.array_equal(Fixed(10, 5).decode(found, Scale()), floats.double().numpy())


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (torch.square, "square"),
        (lambda x: x.abs(), "abs"),
        (operator.neg, "neg"),
        (lambda x: x * x, None),
        (lambda x: torch.square(x).abs(), None),
        (lambda x: x.square() if x.sum() > 0 else x, None),
        (lambda x: torch.sum(x), None),
        (lambda x: (torch.square(x), x), None),
    ],
)
def test_only_one_call_of_a_known_function_counts(
    call: Callable[[torch.Tensor], torch.Tensor], name: str | None
) -> None:
    made = Own(call)
    assert function_of(made) is None
    made.add_module("quantize_inputs", model(torch.abs, inputs="fixed6f3")[1].quantize_inputs)
    assert function_of(made) == (name and (name, ()))


def test_the_functions_without_a_module_are_functions_of_unary() -> None:
    assert set(SPELLINGS.values()) >= _BARE


def test_without_quantized_inputs_the_remedy_is_told() -> None:
    message = (
        "for torch.square one whose `forward` is that call alone. whose rule names `inputs` an"
    )
    with pytest.raises(GraphError, match=message):
        lowered(model(torch.square))
