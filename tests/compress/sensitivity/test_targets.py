"""Layers, kinds and matrices are found by the paths of modules."""

from collections import OrderedDict

import pytest
from torch import nn

from litho.compress.sensitivity import Matrix, Target, matrices, targets
from litho.errors import ConfigError


def nested(*paths: str) -> nn.Module:
    """A module with a linear layer of 2 x 3 at each path."""
    root = nn.Module()
    for path in paths:
        *parents, last = path.split(".")
        place = root
        for name in parents:
            if not hasattr(place, name):
                place.add_module(name, nn.Module())
            place = place.get_submodule(name)
        place.add_module(last, nn.Linear(3, 2))
    return root


BERT = [
    f"bert.encoder.layer.{layer}.{kind}"
    for layer in (0, 1)
    for kind in (
        *("attention.self.query", "attention.self.key", "attention.self.value"),
        *("attention.output.dense", "intermediate.dense", "output.dense"),
    )
]


@pytest.mark.parametrize(
    ("layer", "kind"),
    [
        ("bert.encoder.layer.0", "attention.self.query"),
        ("bert.encoder.layer.11", "output.dense"),
        ("distilbert.transformer.layer.3", "ffn.lin2"),
        ("encoder.block.2.layer.1", "SelfAttention.q"),
        ("layer1.0", "conv1"),
    ],
)
def test_the_last_index_is_the_layer_and_what_follows_the_kind(layer: str, kind: str) -> None:
    path = f"{layer}.{kind}"
    assert matrices(nested(path)) == (Matrix(path, layer, kind, 6),)


@pytest.mark.parametrize(
    ("path", "layer", "kind"),
    [
        ("fc12", "fc12", "fc"),
        ("net.0", "net.0", "Linear"),
        ("bert.pooler.dense", "", ""),
        ("classifier", "", ""),
    ],
)
def test_what_has_no_index_or_nothing_behind_it_is_named_by_rule(
    path: str, layer: str, kind: str
) -> None:
    assert matrices(nested(path)) == (Matrix(path, layer, kind, 6),)


def test_layers_and_kinds_gather_the_matrices_in_their_order() -> None:
    found = matrices(nested("bert.pooler.dense", *BERT))
    layers, kinds = targets(found, ["layer"]), targets(found, ["kind"])
    assert [target.name for target in layers] == ["bert.encoder.layer.0", "bert.encoder.layer.1"]
    assert [target.paths for target in layers] == [tuple(BERT[:6]), tuple(BERT[6:])]
    assert [target.name for target in kinds] == [path.split(".0.")[1] for path in BERT[:6]]
    assert [target.paths for target in kinds] == list(zip(BERT[:6], BERT[6:], strict=True))
    assert {target.size for target in layers} == {36}
    every = targets(found, ["matrix"])
    assert [target.name for target in every] == ["bert.pooler.dense", *BERT]
    assert every[0] == Target("matrix", "bert.pooler.dense", ("bert.pooler.dense",), 6)
    assert targets(found) == (*layers, *kinds, *every)


def test_patterns_narrow_what_takes_part() -> None:
    model = nested("bert.pooler.dense", *BERT)
    found = matrices(model, ["*.layer.0.*", "bert.pooler.dense"])
    assert [item.path for item in found] == ["bert.pooler.dense", *BERT[:6]]


def test_vectors_and_modules_without_weights_are_no_matrices() -> None:
    parts = [
        ("0", nn.Embedding(5, 4)),
        ("1", nn.LayerNorm(4)),
        ("2", nn.ReLU()),
        ("3", nn.Conv1d(1, 2, 3)),
    ]
    found = matrices(nn.Sequential(OrderedDict(parts)))
    assert [(item.layer, item.kind, item.size) for item in found] == [
        ("0", "Embedding", 20),
        ("3", "Conv1d", 6),
    ]


@pytest.mark.parametrize("group", ["layer", "kind"])
def test_a_network_without_indices_has_no_layers(group: str) -> None:
    found = matrices(nested("first", "inner.last"))
    text = (
        f"targets of group '{group}' must be matrices with an index in their path, as"
        r" 'layer.0.query' or 'fc1', and none of 2 has one \(first, inner.last\); take group"
    )
    with pytest.raises(ConfigError, match=text):
        targets(found, [group])
    assert len(targets(found, ["matrix"])) == 2


def test_a_pattern_that_takes_nothing_is_an_error() -> None:
    with pytest.raises(ConfigError, match=r"pattern of the study '\*.layers.\*' must match a mod"):
        matrices(nested(*BERT), ["*.layers.*"])
