"""The files of a task are facts of a run; where they lie is found by torch's side only once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from litho.errors import DataError
from litho.flow import Config
from litho.flow.networks import data_files
from litho.flow.strict import convert

NAMES = ("imdb_train.jsonl", "imdb_test.jsonl", "bert_uncased_vocab.txt")
WITHOUT_TORCH = """
import sys
from pathlib import Path
from litho.flow import load_config, run

place = Path(sys.argv[1])
run(load_config(place), place.parent / "run")
print("torch" in sys.modules)
"""


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LITHO_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("LITHO_DATA", raising=False)


def config(**keys: object) -> Config:
    tables = {"model": {"name": "mlp"}, "quantize": [{"weights": "fixed8"}]}
    return convert({"task": "imdb", **tables, **keys}, Config, "here")


def folder_of_data(tmp_path: Path) -> Path:
    (tmp_path / "text").mkdir()
    for name in NAMES:
        (tmp_path / "text" / name).write_text(name)
    return tmp_path


def test_each_file_of_the_task_counts(tmp_path: Path) -> None:
    folder = folder_of_data(tmp_path)
    asked = config(data=str(folder))
    before = list(data_files(asked))
    assert len(before) == len(set(before)) == len(NAMES)
    assert list(data_files(asked)) == before
    (folder / "text" / NAMES[0]).write_text("other")
    after = list(data_files(asked))
    assert [a == b for a, b in zip(after, before, strict=True)] == [False, True, True]
    # A packed file stands before the plain one.
    (folder / "text" / f"{NAMES[1]}.xz").write_text("packed")
    assert [a == b for a, b in zip(data_files(asked), after, strict=True)] == [True, False, True]


def test_a_file_that_has_gone_is_said(tmp_path: Path) -> None:
    folder = folder_of_data(tmp_path)
    asked = config(data=str(folder))
    assert list(data_files(asked))
    (folder / "text" / NAMES[0]).unlink()
    with pytest.raises(DataError, match=r"must have the file .*imdb_train\.jsonl"):
        list(data_files(asked))


def test_generated_data_have_no_files() -> None:
    asked = config(task="digits", hardware={"device": "ecp5-25k"}, model={"name": "one_layer"})
    assert list(data_files(asked)) == []


def test_a_run_that_is_kept_needs_no_torch(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text(
        'task = "digits"\nmodel.name = "mlp"\ntrain.epochs = 0\n[[quantize]]\nweights = "fixed8"\n'
    )
    command = [sys.executable, "-c", WITHOUT_TORCH, str(path)]
    said = [
        subprocess.run(command, capture_output=True, text=True, check=True, env=dict(os.environ))
        for _ in range(2)
    ]
    assert [item.stdout.strip() for item in said] == ["True", "False"]
