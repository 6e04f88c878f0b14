"""Hugging Face classifiers on token ids alone."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from litho.errors import ConfigError, DataError
from litho.tasks import (
    Data,
    TextClassifier,
    Training,
    Vocabulary,
    build,
    check_model,
    find,
    load_weights,
    predict,
    save_weights,
    train,
)
from litho.tasks.activations import activations

transformers = pytest.importorskip("transformers", reason="text needs transformers")

TINY = {"layers": 1, "hidden": 16, "intermediate": 16}


def sentences(**options: int) -> Data:
    return find("sentences").load(0, None, {"train": 64, "test": 20, **options})


def test_a_bert_is_the_class_of_hugging_face_as_it_is() -> None:
    model = build("bert", sentences(), {}, 0)
    assert type(model.network) is transformers.BertForSequenceClassification
    assert "network.bert.encoder.layer.1.attention.self.query" in dict(model.named_modules())
    config = model.network.config
    shape = (config.num_hidden_layers, config.hidden_size, config.intermediate_size)
    assert shape == (2, 128, 512)
    assert config.hidden_dropout_prob == 0.1


def test_its_first_weights_are_drawn_by_the_seed() -> None:
    first, again, other = (build("bert", sentences(), TINY, seed) for seed in (0, 0, 1))
    assert torch.equal(first.network.classifier.weight, again.network.classifier.weight)
    assert not torch.equal(first.network.classifier.weight, other.network.classifier.weight)


def test_padding_changes_no_logits() -> None:
    data = sentences()
    model = build("bert", data, TINY, 0).eval()
    short = data.test_inputs[(data.test_inputs[:, 10:] == 0).all(1)]
    assert len(short) > 3
    with torch.no_grad():
        assert torch.allclose(model(short), model(short[:, :10]), atol=1e-6)


def test_a_pair_is_told_apart_as_by_the_tokenizer(folder: Path) -> None:
    data = find("qnli").load(0, folder, {"length": 12})
    model = build("bert", data, TINY, 0).eval()
    seen: dict[str, torch.Tensor] = {}
    model.network.register_forward_pre_hook(
        lambda module, args, options: seen.update(options), with_kwargs=True
    )
    model(data.test_inputs)
    tokenizer = transformers.BertTokenizer(vocab=str(folder / "text" / "bert_uncased_vocab.txt"))
    expected = tokenizer(
        ["Who made it?", "What is it?"],
        ["the film", "it is a film"],
        padding="max_length",
        max_length=12,
        return_tensors="pt",
    )
    assert torch.equal(data.test_inputs.long(), expected.input_ids)
    assert torch.equal(seen["token_type_ids"], expected.token_type_ids)
    assert torch.equal(seen["attention_mask"], expected.attention_mask)


def test_a_network_without_types_of_tokens_gets_none() -> None:
    config = transformers.DistilBertConfig(
        vocab_size=50, dim=16, hidden_dim=16, n_heads=2, n_layers=1, max_position_embeddings=16
    )
    network = transformers.DistilBertForSequenceClassification(config)
    model = TextClassifier(network, Vocabulary(50, 0, 3))
    assert model(torch.tensor([[2, 9, 3, 0]], dtype=torch.int32)).shape == (1, 2)


def test_outputs_are_in_the_order_of_the_samples_whatever_the_batch() -> None:
    data = sentences()
    model = build("bert", data, TINY, 0)
    one_by_one = torch.cat([predict(model, row[None]) for row in data.test_inputs])
    for batch in (3, 64):
        assert torch.allclose(predict(model, data.test_inputs, batch), one_by_one, atol=1e-6)


def test_activations_are_seen_at_every_place_of_the_samples() -> None:
    data = sentences()
    model = build("bert", data, TINY, 0)
    place = "network.bert.encoder.layer.0.attention.self.query"
    found = activations(model, data.test_inputs, [(place, "outputs"), ("", "outputs")])
    assert found[place, "outputs"].shape == (20, 16, 16)
    assert np.allclose(found["", "outputs"], predict(model, data.test_inputs), atol=1e-6)


def test_it_is_exported_with_its_mask_inside() -> None:
    data = sentences()
    model = build("bert", data, TINY, 0).eval()
    exported = torch.export.export(model, (data.example,))
    with torch.no_grad():
        assert torch.allclose(exported.module()(data.example), model(data.example), atol=1e-6)


def test_weights_go_to_a_file_and_back(tmp_path: Path) -> None:
    data = sentences()
    model, other = (build("bert", data, TINY, seed) for seed in (0, 1))
    load_weights(save_weights(tmp_path / "weights.pt", model), other)
    assert torch.equal(predict(model, data.test_inputs), predict(other, data.test_inputs))


def saved(folder: Path, **options: Any) -> Path:
    """Write a small pre-trained encoder without a classifier into a folder."""
    sizes = {"num_hidden_layers": 1, "hidden_size": 16, "intermediate_size": 16}
    given = {"vocab_size": 60, "num_attention_heads": 2, "max_position_embeddings": 16}
    config = transformers.BertConfig(**{**sizes, **given, **options})
    transformers.BertModel(config).save_pretrained(folder)
    return folder


def test_a_pretrained_encoder_comes_from_a_folder_with_a_new_classifier(tmp_path: Path) -> None:
    data, place = sentences(), saved(tmp_path / "own")
    first, again, other = (
        build("pretrained", data, {"id": str(place)}, seed) for seed in (0, 0, 1)
    )
    check_model(first, data)
    assert torch.equal(first.network.classifier.weight, again.network.classifier.weight)
    assert not torch.equal(first.network.classifier.weight, other.network.classifier.weight)
    query = [m.network.bert.encoder.layer[0].attention.self.query.weight for m in (first, other)]
    assert torch.equal(*query)


def test_nothing_is_told_and_nothing_asked_for_a_folder(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    def refuse(*given: object) -> None:
        raise AssertionError("the network was asked")

    place = saved(tmp_path / "own")
    capfd.readouterr()
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    build("pretrained", sentences(), {"id": str(place)}, 0)
    assert capfd.readouterr() == ("", "")


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    message = f"model '{tmp_path}' must be a folder or an id of the Hugging Face hub that can be"
    with pytest.raises(DataError, match=message):
        build("pretrained", sentences(), {"id": str(tmp_path)}, 0)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"max_position_embeddings": 8}, "must take samples of 16 tokens, and takes 8; lower the"),
        ({"vocab_size": 20}, "must know 45 tokens, and knows 20; give its own tokenizer"),
    ],
)
def test_a_model_that_does_not_fit_the_data_is_named(
    options: dict[str, int], text: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=text):
        build("pretrained", sentences(), {"id": str(saved(tmp_path / "own", **options))}, 0)


@pytest.mark.parametrize(
    ("name", "options", "text"),
    [
        ("bert", {"layers": 0}, "layers of model 'bert' must be a whole number above 0, not 0"),
        ("bert", {"hidden": 15}, "hidden of model 'bert' must be a multiple of heads, not 15 of 2"),
        ("bert", {"dropout": 1}, "dropout of model 'bert' must be 0 or more and below 1, not 1"),
        ("bert", {"depth": 1}, "options of model 'bert' must fit it: .*'depth'"),
        ("pretrained", {}, "options of model 'pretrained' must fit it: .*'id'"),
        ("mlp", {}, "model 'mlp' must have numbers, which task 'sentences' does not give; take"),
    ],
)
def test_options_that_do_not_fit_are_named(
    name: str, options: dict[str, object], text: str
) -> None:
    with pytest.raises(ConfigError, match=text):
        build(name, sentences(), options, 0)


def test_a_model_of_text_is_not_for_numbers() -> None:
    pytest.importorskip("sklearn", reason="task 'digits' needs scikit-learn")
    with pytest.raises(ConfigError, match="model 'bert' must have text, which task 'digits' does"):
        build("bert", find("digits").load(0), {}, 0)


def test_the_trainer_of_hugging_face_trains_the_network_inside(tmp_path: Path) -> None:
    pytest.importorskip("accelerate", reason="transformers.Trainer needs accelerate")
    data = sentences()
    model = build("bert", data, TINY, 0)
    rows = [
        {"input_ids": ids.long(), "attention_mask": (ids != 0).long(), "labels": target}
        for ids, target in zip(data.train_inputs, data.train_targets, strict=True)
    ]
    before = model.network.classifier.weight.clone()
    settings = transformers.TrainingArguments(
        output_dir=str(tmp_path), num_train_epochs=1, report_to=[], use_cpu=True, disable_tqdm=True
    )
    transformers.Trainer(model=model.network, args=settings, train_dataset=rows).train()
    assert not torch.equal(model.network.classifier.weight, before)


def test_a_training_of_text_is_the_same_again() -> None:
    data, found = sentences(), []
    for noise in (1, 2):
        torch.manual_seed(noise)
        model = build("bert", data, TINY, 0)
        train(model, data, Training(epochs=2, batch=16, rate=1e-3, seed=3, alike=True))
        found.append(predict(model, data.test_inputs))
    assert torch.equal(*found)
