"""The stage cache: an entry is whole or absent, whatever happens while it is made."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from litho.flow.cache import Cache, cache_root, code_digest, digest_of

KILLED_WHILE_FILLING = """
import os, signal, sys
from pathlib import Path
from litho.flow.cache import Cache
with Cache(Path(sys.argv[1])).fill("train", "k") as folder:
    (folder / "half").write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_filled_entry_is_there(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    assert not cache.has("train", "k")
    with cache.fill("train", "k") as folder:
        (folder / "weights").write_text("1")
        assert not cache.has("train", "k")
    assert cache.has("train", "k")
    assert (cache.path("train", "k") / "weights").read_text() == "1"


def test_an_error_leaves_nothing(tmp_path: Path) -> None:
    cache = Cache(tmp_path)

    def work() -> None:
        with cache.fill("train", "k") as folder:
            (folder / "half").write_text("")
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - the error is ours, without a text
        work()
    assert list(tmp_path.iterdir()) == []


def test_the_first_of_two_that_fill_the_same_entry_wins(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    with cache.fill("train", "k") as folder:
        (folder / "by").write_text("second")
        entry = cache.path("train", "k")
        entry.mkdir()
        (entry / "by").write_text("first")
    assert (entry / "by").read_text() == "first"
    assert list(tmp_path.iterdir()) == [entry]


def test_what_a_killed_process_left_is_no_entry_and_is_removed(tmp_path: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", KILLED_WHILE_FILLING, str(tmp_path)], check=False)
    assert ended.returncode == -signal.SIGKILL
    cache = Cache(tmp_path)
    assert len(list(tmp_path.iterdir())) == 1
    assert not cache.has("train", "k")
    with cache.fill("other", "k"):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["other-k"]


def test_a_living_process_keeps_its_half_made_entry(tmp_path: Path) -> None:
    theirs = tmp_path / f".train-k.{os.getppid()}"
    theirs.mkdir()
    with Cache(tmp_path).fill("other", "k"):
        pass
    assert theirs.is_dir()


def test_digests_depend_on_content_not_on_the_order_of_keys() -> None:
    assert digest_of({"a": 1, "b": [2]}) == digest_of({"b": [2], "a": 1})
    assert digest_of({"a": 1}) != digest_of({"a": 2})
    assert code_digest() == code_digest()


def test_the_cache_lies_where_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LITHO_CACHE", str(tmp_path))
    assert cache_root() == tmp_path
