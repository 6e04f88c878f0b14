"""The text set that is generated."""

import pytest
import torch

from litho.tasks import Training, accuracy, build, check_model, find, predict, train
from litho.tasks.sentences import WORDS

FINE = {"bright", "good", "strong", "fresh", "warm", "fine", "funny", "clever"}


def texts(ids: torch.Tensor) -> list[str]:
    return [" ".join(WORDS[number] for number in row if number) for row in ids.tolist()]


def judged(text: str) -> bool:
    """Read a sentence as a person would: whether its last judgement is a good one."""
    last = text.replace(" but ", " and ").split(" and ")[-1].split()
    is_fine = any(word in FINE for word in last)
    return is_fine != ("not" in last)


def test_sentences_are_what_their_class_says_and_none_is_twice() -> None:
    data = find("sentences").load(0)
    assert data.train_inputs.shape == (2000, 16)
    assert data.test_inputs.shape == (500, 16)
    assert data.train_inputs.dtype == torch.int32
    every = texts(torch.cat([data.train_inputs, data.test_inputs]))
    targets = torch.cat([data.train_targets, data.test_targets]).tolist()
    whole = [
        text.removeprefix("[CLS] ").removesuffix(" [SEP]").removesuffix(" .") for text in every
    ]
    assert len(set(every)) == 2500
    ended = [place for place, text in enumerate(every) if text.endswith(". [SEP]")]
    assert len(ended) > 2400
    assert [judged(whole[place]) for place in ended] == [targets[place] for place in ended]
    assert torch.bincount(data.test_targets).tolist() == [250, 250]


def test_a_but_contradicts_and_an_and_does_not() -> None:
    found = [text.removeprefix("[CLS] ") for text in texts(find("sentences").load(1).test_inputs)]
    for word, is_contrary in (("but", True), ("and", False)):
        parts = [text.split(f" {word} ") for text in found if f" {word} " in text]
        assert len(parts) > 20
        assert {judged(first) != judged(last) for first, last in parts} == {is_contrary}


def test_sentences_are_drawn_by_the_seed_and_cut_to_the_length() -> None:
    first, again, other = (find("sentences").load(seed) for seed in (0, 0, 1))
    assert torch.equal(first.train_inputs, again.train_inputs)
    assert not torch.equal(first.train_inputs, other.train_inputs)
    short = find("sentences").load(0, None, {"length": 6, "train": 3, "test": 1})
    assert short.train_inputs.shape == (3, 6)
    assert texts(short.train_inputs)[0].endswith("[SEP]")
    assert short.vocabulary is not None
    assert (short.vocabulary.size, short.pad, short.vocabulary.separator) == (len(WORDS), 0, None)


def test_a_tiny_bert_learns_them_above_90_percent() -> None:
    pytest.importorskip("transformers", reason="text needs transformers")
    data = find("sentences").load(0)
    model = build("bert", data, {"layers": 1, "hidden": 32, "intermediate": 64}, seed=0)
    check_model(model, data)
    train(model, data, Training(epochs=6, batch=32, rate=3e-3))
    assert accuracy(predict(model, data.test_inputs), data.test_targets) > 0.9
