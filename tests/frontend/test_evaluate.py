"""A captured graph runs by itself, and gives what the model gives."""

import numpy as np
import pytest
import torch
from torch import nn

from litho.compress import QuantizeRule, quantize
from litho.errors import DataError, UnsupportedError
from litho.formats import Host
from litho.frontend import capture, evaluate, values_of
from litho.ir import AtenCall, Graph, Input, Node, TensorType

KIND = TensorType((1, 2), Host("float32"))


class Several(nn.Module):
    """Calls in place, results of several tensors, number types, infinity, a buffer."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("shift", torch.tensor([1.0, -2.0, 3.0, -4.0]))

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        y = torch.add(x, self.shift).relu_().mul_(3)
        halves = (y.to(torch.bfloat16) + 0.3).chunk(2, dim=-1)
        values, places = halves[0].float().masked_fill(y[:, :2] > 1, float("-inf")).topk(1)
        return places + torch.arange(1, dtype=torch.int32), values + halves[1].float()


def test_any_call_runs_as_in_the_model() -> None:
    model, x = Several(), torch.randn(3, 4, generator=torch.Generator().manual_seed(0))
    graph = capture(model, x)
    for mine, theirs in zip(evaluate(graph, {"x": x.numpy()}).values(), model(x), strict=True):
        assert mine.tobytes() == theirs.numpy().tobytes()
    assert evaluate(graph, {"x": x.numpy()}).keys() == set(graph.outputs)


def test_a_quantized_model_runs_as_in_eval() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(40, 6), nn.ReLU(), nn.Linear(6, 3)).eval()
    rules = [
        QuantizeRule("0", weights="mxfp6_e3m2g32", inputs="e4m3fn"),
        QuantizeRule("2", weights="fixed5", inputs="fixed6"),
    ]
    quantize(model, rules, [torch.randn(16, 40)])
    graph, x = capture(model, torch.zeros(1, 40)), torch.randn(1, 40)
    (found,) = evaluate(graph, {"input": x.numpy()}).values()
    assert found.tobytes() == model(x).detach().numpy().tobytes()


def test_every_tensor_is_given_by_its_name_in_order() -> None:
    graph = capture(Several(), torch.zeros(1, 4))
    found = [name for name, _ in values_of(graph, {"x": np.zeros((1, 4), np.float32)})]
    assert found[:3] == ["x", "shift", "add"]
    assert {"chunk[0]", "chunk[1]", "topk[0]", "topk[1]"} <= set(found)
    known = {node.name for node in graph.nodes} | {"x", "shift"}
    assert {name.split("[")[0] for name in found} <= known


def test_a_value_is_given_before_a_call_in_place_changes_it() -> None:
    graph = capture(Several(), torch.zeros(1, 4))
    found = {}
    for name, value in values_of(graph, {"x": np.zeros((1, 4), np.float32)}):
        found[name] = value.copy()
    assert found["add"].tolist() == [[1, -2, 3, -4]]
    assert found["relu_"].tolist() == [[1, 0, 3, 0]]


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({}, r"input 'x' of the graph must be given; there are \[\]"),
        (
            {"x": np.zeros(2)},
            r"input 'x' must have the shape \[1, 4\] that was captured, not \[2\]",
        ),
    ],
)
def test_inputs_that_do_not_fit_are_refused(inputs: dict[str, object], message: str) -> None:
    with pytest.raises(DataError, match=message):
        evaluate(capture(Several(), torch.zeros(1, 4)), inputs)


@pytest.mark.parametrize("op", ["relu", "aten.nonesuch.default"])
def test_what_is_no_call_of_pytorch_is_refused(op: str) -> None:
    node = Node("y", op, ("x",), AtenCall(), KIND)
    graph = Graph("g", (Input("x", KIND),), (), (node,), ("y",))
    with pytest.raises(UnsupportedError, match="must be the call of a PyTorch operator to run"):
        evaluate(graph, {"x": np.zeros((1, 2))})


def test_a_call_that_fails_is_named() -> None:
    node = Node("y", "aten.relu.default", ("x",), AtenCall((("self", "abc"),)), KIND)
    graph = Graph("g", (Input("x", KIND),), (), (node,), ("y",))
    with pytest.raises(UnsupportedError, match=r"%y .* must run on the values it reads, and does"):
        evaluate(graph, {"x": np.zeros((1, 2))})
