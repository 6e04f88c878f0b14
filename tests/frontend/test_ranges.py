"""Ranges and histograms of every tensor, over samples."""

import numpy as np
import pytest
import torch
from hub_models import BERT
from torch import nn

from litho.errors import DataError
from litho.frontend import capture, evaluate, example_of, measure_ranges
from litho.ir import Graph, ValueRange


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(3, 4)

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        y = self.fc(x).masked_fill(mask == 0, torch.finfo(torch.float32).min)
        return torch.relu(y)


SAMPLES = {
    "x": np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32),
    "mask": np.random.default_rng(1).integers(0, 2, (50, 4)),
}


@pytest.fixture(scope="module")
def graph() -> Graph:
    torch.manual_seed(0)
    model = Net().eval()
    return capture(model, {"x": torch.zeros(1, 3), "mask": torch.ones(1, 4, dtype=torch.int64)})


def by_name(graph: Graph, bins: int = 8) -> dict[str, ValueRange]:
    return {item.name: item for item in measure_ranges(graph, SAMPLES, bins)}


def test_ranges_are_those_of_all_samples_at_once(graph: Graph) -> None:
    found, weight = by_name(graph), graph.constants[0].values
    values = SAMPLES["x"].astype(np.float64)
    for name, expected in (("x", values), ("fc.weight", weight.astype(np.float64))):
        item = found[name]
        assert (item.count, item.outside) == (expected.size, 0)
        assert (item.least, item.greatest) == (expected.min(), expected.max())
        assert item.mean == pytest.approx(expected.mean(), abs=1e-12)
        assert item.deviation == pytest.approx(expected.std(), rel=1e-12)
        counts, _ = np.histogram(expected, 8, (expected.min(), expected.max()))
        assert item.histogram.counts == tuple(counts)


def test_every_tensor_of_the_graph_has_its_name_and_kind(graph: Graph) -> None:
    kinds = {name: item.kind for name, item in by_name(graph).items()}
    names = [*graph.inputs, *graph.constants, *graph.nodes]
    assert list(kinds) == [item.name for item in names]
    assert (kinds["x"], kinds["fc.bias"]) == ("input", "constant")
    assert kinds["fc.linear"] == "aten.linear.default"


def test_masked_values_are_counted_and_left_out(graph: Graph) -> None:
    found = by_name(graph)
    masked, plain = found["masked_fill"], found["fc.linear"]
    assert masked.outside == np.count_nonzero(SAMPLES["mask"] == 0)
    assert plain.least <= masked.least <= masked.greatest <= plain.greatest
    assert sum(masked.histogram.counts) == masked.count - masked.outside
    relu = found["relu"]
    assert relu.zeros >= masked.outside
    assert relu.greatest == max(
        evaluate(graph, {name: values[at : at + 1] for name, values in SAMPLES.items()})[
            "relu"
        ].max()
        for at in range(50)
    )


def test_values_that_are_all_one_have_a_histogram() -> None:
    graph = capture(nn.Flatten(), torch.zeros(1, 2))
    (given, flat) = measure_ranges(graph, {"input": np.full((3, 2), 7.0)}, 4)
    assert (flat.least, flat.greatest, flat.deviation) == (7, 7, 0)
    assert (given.histogram.low, given.histogram.high) == (6.5, 7.5)
    assert sum(given.histogram.counts) == 6


def test_values_that_all_lie_outside_have_none() -> None:
    graph = capture(nn.Flatten(), torch.zeros(1, 2))
    given = measure_ranges(graph, {"input": np.array([[np.nan, np.inf]])})[0]
    assert (given.count, given.outside, given.least, given.greatest) == (2, 2, 0, 0)
    assert sum(given.histogram.counts) == 0


def test_a_transformer_is_measured_on_padded_sentences() -> None:
    model = BERT.model()
    model.set_attn_implementation("eager")
    graph = capture(model, example_of(BERT.spellings[:2]))
    samples = {
        name: np.concatenate([BERT.sample(seed)[name].numpy() for seed in range(4)])
        for name in ("input_ids", "attention_mask")
    }
    found = {item.name: item for item in measure_ranges(graph, samples)}
    softmax = found["bert.encoder.layer.0.attention.self.softmax"]
    assert (softmax.least, softmax.greatest <= 1) == (0, True)
    assert softmax.zeros == 4 * 2 * 16 * 5
    scores = found["bert.encoder.layer.0.attention.self.add"]
    assert scores.outside == softmax.zeros
    assert abs(scores.least) < 100


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        ({"x": SAMPLES["x"]}, "samples must be given for input 'mask' of graph Net"),
        ({**SAMPLES, "x": np.zeros((2, 4))}, r"samples of input 'x' must have the shape \[n, …\]"),
        ({**SAMPLES, "x": np.zeros((2, 3))}, "all inputs must have as many samples, not"),
    ],
)
def test_samples_that_do_not_fit_are_refused(
    graph: Graph, samples: dict[str, np.ndarray], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        measure_ranges(graph, samples)


def test_a_histogram_has_a_bin(graph: Graph) -> None:
    with pytest.raises(DataError, match="a histogram must have 1 or more bins, not 0"):
        measure_ranges(graph, SAMPLES, 0)
