"""What of a network stays on the host."""

from pathlib import Path

import pytest
import torch

from litho.errors import ConfigError, DataError, UnsupportedError
from litho.tasks import Data, SplitClassifier, build, core_inputs, core_of, find

transformers = pytest.importorskip("transformers", reason="text needs transformers")

TINY = {"layers": 1, "hidden": 16, "intermediate": 16}


def sentences() -> Data:
    return find("sentences").load(0, None, {"train": 64, "test": 20})


def split(**options: object) -> SplitClassifier:
    model = build("bert", sentences(), {**TINY, "attention": "parts", **options}, 0)
    assert isinstance(model, SplitClassifier)
    return model.eval()


def test_a_network_of_numbers_is_hardware_as_a_whole() -> None:
    data = find("digits").load(0)
    model = build("mlp", data, {}, 0)
    assert core_of(model) is model
    (inputs,) = core_inputs(model, data.test_inputs)
    assert inputs is data.test_inputs


def test_a_split_classifier_is_its_core_behind_what_the_host_computes() -> None:
    model, ids = split(), sentences().test_inputs
    hidden, lengths = core_inputs(model, ids)
    assert hidden.shape == (20, 16, 16)
    assert torch.equal(lengths, (ids != model.pad).sum(1))
    with torch.no_grad():
        assert torch.equal(core_of(model)(hidden, lengths), model(ids))
    paths = dict(model.named_modules())
    assert all(paths[path] is module for path, module in core_of(model).named_modules() if path)


def test_attention_in_parts_gives_the_bits_of_the_eager_one() -> None:
    model, whole = split(), build("bert", sentences(), TINY, 0).eval()
    whole.load_state_dict(model.state_dict())
    whole.network.set_attn_implementation("eager")
    ids = sentences().test_inputs
    with torch.no_grad():
        assert torch.equal(model(ids), whole(ids))


def saved(folder: Path, kind: str) -> str:
    """Write a small pre-trained encoder that takes longer texts into a folder."""
    if kind == "bert":
        sizes = {"hidden_size": 16, "intermediate_size": 16, "max_position_embeddings": 40}
        config = transformers.BertConfig(
            vocab_size=60, num_hidden_layers=1, num_attention_heads=2, **sizes
        )
        transformers.BertModel(config).save_pretrained(folder)
    else:
        config = transformers.DistilBertConfig(
            vocab_size=60, n_layers=1, n_heads=2, dim=16, hidden_dim=16
        )
        transformers.DistilBertModel(config).save_pretrained(folder)
    return str(folder)


def test_a_pretrained_bert_is_split_for_the_texts_at_hand(tmp_path: Path) -> None:
    options = {"id": saved(tmp_path, "bert"), "attention": "parts"}
    model = build("pretrained", sentences(), options, 0)
    assert isinstance(model, SplitClassifier)
    attend = model.network.bert.encoder.layer[0].attention.self.parts
    assert attend.softmax.row == sentences().features == 16
    with pytest.raises(ConfigError, match="must be a BERT that classifies, not a DistilBert"):
        build("pretrained", sentences(), {**options, "id": saved(tmp_path / "other", "x")}, 0)


def test_attention_is_fused_or_in_parts() -> None:
    with pytest.raises(ConfigError, match="attention of model 'bert' must be one of fused, parts"):
        build("bert", sentences(), {**TINY, "attention": "flash"}, 0)


def test_attention_with_dropout_is_not_split() -> None:
    with pytest.raises(UnsupportedError, match=r"must be without dropout and look at all tokens"):
        split(attention_dropout=0.1)


def test_what_counts_comes_first() -> None:
    model = split()
    x = torch.zeros(1, 2, 2, 8)
    attend = model.network.bert.encoder.layer[0].attention.self.parts
    from litho.tasks.attention_parts import lengths_of_mask

    assert attend(x, x, x, lengths_of_mask(torch.tensor([[1, 0]]))).shape == x.shape
    with pytest.raises(DataError, match="the tokens that count must come first in each sample"):
        lengths_of_mask(torch.tensor([[0, 1]]))
    with pytest.raises(DataError, match=r"the mask of attention in parts must be one of padding"):
        lengths_of_mask(torch.zeros(1, 1, 2, 2))
