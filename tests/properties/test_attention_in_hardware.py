"""Attention from PyTorch to hardware: heads apart, scores, values, heads together again.

With its softmax or without, the quantized module has the values of the integers, and the hardware
those of the interpreter.
"""

from pathlib import Path

import numpy as np
import pytest
import torch
from proving import prove_codes, prove_cycles, quick_simulator, with_drawn_lanes
from torch import nn

from litho.compress import QuantizeRule, quantize, settle
from litho.frontend import capture
from litho.ir import Graph, interpret
from litho.ops import registry
from litho.passes import Lower, RemoveDropout, run
from litho.passes.choose_lanes import ChooseLanes
from litho.tasks import Softmax

RULES = (
    QuantizeRule("stem", outputs="fixed6f3"),
    QuantizeRule("*.linear", weights="fixed5f4", bias="fixed6f4", outputs="fixed6f3"),
    QuantizeRule("scores", outputs="fixed6f2"),
    QuantizeRule("mixed", outputs="fixed6f3"),
)

SOFTMAX = QuantizeRule("softmax", inputs="fixed6f2", outputs="ufixed6f6")


class Named(nn.Module):
    """A linear layer under a name of its own."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.linear = nn.Linear(features, features)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.linear(x)


class Attention(nn.Module):
    """Attention with its softmax or without, and a skip around it."""

    def __init__(self, features: int, heads: int, has_softmax: bool) -> None:
        super().__init__()
        self.heads, self.has_softmax = heads, has_softmax
        self.stem, self.scores, self.mixed = nn.Identity(), nn.Identity(), nn.Identity()
        self.softmax = Softmax()
        self.query, self.key, self.value = Named(features), Named(features), Named(features)
        self.output = Named(features)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.stem(x)
        rows, features = x.shape[-2:]
        query, key, value = (
            layer(x).view(-1, rows, self.heads, features // self.heads).transpose(1, 2)
            for layer in (self.query, self.key, self.value)
        )
        scores = torch.matmul(query, key.transpose(-2, -1))
        if self.has_softmax:
            weights = self.softmax(scores * (features // self.heads) ** -0.5)
        else:
            weights = self.scores(scores)
        mixed = self.mixed(torch.matmul(weights, value))
        return x + self.output(mixed.transpose(1, 2).reshape(-1, rows, features))


def attention(
    rows: int, features: int, heads: int, has_softmax: bool = False
) -> tuple[Graph, torch.Tensor, torch.Tensor]:
    """Give the lowered graph, 12 samples, and what the quantized module makes of them."""
    torch.manual_seed(rows)
    model, inputs = Attention(features, heads, has_softmax), torch.randn(12, rows, features)
    rules = (*RULES[:2], SOFTMAX, RULES[3]) if has_softmax else RULES
    quantize(model, rules, [inputs])
    model.eval()
    settle(model, inputs[:1])
    passes = (RemoveDropout(), Lower())
    graph = run(capture(model, inputs[:1], "attention"), passes, registry())
    with torch.no_grad():
        return graph, inputs, model(inputs)


def coded(graph: Graph, inputs: torch.Tensor) -> dict[str, np.ndarray]:
    item = graph.inputs[0]
    codes = item.type.codes.encode(inputs.double().numpy(), item.type.scale)
    return {item.name: codes.reshape(-1, *item.type.shape)}


@pytest.mark.parametrize(("rows", "features", "heads"), [(5, 6, 2), (4, 4, 1), (1, 6, 3)])
def test_the_integers_are_those_of_the_quantized_module(
    rows: int, features: int, heads: int
) -> None:
    graph, inputs, wanted = attention(rows, features, heads)
    found = interpret(graph, coded(graph, inputs), registry())[graph.outputs[0]]
    kind = graph.type_of(graph.outputs[0])
    decoded = kind.codes.decode(found, kind.scale).reshape(wanted.shape)
    assert np.array_equal(decoded, wanted.double().numpy())


def test_keys_are_never_transposed() -> None:
    graph, _, _ = attention(5, 6, 2)
    ops = [node.op for node in graph.nodes]
    assert ops.count("matmul") == 2
    assert ops.count("reorder") == 4
    assert [n.params.transposed for n in graph.nodes if n.op == "matmul"] == [True, False]


def test_one_head_is_not_reordered() -> None:
    graph, _, _ = attention(4, 4, 1)
    assert "reorder" not in [node.op for node in graph.nodes]


@pytest.mark.parametrize(("rows", "features", "heads"), [(5, 6, 2), (4, 4, 1), (1, 6, 3)])
def test_attention_is_the_same_in_hardware(
    rows: int, features: int, heads: int, tmp_path: Path
) -> None:
    graph, inputs, _ = attention(rows, features, heads)
    graph, codes = with_drawn_lanes(graph, heads), coded(graph, inputs)
    prove_cycles(graph, codes, tmp_path / "free", quick_simulator())
    few = {name: values[:4] for name, values in codes.items()}
    assert prove_codes(graph, few, tmp_path / "stalled", quick_simulator(), 1) > 0


@pytest.mark.parametrize(("rows", "features", "heads"), [(5, 8, 2), (3, 4, 1)])
def test_attention_with_its_softmax_is_the_same_in_hardware(
    rows: int, features: int, heads: int, tmp_path: Path
) -> None:
    graph, inputs, _ = attention(rows, features, heads, has_softmax=True)
    assert {"matmul", "scale", "softmax"} <= {node.op for node in graph.nodes}
    graph, codes = with_drawn_lanes(graph, heads), coded(graph, inputs)
    prove_cycles(graph, codes, tmp_path / "free", quick_simulator())
    few = {name: values[:4] for name, values in codes.items()}
    assert prove_codes(graph, few, tmp_path / "stalled", quick_simulator(), 1) > 0


def test_attention_with_chosen_lanes_is_the_same_in_hardware(tmp_path: Path) -> None:
    graph, inputs, _ = attention(5, 6, 2)
    graph = run(graph, (ChooseLanes(interval=60),), registry())
    design = prove_cycles(graph, coded(graph, inputs), tmp_path, quick_simulator())
    assert max(item.block.interval for item in design.instances) <= 60
