"""An entry of the cache is whole or absent, whoever builds it and however that ends."""

import contextlib
import multiprocessing
import os
import time
from pathlib import Path

import pytest

from litho.errors import ToolError, ToolMissingError
from litho.tools import cache_root, cached, digest, kept, kept_on_failure, scratch
from litho.tools.cache import copy_files


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("LITHO_CACHE", str(tmp_path / "cache"))


def test_an_entry_is_built_once():
    def build(place: Path) -> None:
        (place / "x").write_text("x")

    place, is_built = cached("kind", "key", build)
    assert is_built
    assert (place / "x").read_text() == "x"
    assert cached("kind", "key", build) == (place, False)


def test_an_entry_is_looked_for_without_building_it():
    assert kept("kind", "key") is None
    place, _ = cached("kind", "key", lambda place: None)
    assert kept("kind", "key") == place
    assert kept("kind", "other") is None


def test_a_build_that_fails_leaves_its_logs_and_no_entry():
    def fail(place: Path) -> None:
        (place / "log").write_text("why")
        raise ToolError("no")

    with pytest.raises(ToolError, match="no"):
        cached("kind", "key", fail)
    kind = cache_root() / "kind"
    assert not (kind / "key").exists()
    assert [path.read_text() for path in kind.glob("key.*.part/log")] == ["why"]
    cached("kind", "key", lambda place: None)
    assert list(kind.glob("*.part")) == []


def _build_slowly(results: "multiprocessing.Queue[bool]") -> None:
    def build(place: Path) -> None:
        (place / "first").write_text(str(os.getpid()))
        time.sleep(0.5)
        (place / "second").write_text(str(os.getpid()))

    place, is_built = cached("kind", "key", build)
    whole = (place / "first").read_text() == (place / "second").read_text()
    results.put(is_built and whole)


def test_processes_that_want_the_same_entry_wait_for_the_first():
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    workers = [context.Process(target=_build_slowly, args=(results,)) for _ in range(3)]
    for worker in workers:
        worker.start()
    found = sorted(results.get(timeout=60) for _ in workers)
    for worker in workers:
        worker.join()
    assert found == [False, False, True]


def test_an_entry_that_nobody_used_for_a_month_is_removed():
    old, _ = cached("kind", "old", lambda place: None)
    fresh, _ = cached("kind", "fresh", lambda place: None)
    long_ago = time.time() - 31 * 86400
    os.utime(old, (long_ago, long_ago))
    os.utime(fresh, (long_ago, long_ago))
    cached("kind", "fresh", lambda place: None)
    cached("kind", "new", lambda place: None)
    assert not old.exists()
    assert fresh.exists()


def test_a_cache_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LITHO_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(ToolError, match=r"the cache folder .*file/cache must be writable.*LITHO_"):
        cached("kind", "key", lambda place: None)
    with pytest.raises(ToolError, match="must be writable"):
        scratch("vectors")


def test_a_target_that_cannot_be_written_is_named(tmp_path):
    place, _ = cached("kind", "key", lambda place: (place / "x").touch())
    (tmp_path / "file").write_text("")
    with pytest.raises(ToolError, match=r"the folder .*file must be writable"):
        copy_files(place, tmp_path / "file")


def test_where_a_part_ends_matters_to_a_digest():
    assert digest("ab", "c") != digest("a", "bc")
    assert digest("ab", "c") == digest("ab", b"c")


@pytest.mark.parametrize(
    ("error", "is_kept"),
    [(None, False), (ToolError("x"), True), (ToolMissingError("x"), False), (OSError("x"), False)],
    ids=str,
)
def test_a_folder_of_work_stays_when_an_error_names_its_files(error, is_kept):
    with contextlib.suppress(ToolError, OSError), kept_on_failure("work") as place:
        (place / "log").touch()
        if error:
            raise error
    assert place.exists() == is_kept


def test_an_empty_folder_of_work_never_stays():
    with contextlib.suppress(ToolError), kept_on_failure("work") as place:
        raise ToolError("x")
    assert not place.exists()
