"""Exactly as many units go as were asked for."""

import math

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn

from litho.compress.prune import Block, PruneRule, prune
from litho.compress.prune.evidence import gather
from litho.compress.prune.rules import assign
from litho.compress.prune.scoring import score_units
from litho.compress.prune.selecting import count, keep_highest, keep_in_groups

SHAPES = ["element", "row", "column", "block2x4", "blocks2", "2:4", "1:4@0", "3:20"]
SCORES = ["random", "l1", "l2", "movement", "wanda", "sparsegpt"]
SCOPES = ["tensor", "row", "global"]
DTYPES = [torch.float32, torch.float64, torch.bfloat16, torch.float16]
KINDS = ["normal", "equal", "zero", "half zero", "ties"]


def test_a_decimal_sparsity_is_what_it_prints_as() -> None:
    assert [count(0.35, 10), count(0.25, 10), count(0.15, 10), count(0.5, 3)] == [4, 2, 2, 2]
    assert [count(0.0, 7), count(0.999, 1), count(0.1, 5), count(0.3, 10)] == [0, 1, 0, 3]


@given(
    st.integers(1, 6), st.integers(1, 40), st.floats(0, 0.999), st.integers(1, 5), st.integers(0, 9)
)
def test_the_least_go_and_exactly_so_many(
    rows: int, units: int, sparsity: float, levels: int, seed: int
) -> None:
    draw = np.random.default_rng(seed)
    scores = draw.integers(0, levels, (rows, units)).astype(np.float32)
    dropped = count(sparsity, units)
    kept = keep_highest(scores, dropped, seed)
    assert np.array_equal(kept, keep_highest(scores, dropped, seed))
    assert (~kept).sum(1).tolist() == [dropped] * rows
    for row, stays in zip(scores, kept, strict=True):
        assert row[stays].min(initial=np.inf) >= row[~stays].max(initial=-np.inf)


@given(st.integers(2, 20), st.integers(1, 30), st.integers(1, 4), st.data())
def test_of_each_group_so_many_stay(
    members: int, groups: int, levels: int, data: st.DataObject
) -> None:
    keep = data.draw(st.integers(1, members - 1))
    scores = np.random.default_rng(groups).integers(0, levels, (groups, members)).astype(np.float32)
    kept = keep_in_groups(scores, keep, 0)
    assert kept.sum(1).tolist() == [keep] * groups
    for row, stays in zip(scores, kept, strict=True):
        assert row[stays].min() >= row[~stays].max()


def test_equal_scores_go_by_lot_and_not_in_a_band() -> None:
    kept = keep_highest(np.zeros((1, 1000)), 500, seed=3)[0]
    assert 200 < kept[:500].sum() < 300
    assert not np.array_equal(kept, keep_highest(np.zeros((1, 1000)), 500, seed=4)[0])


def values_of(kind: str, drawn: torch.Tensor) -> torch.Tensor:
    return {
        "normal": drawn,
        "equal": torch.full_like(drawn, -0.25),
        "zero": torch.zeros_like(drawn),
        "half zero": torch.where(drawn > 0, drawn, 0.0),
        "ties": drawn.round(),
    }[kind]


class Two(nn.Module):
    """Two layers of different sizes, and biases."""

    def __init__(self, kind: str, dtype: torch.dtype, seed: int) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(40, 24), nn.Linear(20, 8)
        draw = torch.Generator().manual_seed(seed)
        for layer in (self.a, self.b):
            layer.weight.data = values_of(kind, torch.randn(layer.weight.shape, generator=draw))
        self.to(dtype)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = self.a(x).sum() + self.b(x[..., :20]).square().sum()
        return y


def loss(model: nn.Module, batch: torch.Tensor) -> torch.Tensor:
    y: torch.Tensor = model(batch)
    return y


def expected(rule: PruneRule, model: Two) -> dict[str, int]:
    """How many units go, by layer; under "" when all compete."""
    grids = {path: rule.block.grid(tuple(m.weight.shape)) for path, m in model.named_children()}
    if rule.block.group:
        return {
            path: down * beside // rule.block.group * (rule.block.group - rule.block.keep)
            for path, (down, beside) in grids.items()
        }
    if rule.scope == "global":
        return {"": count(rule.asked, sum(down * beside for down, beside in grids.values()))}
    if rule.scope == "row":
        return {path: down * count(rule.asked, beside) for path, (down, beside) in grids.items()}
    return {path: count(rule.asked, down * beside) for path, (down, beside) in grids.items()}


def fits(shape: str, scope: str, score: str) -> bool:
    if scope == "row" and shape == "row":
        return False
    is_column_wise = shape in ("element", "2:4", "3:20")
    return score != "sparsegpt" or (is_column_wise and scope != "global")


TRIPLES = [
    (score, scope, shape)
    for score in SCORES
    for scope in SCOPES
    for shape in SHAPES
    if fits(shape, scope, score)
]


@pytest.mark.parametrize(
    ("score", "scope", "shape"), TRIPLES, ids=[" ".join(triple) for triple in TRIPLES]
)
@settings(max_examples=6)
@given(
    st.floats(0, 0.99) | st.sampled_from([0.0, 0.1, 0.25, 0.35, 0.5, 0.9, 0.99]),
    st.sampled_from(DTYPES),
    st.sampled_from(KINDS),
    st.integers(0, 3),
)
def test_achieved_is_what_was_asked_for(
    score: str, scope: str, shape: str, sparsity: float, dtype: torch.dtype, kind: str, seed: int
) -> None:
    block = Block.parse(shape)
    rule = PruneRule("*", None if block.group else sparsity, shape, scope, score, seed)
    model = Two(kind, dtype, seed)
    x = torch.randn(4, 40, generator=torch.Generator().manual_seed(seed)).to(dtype)
    evidence = gather(model, assign(model, [rule]), [x], loss)
    scores = {
        path: score_units(m.weight, block, score, path, seed, evidence).double()
        for path, m in model.named_children()
        if score != "sparsegpt"
    }
    table = prune(model, [rule], [x], loss=loss)
    dropped = {row.path: row.units - row.kept for row in table}
    wanted = expected(rule, model)
    assert wanted == ({"": sum(dropped.values())} if "" in wanted else dropped)
    assert all(row.achieved == 1 - row.kept / row.units for row in table)
    for path, layer in model.named_children():
        mask = layer.parametrizations.weight[0].mask
        units = torch.from_numpy(block.gather(mask.numpy()))  # refuses what is not N of M
        assert not layer.weight[~mask].any()
        if scores and (block.group or scope != "global"):
            ranked, held = (
                competing(values.numpy(), block, scope) for values in (scores[path], units)
            )
            for own, stays in zip(ranked, held, strict=True):
                assert own[stays].min(initial=np.inf) >= own[~stays].max(initial=-np.inf)
    if scores and scope == "global" and not block.group:
        own = torch.cat([scores[path].reshape(-1) for path in dropped])
        kept = torch.cat(
            [
                torch.from_numpy(layer.parametrizations.weight[0].units("")).reshape(-1)
                for layer in model.children()
            ]
        )
        if kept.any() and not kept.all():
            assert own[kept].min() >= own[~kept].max()


@st.composite
def geometries(draw: st.DrawFn) -> tuple[tuple[int, ...], str]:
    """The shape of a weight, linear or convolution, and a shape whose units divide it."""
    sizes = st.integers(1, 12)
    shape = draw(st.tuples(sizes, sizes) | st.tuples(sizes, sizes, st.integers(1, 3)))
    rows, columns = shape[0], math.prod(shape[1:])
    high, wide = (draw(st.sampled_from(divisors(size))) for size in (rows, columns))
    words = ["element", "row", "column", f"block{high}x{wide}", f"blocks{wide}"]
    for size, axis in ((rows, "@0"), (columns, "")):
        groups = [group for group in divisors(size) if group > 1]
        if groups:
            group = draw(st.sampled_from(groups))
            words.append(f"{draw(st.integers(1, group - 1))}:{group}{axis}")
    return shape, draw(st.sampled_from(words))


def divisors(size: int) -> list[int]:
    return [part for part in range(1, size + 1) if size % part == 0]


def units_of(values: np.ndarray, block: Block) -> np.ndarray:
    """Values [grid, weights of a unit], gathered unit by unit."""
    (down, beside), (high, wide) = block.grid(values.shape), block.unit(values.shape)
    matrix = values.reshape(len(values), -1)
    return np.array(
        [
            [matrix[i * high :, j * wide :][:high, :wide].reshape(-1) for j in range(beside)]
            for i in range(down)
        ]
    )


def competing(values: np.ndarray, block: Block, scope: str) -> np.ndarray:
    """Values of units [grid] as rows of those that compete."""
    if block.group:
        return (values if block.axis else values.T).reshape(-1, block.group)
    return values if scope == "row" else values.reshape(1, -1)


@settings(max_examples=300, deadline=None)
@given(
    geometries(),
    st.sampled_from(["tensor", "row", "global"]),
    st.sampled_from(["l1", "l2"]),
    st.floats(0, 0.999) | st.sampled_from([0.0, 0.15, 0.5, 0.85, 0.9]),
    st.sampled_from(DTYPES),
    st.sampled_from(["normal", "equal", "zero", "half zero", "ties"]),
    st.integers(0, 99),
)
def test_any_shape_of_weight_loses_exactly_its_least_units(
    geometry: tuple[tuple[int, ...], str],
    scope: str,
    score: str,
    sparsity: float,
    dtype: torch.dtype,
    kind: str,
    seed: int,
) -> None:
    shape, word = geometry
    block = Block.parse(word)
    assume(scope != "row" or block.size[1])
    draw = torch.randn(shape, generator=torch.Generator().manual_seed(seed))
    weight = values_of(kind, draw).to(dtype)
    model = nn.Module()
    model.weight = nn.Parameter(weight.clone())
    prune(model, [PruneRule("", None if block.group else sparsity, word, scope, score, seed)])
    mask = model.parametrizations.weight[0].mask.numpy()
    assert torch.equal(model.weight, torch.where(torch.from_numpy(mask), weight, 0.0))
    exact = np.abs(weight.double().numpy()) ** (1 if score == "l1" else 2)
    kept, scores = units_of(mask, block), units_of(exact, block).mean(2)
    assert np.array_equal(kept.all(2), kept.any(2))
    stay, rank = (competing(v, block, scope) for v in (kept.all(2), scores))
    dropped = block.group - block.keep if block.group else count(sparsity, rank.shape[1])
    assert (~stay).sum(1).tolist() == [dropped] * len(stay)
    for own, stays in zip(rank, stay, strict=True):
        assert own[stays].min(initial=np.inf) >= own[~stays].max(initial=-np.inf) * (1 - 1e-12)


@pytest.mark.parametrize("kind", ["normal", "equal", "two values", "sorted", "periodic", "some"])
@pytest.mark.parametrize("sparsity", [0.0, 1e-5, 0.3, 0.5, 0.97, 0.99999])
def test_of_very_many_exactly_so_many_go(kind: str, sparsity: float) -> None:
    draw, size = np.random.default_rng(0), (1 << 18) + 17
    scores = {
        "normal": draw.standard_normal(size),
        "equal": np.full(size, 0.25),
        "two values": (draw.random(size) < 0.3).astype(float),
        "sorted": np.arange(size)[::-1],
        "periodic": np.arange(size) % 16,  # what lies at the places of a sample is no sample
        "some": np.where(draw.random(size) < 0.5, -np.inf, draw.random(size)),
    }[kind].astype(np.float32)
    dropped = count(sparsity, size)
    kept = keep_highest(scores[None], dropped, seed=1)[0]
    assert np.count_nonzero(~kept) == dropped
    assert scores[kept].min() >= scores[~kept].max(initial=-np.inf)
