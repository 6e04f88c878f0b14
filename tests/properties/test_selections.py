"""Parts of tensors in the middle of designs: what is dropped, and parts that meet again."""

from pathlib import Path

import numpy as np
import pytest
import torch
from proving import prove_codes, prove_cycles, quick_simulator, with_drawn_lanes
from random_graphs import random_codes
from test_barriers import bare, depth_of, measured_interval
from torch import nn

from litho.compress import QuantizeRule, quantize, settle
from litho.emit import design_of
from litho.emit.buffers import with_buffers
from litho.formats import Fixed
from litho.frontend import capture
from litho.ir import Graph, Input, Lanes, Node, TensorType, interpret
from litho.ops import registry
from litho.ops.add.reference import AddParams
from litho.ops.relu.reference import ReluParams
from litho.ops.select.reference import SelectParams
from litho.passes import Lower, RemoveDropout, run
from litho.passes.choose_lanes import ChooseLanes
from litho.rtl import is_steady, least_interval

RULES = (
    QuantizeRule("stem", outputs="fixed6f3"),
    QuantizeRule("first", weights="fixed5f4", bias="fixed6f4", outputs="fixed6f3"),
    QuantizeRule("last", weights="fixed5f4", bias="fixed6f4", outputs="fixed6f3"),
)

INTEGER_RULES = (
    QuantizeRule("stem", outputs="int8"),
    QuantizeRule("first", weights="int6"),
    QuantizeRule("last", inputs="int5", weights="int6"),
)


class Pooler(nn.Module):
    """Layers around the first token of a sentence, as in BERT; or around other parts."""

    def __init__(self, part: str) -> None:
        super().__init__()
        self.part = part
        self.stem, self.first, self.last = nn.Identity(), nn.Linear(6, 4), nn.Linear(4, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        hidden = torch.relu(self.first(self.stem(x)))
        if self.part == "token":
            hidden = hidden[:, 0]
        elif self.part == "tail":
            hidden = hidden[:, 2:]
        else:
            hidden = hidden[:, 1:3] + hidden[:, -2:]
        return self.last(hidden)


def pooled(
    part: str, rules: tuple[QuantizeRule, ...] = RULES, samples: int = 12
) -> tuple[Graph, dict[str, np.ndarray], np.ndarray]:
    """Give the lowered graph, the codes of the samples, and the values of the quantized module."""
    torch.manual_seed(1)
    model, inputs = Pooler(part), torch.randn(samples, 5, 6)
    quantize(model, rules, [inputs])
    model.eval()
    settle(model, inputs[:1])
    passes = (RemoveDropout(), Lower())
    graph = run(capture(model, inputs[:1], "pooled"), passes, registry())
    item = graph.inputs[0]
    codes = item.type.codes.encode(inputs.double().numpy(), item.type.scale)
    with torch.no_grad():
        wanted = model(inputs).double().numpy()
    return graph, {item.name: codes.reshape(-1, *item.type.shape)}, wanted


parts = pytest.mark.parametrize("part", ["token", "tail", "both"])


@parts
def test_a_part_of_a_tensor_is_the_same_in_hardware(part: str, tmp_path: Path) -> None:
    graph, codes, wanted = pooled(part)
    assert "select" in [node.op for node in graph.nodes]
    found = interpret(graph, codes, registry())[graph.outputs[0]]
    kind = graph.type_of(graph.outputs[0])
    assert np.array_equal(kind.codes.decode(found, kind.scale).reshape(wanted.shape), wanted)
    graph = with_drawn_lanes(graph, 3)
    prove_cycles(graph, codes, tmp_path / "free", quick_simulator())
    few = {name: values[:4] for name, values in codes.items()}
    assert prove_codes(graph, few, tmp_path / "stalled", quick_simulator(), 1) > 0


@parts
def test_sums_keep_their_grid_through_a_part(part: str) -> None:
    """Under scales that are no powers of two, codes agree where the part is requantized as such."""
    graph, codes, wanted = pooled(part, INTEGER_RULES, 2000)
    found = interpret(graph, codes, registry())[graph.outputs[0]]
    kind = graph.type_of(graph.outputs[0])
    assert np.array_equal(kind.codes.decode(found, kind.scale).reshape(wanted.shape), wanted)


def test_lanes_are_chosen_around_a_part(tmp_path: Path) -> None:
    graph, codes, _ = pooled("token")
    graph = run(graph, (ChooseLanes(interval=20),), registry())
    lanes = {node.op: node.lanes for node in graph.nodes}
    assert lanes["select"].inputs == lanes["select"].outputs
    design = prove_cycles(graph, codes, tmp_path, quick_simulator())
    assert max(item.block.interval for item in design.instances) <= 20


def halves(shape: tuple[int, ...], axis: int, lanes: int) -> Graph:
    """Give relu(first half) + second half: the first waits until the second is there."""
    kind, half = TensorType(shape, Fixed(5, 2)), shape[axis] // 2
    registered, both = registry(), Lanes(lanes, lanes)
    early, late = (SelectParams(axis, start, half) for start in (0, half))
    kept = registered.find("select").infer_type(early, (kind,))
    total = registered.find("add").infer_type(AddParams(), (kept, kept))
    nodes = (
        Node("early", "select", ("x",), early, kept, both),
        Node("late", "select", ("x",), late, kept, both),
        Node("left", "relu", ("early",), ReluParams(), kept, both),
        Node("sum", "add", ("left", "late"), AddParams(), total, both),
    )
    return Graph("halves", (Input("x", kind),), (), nodes, ("sum",))


SHAPES = (
    ((8, 5), 0, 2, "a run in a tensor, lanes that do not divide"),
    ((2, 6, 6), 1, 3, "a run in each matrix"),
    ((4, 3, 2), 0, 1, "several rows of an index"),
)

shapes = pytest.mark.parametrize(
    ("shape", "axis", "lanes"), [item[:3] for item in SHAPES], ids=[item[3] for item in SHAPES]
)


@shapes
def test_parts_that_meet_again_take_the_cycles_computed(
    shape: tuple[int, ...], axis: int, lanes: int, tmp_path: Path
) -> None:
    graph = halves(shape, axis, lanes)
    prove_cycles(graph, random_codes(graph, 12, 1), tmp_path / "free", quick_simulator())
    few = random_codes(graph, 4, 2)
    assert prove_codes(graph, few, tmp_path / "stalled", quick_simulator(), 2) > 0


@shapes
def test_the_buffer_may_be_as_short_as_the_event_graph_says_and_no_shorter(
    shape: tuple[int, ...], axis: int, lanes: int, tmp_path: Path
) -> None:
    """It counts the registers before it, which fill up as well while dropped beats go past."""
    graph = halves(shape, axis, lanes)
    design = design_of(graph, registry())
    interval, depths = least_interval(design), depth_of(design)
    codes, least = random_codes(graph, 24, 3), depths["left"]
    for depth in (least, least - 1):
        short = with_buffers(bare(design), depths | {"left": depth})
        found = measured_interval(short, codes, tmp_path / str(depth))
        assert is_steady(short, interval) == (found == interval) == (depth == least)
