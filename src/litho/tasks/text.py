"""Text sets that lie in files: film reviews, film sentences, questions with answers."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from litho.errors import ConfigError, DataError
from litho.tasks.data import Data
from litho.tasks.options import TextOptions, options_of
from litho.tasks.tokens import Text, Tokenizer, load_tokenizer, open_text, read_vocabulary
from litho.tools import cached, digest

__all__ = [
    "files_of_imdb",
    "files_of_qnli",
    "files_of_sst2",
    "load_imdb",
    "load_qnli",
    "load_sst2",
]

Options = Mapping[str, Any]
_Ids = np.ndarray[Any, np.dtype[np.int32]]
_Places = np.ndarray[Any, np.dtype[np.int64]]
_Sample = tuple[Text, int]
_VOCABULARY = "bert_uncased_vocab.txt"
_LAYOUT = "1"  # of what the cache holds
_REMEDY = "give the folder of data: --data DIR, the key `data`, or LITHO_DATA"


@dataclass(frozen=True, slots=True)
class Source:
    """Where the two parts of a text set lie in the folder `text`, and how a line is read."""

    task: str
    train: str
    test: str
    read: Callable[[str], _Sample]
    has_header: bool
    small: tuple[str, str] | None = None
    has_pairs: bool = False
    needs_train: bool = True


def _read_review(line: str) -> _Sample:
    record = json.loads(line)
    return str(record["text"]), int(record["label"])


def _read_sentence(line: str) -> _Sample:
    label, text = line.split("\t")
    return text, int(label)


def _read_question(line: str) -> _Sample:
    _, question, answer, label = line.split("\t")
    return (question, answer), ("entailment", "not_entailment").index(label)


_IMDB = Source(
    "imdb",
    "imdb_train.jsonl",
    "imdb_test.jsonl",
    _read_review,
    has_header=False,
    small=("imdb_small_train.jsonl", "imdb_small_test.jsonl"),
)
_SST2 = Source("sst2", "sst2_train.tsv", "sst2_dev.tsv", _read_sentence, has_header=True)
_QNLI = Source(
    "qnli",
    "qnli_train.tsv",
    "qnli_dev.tsv",
    _read_question,
    has_header=True,
    has_pairs=True,
    needs_train=False,
)


def load_imdb(seed: int, folder: Path | None = None, options: Options | None = None) -> Data:
    """Give film reviews, against (0) or for the film (1): 25,000 to train, 25,000 to test."""
    return _load(_IMDB, seed, folder, options)


def load_sst2(seed: int, folder: Path | None = None, options: Options | None = None) -> Data:
    """Give sentences on films, against (0) or for the film (1): 67,349 to train, 872 to test."""
    return _load(_SST2, seed, folder, options)


def load_qnli(seed: int, folder: Path | None = None, options: Options | None = None) -> Data:
    """Give questions with a sentence that answers them (0) or does not (1): 5,463 to test."""
    return _load(_QNLI, seed, folder, options)


def _files(source: Source, folder: Path | None, settings: TextOptions) -> tuple[Path | None, Path]:
    """Give the files to train and to test with."""
    names = source.train, source.test
    if settings.small:
        if source.small is None:
            raise ConfigError(
                f"option 'small' of task {source.task!r} must be false: it has no small files"
            )
        names = source.small
    train = _path(source.task, folder, names[0], source.needs_train)
    test = _path(source.task, folder, names[1])
    assert test is not None
    return train, test


def _path(task: str, folder: Path | None, name: str, is_needed: bool = True) -> Path | None:
    """Give where the file `name` lies, packed or not; None when it neither is nor is needed."""
    root = folder or (Path(os.environ["LITHO_DATA"]) if os.environ.get("LITHO_DATA") else None)
    if root is None:
        raise DataError(
            f"task {task!r} must have a folder with the file text/{name}.xz, and none is given;"
            f" {_REMEDY}"
        )
    packed = root / "text" / f"{name}.xz"
    for path in (packed, packed.with_suffix("")):
        if path.is_file():
            return path
    if not is_needed:
        return None
    raise DataError(f"task {task!r} must have the file {packed}, and it is not there; {_REMEDY}")


def _files_of(
    source: Source, folder: Path | None = None, options: Options | None = None
) -> tuple[Path, ...]:
    settings = options_of(TextOptions, source.task, options)
    found = [*_files(source, folder, settings)]
    if settings.tokenizer is None:
        found.append(_path(source.task, folder, _VOCABULARY))
    elif Path(settings.tokenizer).is_dir():
        found += sorted(path for path in Path(settings.tokenizer).iterdir() if path.is_file())
    return tuple(path for path in found if path)


files_of_imdb = partial(_files_of, _IMDB)
files_of_sst2 = partial(_files_of, _SST2)
files_of_qnli = partial(_files_of, _QNLI)


def _load(source: Source, seed: int, folder: Path | None, options: Options | None) -> Data:
    settings = options_of(TextOptions, source.task, options)
    files = _files(source, folder, settings)
    tokenizer = _tokenizer(source.task, folder, settings)
    generator = np.random.default_rng(seed)
    train, test = (_tokens(source, path, tokenizer, settings.length) for path in files)
    what = f"of task {source.task!r}"
    drawn = generator.permutation(
        _balanced(train[1], settings.train, generator, f"option 'train' {what}")
    )
    kept = _balanced(test[1], settings.test, generator, f"option 'test' {what}")
    parts = _chosen(train, drawn), _chosen(test, kept)
    known = tokenizer.vocabulary
    vocabulary = known if source.has_pairs else replace(known, separator=None)
    return Data(source.task, *parts[0], *parts[1], 2, vocabulary)


def _chosen(part: tuple[_Ids, _Places], places: _Places) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.from_numpy(part[0][places]), torch.from_numpy(part[1][places])


def _tokenizer(task: str, folder: Path | None, settings: TextOptions) -> Tokenizer:
    if settings.tokenizer is not None:
        return load_tokenizer(settings.tokenizer)
    path = _path(task, folder, _VOCABULARY)
    assert path is not None
    return read_vocabulary(path)


def _tokens(
    source: Source, path: Path | None, tokenizer: Tokenizer, length: int
) -> tuple[_Ids, _Places]:
    """Give ids[samples, length] and targets[samples] of a file, from the cache if they can be."""
    if path is None:
        return np.empty((0, length), np.int32), np.empty(0, np.int64)
    key = digest(_LAYOUT, source.task, path.read_bytes(), tokenizer.spelling, str(length))

    def build(place: Path) -> None:
        samples = [*_samples(source, path)]
        if not samples:
            raise DataError(f"{path} must hold samples of task {source.task!r}, and holds none")
        texts, targets = zip(*samples, strict=True)
        ids = tokenizer.encode(texts, length)
        narrow = np.uint16 if tokenizer.vocabulary.size <= 1 << 16 else np.int32
        np.savez(place / "tokens.npz", ids=ids.astype(narrow), targets=np.array(targets, np.uint8))

    place, _ = cached("tokens", key, build)
    with np.load(place / "tokens.npz") as found:
        return found["ids"].astype(np.int32), found["targets"].astype(np.int64)


def _samples(source: Source, path: Path) -> Iterator[_Sample]:
    lines = open_text(path).split("\n")
    for number, line in enumerate(lines, 1):
        if not line or (source.has_header and number == 1):
            continue
        try:
            text, label = source.read(line)
        except (ValueError, KeyError, TypeError) as error:
            raise DataError(
                f"line {number} of {path} must be a sample of task {source.task!r}, and is not:"
                f" {error}"
            ) from error
        yield text, label


def _balanced(
    targets: _Places,
    count: int,
    generator: np.random.Generator,
    what: str,
) -> _Places:
    """Give the places of `count` samples, in order, each class as often as any other; 0: of all."""
    if not count:
        return np.arange(len(targets))
    classes = np.unique(targets)
    chosen = []
    for number, label in enumerate(classes):
        places = np.flatnonzero(targets == label)
        share = (count + len(classes) - 1 - number) // len(classes)
        if share > len(places):
            raise ConfigError(
                f"{what} must leave {len(places)} samples of class {label}, not ask for {share};"
                " take 0 for all"
            )
        chosen.append(generator.choice(places, share, replace=False))
    return np.sort(np.concatenate(chosen)) if chosen else np.arange(0)
