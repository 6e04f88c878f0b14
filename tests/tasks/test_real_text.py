"""The real text sets, where LITHO_DATA names a folder with them."""

import lzma
from pathlib import Path

import pytest
import torch

from litho.tasks import find
from litho.tasks.text import _IMDB, _QNLI, Source, _samples
from litho.tasks.tokens import read_vocabulary

pytest.importorskip("tokenizers", reason="text needs tokenizers")


def present(root: Path, name: str) -> Path:
    path = root / "text" / name
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    return path


def test_sentences_on_films_are_as_many_as_published(real_data: Path) -> None:
    present(real_data, "sst2_train.tsv.xz")
    present(real_data, "sst2_dev.tsv.xz")
    data = find("sst2").load(0, real_data, {"length": 64})
    assert torch.bincount(data.train_targets).tolist() == [29_780, 37_569]
    assert torch.bincount(data.test_targets).tolist() == [428, 444]
    assert len(data.train_targets) == 67_349
    assert data.vocabulary is not None
    assert data.vocabulary.size == 30_522


def test_questions_are_as_many_as_published(real_data: Path) -> None:
    present(real_data, "qnli_dev.tsv.xz")
    data = find("qnli").load(0, real_data)
    assert torch.bincount(data.test_targets).tolist() == [2_702, 2_761]
    ends = (data.test_inputs == 102).sum(1)
    assert set(ends.tolist()) == {2}
    if not (real_data / "text" / "qnli_train.tsv.xz").is_file():
        assert len(data.train_inputs) == 0


@pytest.mark.parametrize("part", ["train", "test"])
def test_reviews_are_as_many_as_published_and_labelled_by_their_rating(
    part: str, real_data: Path
) -> None:
    path = present(real_data, f"imdb_{part}.jsonl.xz")
    labels = [label for _, label in _samples(_IMDB, path)]
    assert (labels.count(0), labels.count(1)) == (12_500, 12_500)
    ratings = [int(line.split('"rating": ')[1].split(",")[0]) for line in lines_of(path)]
    assert [rating > 5 for rating in ratings] == [label == 1 for label in labels]


def lines_of(path: Path) -> list[str]:
    return lzma.decompress(path.read_bytes()).decode().split("\n")[:-1]


@pytest.mark.parametrize(
    ("source", "name", "length"),
    [(_IMDB, "imdb_small_train.jsonl.xz", 256), (_QNLI, "qnli_dev.tsv.xz", 32)],
    ids=["reviews", "pairs"],
)
def test_tokens_are_those_of_transformers_on_500_texts(
    source: Source, name: str, length: int, real_data: Path, tmp_path: Path
) -> None:
    transformers = pytest.importorskip("transformers", reason="the authority on tokens")
    path = present(real_data, name)
    packed = present(real_data, "bert_uncased_vocab.txt.xz")
    plain = tmp_path / "vocab.txt"
    plain.write_bytes(lzma.decompress(packed.read_bytes()))
    texts = [text for text, _ in _samples(source, path)][:500]
    options = {"padding": "max_length", "truncation": True, "max_length": length}
    expected = transformers.BertTokenizer(vocab=str(plain))(texts, **options).input_ids
    assert len(texts) == 500
    assert read_vocabulary(packed).encode(texts, length).tolist() == expected


@pytest.mark.slow
def test_all_reviews_are_loaded_from_the_cache_the_second_time(real_data: Path) -> None:
    present(real_data, "imdb_train.jsonl.xz")
    present(real_data, "imdb_test.jsonl.xz")
    data, again = (find("imdb").load(0, real_data, {"length": 256}) for _ in range(2))
    assert data.train_inputs.shape == data.test_inputs.shape == (25_000, 256)
    assert torch.equal(data.train_inputs, again.train_inputs)
    assert torch.bincount(data.train_targets).tolist() == [12_500, 12_500]
