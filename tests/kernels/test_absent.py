"""What is said where there are no compiled kernels."""

import logging
from pathlib import Path

import pytest

from litho.kernels import library


@pytest.mark.parametrize(
    ("built", "compiler", "why", "remedy"),
    [
        ([], "/usr/bin/c++", "no compiled kernels", "builds them"),
        (
            [],
            None,
            "no compiled kernels",
            "builds them, once there is a C++ compiler (`apt-get install g++`)",
        ),
        (["_compiled.so"], "/usr/bin/c++", "compiled kernels of another version", "builds them"),
    ],
)
def test_the_reason_and_the_remedy_are_told_once(
    built: list[str],
    compiler: str | None,
    why: str,
    remedy: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(library, "_built", lambda: [tmp_path / name for name in built])
    monkeypatch.setattr(library, "which", lambda name: compiler)
    library.library.cache_clear()
    try:
        with caplog.at_level(logging.WARNING, "litho"):
            assert [library.library() for _ in range(3)] == [None] * 3
            told = library.describe()
    finally:
        library.library.cache_clear()
    assert [record.getMessage() for record in caplog.records] == [told]
    assert told.startswith(f"this installation of litho has {why}, and the plain reference runs,")
    assert told.endswith(f"`pip install -e .` in its sources {remedy}")
