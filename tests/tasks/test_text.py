"""Text sets that are read from files: small ones that are written here."""

import sys
from pathlib import Path

import pytest
import torch
from small_texts import VOCABULARY

from litho.errors import ConfigError, DataError
from litho.tasks import Vocabulary, find
from litho.tasks import text as sets
from litho.tasks.tokens import from_hub, load_tokenizer, read_vocabulary

pytest.importorskip("tokenizers", reason="text needs tokenizers")


def words(ids: torch.Tensor) -> str:
    return " ".join(VOCABULARY[number] for number in ids.tolist())


def test_reviews_are_lowered_stripped_of_accents_cut_and_filled_up(folder: Path) -> None:
    data = find("imdb").load(0, folder, {"length": 8})
    assert data.test_inputs.dtype == torch.int32
    assert data.test_targets.tolist() == [0, 0, 0, 1, 1, 1]
    assert words(data.test_inputs[0]) == "[CLS] the film is bad [SEP] [PAD] [PAD]"
    assert words(data.test_inputs[4]) == "[CLS] the film is great . [SEP] [PAD]"
    assert words(find("imdb").load(0, folder, {"length": 4}).test_inputs[4]) == (
        "[CLS] the film [SEP]"
    )
    assert data.vocabulary == Vocabulary(size=len(VOCABULARY), pad=0, separator=None)
    assert (data.pad, data.features, data.classes, data.example.shape) == (0, 8, 2, (1, 8))


def test_the_order_to_train_in_is_drawn_by_the_seed_and_that_of_the_test_is_the_files(
    folder: Path,
) -> None:
    first, again, other = (find("imdb").load(seed, folder) for seed in (0, 0, 3))
    assert torch.equal(first.train_inputs, again.train_inputs)
    assert not torch.equal(first.train_targets, other.train_targets)
    assert torch.equal(first.test_inputs, other.test_inputs)


def test_some_samples_are_of_every_class_alike_and_drawn_by_the_seed(folder: Path) -> None:
    found = [find("imdb").load(seed, folder, {"train": 4, "test": 2}) for seed in range(6)]
    assert {tuple(sorted(data.train_targets.tolist())) for data in found} == {(0, 0, 1, 1)}
    assert {tuple(data.test_targets.tolist()) for data in found} == {(0, 1)}
    assert len({tuple(data.test_inputs.flatten().tolist()) for data in found}) > 1
    odd = find("imdb").load(0, folder, {"train": 3})
    assert sorted(odd.train_targets.tolist()) == [0, 0, 1]


def test_more_samples_than_there_are_is_an_error(folder: Path) -> None:
    message = "option 'test' of task 'imdb' must leave 3 samples of class 0, not ask for 4"
    with pytest.raises(ConfigError, match=message):
        find("imdb").load(0, folder, {"test": 8})


def test_small_files_are_read_when_they_are_asked_for(folder: Path) -> None:
    data = find("imdb").load(0, folder, {"small": True})
    assert (len(data.train_inputs), data.test_targets.tolist()) == (2, [0, 1])
    with pytest.raises(ConfigError, match="'small' of task 'sst2' must be false: it has no small"):
        find("sst2").load(0, folder, {"small": True})


def test_sentences_and_pairs_are_read_from_tables(folder: Path) -> None:
    data = find("sst2").load(0, folder, {"length": 6})
    assert words(data.test_inputs[0]) == "[CLS] a great film [SEP] [PAD]"
    assert sorted(data.train_targets.tolist()) == [0, 1]
    pairs = find("qnli").load(0, folder, {"length": 10})
    assert pairs.test_targets.tolist() == [1, 0]
    assert words(pairs.test_inputs[0]) == "[CLS] who made it ? [SEP] the film [SEP] [PAD]"
    assert pairs.train_inputs.shape == (0, 10)
    assert pairs.features == 10
    assert pairs.vocabulary == Vocabulary(size=len(VOCABULARY), pad=0, separator=3)


def test_questions_to_train_with_are_read_when_they_are_there(folder: Path) -> None:
    text = folder / "text"
    (text / "qnli_train.tsv").write_text((text / "qnli_dev.tsv").read_text())
    assert len(find("qnli").load(0, folder).train_inputs) == 2


def test_what_looks_like_a_special_token_in_a_text_is_text(folder: Path) -> None:
    tokenizer = read_vocabulary(folder / "text" / "bert_uncased_vocab.txt")
    ids = tokenizer.encode(["film [SEP] [PAD]"], 12)
    assert words(torch.from_numpy(ids[0])) == ("[CLS] film [ sep ] [ pad ] [SEP] [PAD] [PAD] [PAD]")


def test_the_folder_may_be_named_by_the_environment(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LITHO_DATA", str(folder))
    assert len(find("imdb").load(0).test_inputs) == 6


def test_tokens_are_made_once_for_each_file_and_length(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = find("imdb").load(0, folder)
    asked: list[Path] = []
    read = sets._samples
    monkeypatch.setattr(sets, "_samples", lambda *given: (asked.append(given[1]), read(*given))[1])
    assert torch.equal(find("imdb").load(0, folder).train_inputs, first.train_inputs)
    assert asked == []
    find("imdb").load(0, folder, {"length": 8})
    assert len(asked) == 1  # both files of this folder have the same reviews
    (folder / "text" / "bert_uncased_vocab.txt").write_text("\n".join([*VOCABULARY, "new"]))
    find("imdb").load(0, folder)
    assert len(asked) == 2


def test_the_files_of_a_task_are_those_it_reads(folder: Path) -> None:
    found = find("imdb").files(folder, {"small": True})
    names = ["imdb_small_train.jsonl.xz", "imdb_small_test.jsonl.xz", "bert_uncased_vocab.txt"]
    assert [path.name for path in found] == names
    assert [path.name for path in find("qnli").files(folder)] == ["qnli_dev.tsv", names[2]]
    assert find("digits").files(folder) == ()
    with_own = find("imdb").files(folder, {"tokenizer": str(folder / "text")})
    assert len(with_own) == 2 + len(list((folder / "text").iterdir()))


def test_a_folder_that_is_not_given_is_asked_for(folder: Path) -> None:
    message = (
        r"task 'imdb' must have a folder with the file text/imdb_train.jsonl.xz, and none is given;"
        r" give the folder of data: --data DIR, the key `data`, or LITHO_DATA"
    )
    with pytest.raises(DataError, match=message):
        find("imdb").load(0)


@pytest.mark.parametrize("name", ["imdb_test.jsonl.xz", "bert_uncased_vocab.txt"])
def test_a_file_that_is_not_there_is_named(name: str, folder: Path) -> None:
    path = folder / "text" / name
    path.unlink()
    message = f"task 'imdb' must have the file {path}.*, and it is not there; give the folder"
    with pytest.raises(DataError, match=message):
        find("imdb").load(0, folder)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("1 good", "not enough values"),
        ("x\tgood", "invalid literal"),
    ],
)
def test_a_line_that_is_no_sample_is_named(line: str, reason: str, folder: Path) -> None:
    path = folder / "text" / "sst2_dev.tsv"
    path.write_text(f"label\tcontent\n1\tgood\n{line}\n")
    message = f"line 3 of {path} must be a sample of task 'sst2', and is not: {reason}"
    with pytest.raises(DataError, match=message):
        find("sst2").load(0, folder)
    path.write_text("label\tcontent\n1\tgood\n")
    assert len(find("sst2").load(0, folder).test_inputs) == 1


@pytest.mark.parametrize("data", [b"\xfd7zXZ\x00 and nothing", b""])
def test_a_damaged_file_is_named(data: bytes, folder: Path) -> None:
    path = folder / "text" / "imdb_train.jsonl.xz"
    path.write_bytes(data)
    with pytest.raises(DataError, match=f"{path} must hold text in UTF-8, and does not"):
        find("imdb").load(0, folder)


def test_a_file_without_samples_is_named(folder: Path) -> None:
    path = folder / "text" / "sst2_train.tsv"
    path.write_text("label\tsentence\n")
    with pytest.raises(DataError, match=f"{path} must hold samples of task 'sst2', and holds none"):
        find("sst2").load(0, folder)


def test_a_vocabulary_has_the_special_tokens(folder: Path) -> None:
    path = folder / "text" / "bert_uncased_vocab.txt"
    path.write_text("[PAD]\n[UNK]\nfilm\n")
    message = r"a vocabulary must hold the token \[CLS\], and .*vocab.txt does not"
    with pytest.raises(DataError, match=message):
        find("imdb").load(0, folder)


def test_a_missing_package_is_asked_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tokenizers.implementations", None)
    message = (
        "text must have transformers and tokenizers, and tokenizers.implementations is not"
        r' installed; pip install "litho\[text\]"'
    )
    with pytest.raises(DataError, match=message):
        find("imdb").load(0, folder)


def test_a_tokenizer_comes_from_a_folder_too(folder: Path, tmp_path: Path) -> None:
    transformers = pytest.importorskip("transformers", reason="text needs transformers")
    plain = folder / "text" / "bert_uncased_vocab.txt"
    transformers.BertTokenizer(vocab=str(plain)).save_pretrained(tmp_path / "own")
    found = find("imdb").load(0, folder, {"tokenizer": str(tmp_path / "own")})
    assert torch.equal(found.train_inputs, find("imdb").load(0, folder).train_inputs)
    assert found.vocabulary == Vocabulary(len(VOCABULARY), 0, None)


def test_a_folder_without_a_tokenizer_is_named_and_nothing_is_asked(folder: Path) -> None:
    pytest.importorskip("transformers", reason="text needs transformers")
    message = f"tokenizer '{folder}' must be a folder or an id of the Hugging Face hub that can be"
    with pytest.raises(DataError, match=message):
        find("imdb").load(0, folder, {"tokenizer": str(folder)})


def test_an_id_is_looked_for_at_home_before_the_hub_is_asked() -> None:
    pytest.importorskip("transformers", reason="text needs transformers")
    asked = []

    def load(spelling: str, local_files_only: bool = False) -> str:
        asked.append(local_files_only)
        if local_files_only:
            raise OSError("not at home")
        return spelling

    assert from_hub(load, "some/one", "model") == "some/one"
    assert asked == [True, False]


def test_without_a_network_a_folder_is_asked_for() -> None:
    pytest.importorskip("transformers", reason="text needs transformers")

    def load(spelling: str, local_files_only: bool = False) -> None:
        raise OSError("We couldn't connect to the hub\nand so on")

    message = (
        "model 'some/one' must be a folder or an id of the Hugging Face hub that can be loaded, and"
        " is not: We couldn't connect to the hub; without a network give a folder that holds it"
    )
    with pytest.raises(DataError, match=message):
        from_hub(load, "some/one", "model")


def test_a_tokenizer_without_padding_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    transformers = pytest.importorskip("transformers", reason="text needs transformers")

    class Bare:
        pad_token_id = None

    monkeypatch.setattr(
        transformers.AutoTokenizer, "from_pretrained", lambda *given, **options: Bare()
    )
    message = "tokenizer 'some/one' must be a fast one with a token for padding, and is not"
    with pytest.raises(ConfigError, match=message):
        load_tokenizer("some/one")


@pytest.mark.parametrize(
    ("task", "options", "text"),
    [
        (
            "imdb",
            {"lengths": 8},
            "options of task 'imdb' must be of length, train, test, tokenizer",
        ),
        ("imdb", {"lengths": 8}, "not 'lengths'; did you mean 'length'"),
        ("imdb", {"length": 3}, "option 'length' of task 'imdb' must be a whole number from 4 on"),
        ("imdb", {"train": True}, "'train' of task 'imdb' must be a whole number from 0 on, not T"),
        ("imdb", {"small": 1}, "option 'small' of task 'imdb' must be true or false, not 1"),
        ("imdb", {"tokenizer": 1}, "'tokenizer' of task 'imdb' must be a hub id or a folder, not"),
        ("sentences", {"tokenizer": "x"}, "'sentences' must be of length, train, test, not 'token"),
        ("digits", {"length": 8}, "options of task 'digits' must be of none, not 'length'"),
    ],
)
def test_options_that_do_not_fit_are_named(
    task: str, options: dict[str, object], text: str
) -> None:
    with pytest.raises(ConfigError, match=text):
        find(task).load(0, None, options)
