"""Any model becomes a graph in PyTorch's spelling, with the place of every call."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from litho.errors import UnsupportedError
from litho.frontend import capture
from litho.ir import AtenCall, Graph, Origin, Ref, TensorType, TupleType, check, draw, load, save
from litho.ops import registry

HERE = Path(__file__).name


def line_of(text: str) -> int:
    lines = Path(__file__).read_text().splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


class TwoLayers(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(4, 3)
        self.drop = nn.Dropout(0.25)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.drop(self.fc(x)) * 2.5  # the line of three calls
        return torch.relu(y)  # the line of relu


def test_calls_keep_their_spelling_their_path_and_their_line() -> None:
    model = TwoLayers().eval()
    graph = capture(model, torch.zeros(1, 4))
    line = f"{HERE}:{line_of('# the line of three calls')}"
    assert [(node.name, node.op, node.origin) for node in graph.nodes] == [
        ("fc.linear", "aten.linear.default", Origin("fc", line)),
        ("drop.dropout", "aten.dropout.default", Origin("drop", line)),
        ("mul", "aten.mul.Tensor", Origin("", line)),
        ("relu", "aten.relu.default", Origin("", f"{HERE}:{line_of('# the line of relu')}")),
    ]
    assert graph.name == "TwoLayers"
    assert graph.outputs == ("relu",)


def test_arguments_have_the_names_of_the_schema() -> None:
    graph = capture(TwoLayers().eval(), torch.zeros(1, 4))
    assert graph.node("fc.linear").params == AtenCall(
        (("input", Ref(0)), ("weight", Ref(1)), ("bias", Ref(2)))
    )
    assert graph.node("fc.linear").inputs == ("x", "fc.weight", "fc.bias")
    expected = (("input", Ref(0)), ("p", 0.25), ("train", False))
    assert graph.node("drop.dropout").params == AtenCall(expected)
    assert graph.node("mul").params == AtenCall((("self", Ref(0)), ("other", 2.5)))


def test_the_mode_is_captured_as_it_is() -> None:
    graph = capture(TwoLayers().train(), torch.zeros(1, 4))
    assert graph.node("drop.dropout").params.get("train") is True


def test_parameters_are_constants_under_their_paths() -> None:
    model = TwoLayers().eval()
    graph = capture(model, torch.zeros(1, 4))
    assert [constant.name for constant in graph.constants] == ["fc.weight", "fc.bias"]
    weight = graph.constants[0]
    assert str(weight.type.format) == "float32"
    assert np.array_equal(weight.values, model.fc.weight.detach().numpy())


def test_a_constant_does_not_change_with_the_model() -> None:
    model = TwoLayers().eval()
    graph = capture(model, torch.zeros(1, 4))
    before = graph.constants[0].values.copy()
    with torch.no_grad():
        model.fc.weight.zero_()
    assert np.array_equal(graph.constants[0].values, before)


def test_the_same_model_gives_the_same_bytes(tmp_path: Path) -> None:
    for place in ("a", "b"):
        torch.manual_seed(0)
        save(tmp_path / place, capture(TwoLayers().eval(), torch.zeros(1, 4)))
    for file in ("graph.ir", "graph.npz"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


class Branches(nn.Module):
    """Integers, several inputs and outputs, results of several tensors, an unused input."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(10, 6)
        self.register_buffer("mask", torch.ones(1, 5, dtype=torch.bool))

    def forward(
        self, ids: torch.Tensor, extra: dict[str, torch.Tensor], unused: torch.Tensor
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        x = self.words(ids) + extra["shift"]
        values, places = x.masked_fill(~self.mask[..., None], float("-inf")).topk(2)
        return places, {"values": values, "sum": torch.cat([x, x], -1).sum(-1)}


def branches() -> Graph:
    example = {
        "ids": torch.zeros(1, 5, dtype=torch.int64),
        "extra": {"shift": torch.zeros(1, 5, 6)},
        "unused": torch.zeros(2, dtype=torch.float16),
    }
    return capture(Branches().eval(), example, "branches")


def test_integers_and_nested_inputs_and_outputs_are_captured() -> None:
    graph = branches()
    assert [(item.name, str(item.type.format), item.type.shape) for item in graph.inputs] == [
        ("ids", "host_int64", (1, 5)),
        ("extra_shift", "float32", (1, 5, 6)),
        ("unused", "float16", (2,)),
    ]
    assert [str(graph.type_of(name).format) for name in graph.outputs] == [
        "host_int64",
        "float32",
        "float32",
    ]


def test_a_call_with_several_results_has_a_tuple_type_and_is_taken_apart() -> None:
    graph = branches()
    call = next(node for node in graph.nodes if node.op == "aten.topk.default")
    assert isinstance(call.type, TupleType)
    assert [str(item.format) for item in call.type.items] == ["float32", "host_int64"]
    parts = [graph.node(name) for name in graph.users(call.name)]
    assert [(part.op, part.params.arguments[1][1]) for part in parts] == [
        ("operator.getitem", 0),
        ("operator.getitem", 1),
    ]


def test_a_list_of_tensors_is_a_tuple_of_places() -> None:
    cat = next(node for node in branches().nodes if node.op == "aten.cat.default")
    assert cat.params.get("tensors") == (Ref(0), Ref(1))
    assert cat.inputs == ("add", "add")


MODELS = {
    "branches": (Branches, None),
    "lstm": (lambda: nn.LSTM(4, 3, 2, batch_first=True), torch.zeros(1, 5, 4)),
    "convolution": (
        lambda: nn.Sequential(
            nn.Conv2d(3, 4, 3, padding=1),
            nn.BatchNorm2d(4),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(64, 5),
            nn.Softmax(1),
        ),
        torch.zeros(1, 3, 8, 8),
    ),
    "transformer": (
        lambda: nn.TransformerEncoderLayer(8, 2, 16, batch_first=True),
        torch.zeros(1, 5, 8),
    ),
}


@pytest.mark.parametrize("name", MODELS)
def test_any_model_is_captured_checked_drawn_and_saved(name: str, tmp_path: Path) -> None:
    make, example = MODELS[name]
    graph = branches() if example is None else capture(make().eval(), example, name)
    check(graph, registry())
    assert "</svg>" in draw(graph)
    save(tmp_path, graph)
    assert load(tmp_path, registry()) == graph


def test_a_model_in_training_mode_is_captured() -> None:
    graph = capture(nn.Sequential(nn.BatchNorm1d(3), nn.Dropout()), torch.zeros(2, 3))
    assert [node.op for node in graph.nodes if "dropout" in node.op] == ["aten.dropout.default"]
    assert len(graph.outputs) == 1


def test_bfloat16_parameters_are_kept_as_their_values() -> None:
    model = nn.Linear(2, 2, dtype=torch.bfloat16)
    graph = capture(model, torch.zeros(1, 2, dtype=torch.bfloat16))
    assert str(graph.constants[0].type.format) == "bfloat16"
    assert np.array_equal(graph.constants[0].values, model.weight.detach().float().numpy())


def test_a_later_reader_of_a_tensor_written_in_place_reads_the_result() -> None:
    class InPlace(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            y = x * 2
            y.relu_()
            return y + x

    graph = capture(InPlace(), torch.zeros(1, 3))
    assert graph.node("add").inputs == ("relu_", "x")


def test_a_view_of_what_was_written_in_place_is_refused() -> None:
    class Written(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            y = x * 2
            flat = y.view(-1)
            y.relu_()
            return flat + 1

    with pytest.raises(
        UnsupportedError, match=r"add.* must not read a view of what relu_ .* not `relu_`"
    ):
        capture(Written(), torch.zeros(1, 3))


def test_control_flow_on_data_is_refused_with_the_reason() -> None:
    class Branching(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x if x.sum() > 0 else -x

    with pytest.raises(UnsupportedError, match=r"Branching must be a model that torch.export can"):
        capture(Branching(), torch.zeros(1, 3))


def test_a_shape_that_depends_on_data_is_refused_with_its_place() -> None:
    class Shaped(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.nonzero()  # the line of nonzero

    text = rf"nonzero.*{HERE}:{line_of('# the line of nonzero')}.* must have a static shape"
    with pytest.raises(UnsupportedError, match=text):
        capture(Shaped(), torch.zeros(3))


def test_complex_numbers_are_refused_with_their_place() -> None:
    class Complex(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.fft.fft(x).real

    with pytest.raises(UnsupportedError, match=r"fft.* must have a real number type"):
        capture(Complex(), torch.zeros(4))


def test_wrong_example_inputs_are_refused_with_the_reason() -> None:
    with pytest.raises(
        UnsupportedError, match=r"Linear must be a model that torch.export can trace"
    ):
        capture(nn.Linear(4, 3), torch.zeros(1, 5))


def test_shared_modules_give_names_of_their_own() -> None:
    class Shared(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.act = nn.ReLU()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.act(self.act(x) - 1)

    graph = capture(Shared(), torch.zeros(1, 3))
    assert [node.name for node in graph.nodes] == ["act.relu", "sub", "act.relu_1"]
    assert isinstance(graph.node("sub").type, TensorType)
