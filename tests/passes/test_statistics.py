"""Counts over graphs: operations, parameters, bits."""

import pytest
import torch
from torch import nn

from litho import passes
from litho.compress import QuantizeRule, bits_per_weight, quantize
from litho.frontend import capture
from litho.ir import Graph
from litho.ops import registry
from litho.passes import bits_by_tensor, count_operations, count_parameters


class Net(nn.Module):
    """Two layers that share a weight, a norm with running statistics, an embedding's indices."""

    def __init__(self) -> None:
        super().__init__()
        self.block = nn.Sequential(nn.Linear(6, 6), nn.BatchNorm1d(6), nn.ReLU())
        self.head = nn.Linear(6, 6)
        self.head.weight = self.block[0].weight
        self.register_buffer("order", torch.arange(6))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = self.head(self.block(x[:, self.order]))
        return y


@pytest.fixture(scope="module")
def graph() -> Graph:
    return capture(Net().eval(), torch.zeros(1, 6))


def quantized() -> Graph:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 4), nn.ReLU(), nn.Linear(4, 3)).eval()
    rules = [
        QuantizeRule("0", weights="fixed5", inputs="fixed6"),
        QuantizeRule("2", weights="fixed4", inputs="fixed7"),
    ]
    quantize(model, rules, [torch.randn(32, 6)])
    return capture(model, torch.zeros(1, 6))


def test_operations_are_counted_the_most_frequent_first(graph: Graph) -> None:
    found = [(item.op, item.nodes) for item in count_operations(graph)]
    assert found[0] == ("aten.linear.default", 2)
    assert sum(nodes for _, nodes in found) == len(graph.nodes)
    assert found[1:] == sorted(found[1:])


def test_a_shared_weight_counts_once_and_indices_do_not(graph: Graph) -> None:
    found = {item.path: (item.tensors, item.numbers) for item in count_parameters(graph)}
    assert found == {"block.0": (1, 6), "block.1": (4, 24), "head": (2, 42)}


def test_a_depth_sums_up_modules(graph: Graph) -> None:
    found = [(item.path, item.numbers, item.bits) for item in count_parameters(graph, 1)]
    assert found == [("block", 30, 30 * 32), ("head", 42, 42 * 32)]
    assert sum(item.numbers for item in count_parameters(graph, 9)) == 72


def test_a_parameter_of_the_model_itself_stands_at_the_top() -> None:
    model = nn.PReLU().eval()
    assert [item.path for item in count_parameters(capture(model, torch.zeros(1, 3)))] == ["(top)"]


def test_a_quantized_tensor_has_the_bits_of_its_format() -> None:
    found = {item.name: (item.format.bits, item.bits) for item in bits_by_tensor(quantized())}
    assert found["0.parametrizations.weight.original"] == (5, 24 * 5)
    assert found["2.parametrizations.weight.original"] == (4, 12 * 4)
    assert found["0.parametrizations.bias.original"][0] > 5
    assert found["input"] == (6, 6 * 6)
    assert found["1.relu"] == (7, 4 * 7)
    assert not any("fake_quantize" in name for name in found)


def test_modules_are_those_of_the_lowered_graph() -> None:
    captured = quantized()
    lowered = passes.run(captured, (passes.RemoveDropout(), passes.Lower()), registry())
    for graph in (captured, lowered):
        found = [(item.path, item.numbers) for item in count_parameters(graph)]
        assert found == [("0", 28), ("2", 15)]


def test_weights_have_the_bits_of_the_lowered_graph() -> None:
    lowered = passes.run(quantized(), (passes.Lower(),), registry())
    found = {item.name: item.bits for item in bits_by_tensor(lowered) if item.is_parameter}
    assert (found["0.weight"], found["2.weight"]) == (24 * 5, 12 * 4)


def test_a_tensor_that_is_also_read_as_it_is_keeps_its_type() -> None:
    torch.manual_seed(0)

    class Both(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(4, 4)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.fc(x) + x

    model = Both().eval()
    quantize(model, [QuantizeRule("fc", weights="fixed5", inputs="fixed6")], [torch.randn(8, 4)])
    found = {
        item.name: str(item.format) for item in bits_by_tensor(capture(model, torch.ones(1, 4)))
    }
    assert found["x"] == "float32"


@pytest.mark.parametrize("weights", ["fixed5", "e4m3fn", "mxfp6_e3m2g32", "mxint8g32", "ternary"])
def test_bits_a_weight_are_those_that_compress_counts(weights: str) -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(40, 7), nn.ReLU(), nn.Linear(7, 3)).eval()
    quantize(model, [QuantizeRule("0", weights=weights)], [torch.randn(8, 40)])
    found = count_parameters(capture(model, torch.zeros(1, 40)))
    bits, numbers = sum(item.bits for item in found), sum(item.numbers for item in found)
    assert float(bits / numbers) == bits_per_weight(model)
