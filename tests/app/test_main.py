"""The command line: exit codes, one clean message for each error, a quick start."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from litho.app.main import exit_code, main
from litho.errors import (
    ConfigError,
    DataError,
    FormatError,
    GraphError,
    LithoError,
    MismatchError,
    ToolError,
    ToolMissingError,
    UnsupportedError,
)


def call(*arguments: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(list(arguments))
    assert isinstance(left.value.code, int)
    return left.value.code


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (MismatchError, 1),
        (ToolError, 1),
        (ConfigError, 2),
        (DataError, 2),
        (FormatError, 2),
        (GraphError, 2),
        (UnsupportedError, 2),
        (ToolMissingError, 3),
    ],
)
def test_each_error_has_its_exit_code(error: type[LithoError], code: int) -> None:
    assert exit_code(error("")) == code


def test_help_names_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("--help") == 0
    shown = capsys.readouterr().out
    for verb in (
        *("run", "capture", "estimate", "emit", "simulate", "synthesize"),
        *("report", "list", "doctor"),
    ):
        assert f"\n  {verb} " in shown


@pytest.mark.parametrize("verb", ["run", "emit", "simulate", "synthesize", "report", "list"])
def test_each_verb_has_help(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(verb, "--help") == 0
    assert f"litho {verb}" in capsys.readouterr().out


def test_an_unknown_verb_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("simulat") == 2
    assert "not 'simulat'; did you mean 'simulate'?" in capsys.readouterr().err


def test_an_unknown_option_is_a_wrong_request(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("run", "x.toml", "--nonsense") == 2
    assert "--nonsense" in capsys.readouterr().err


def test_an_error_is_one_line_on_stderr(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("run", str(tmp_path / "none.toml")) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("litho: a configuration must be a readable TOML file, and ")
    assert shown.err.count("\n") == 1


def test_a_file_that_cannot_be_used_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path) -> None:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr("litho.flow.strict.read_toml", full)
    assert call("run", str(tmp_path / "x.toml")) == 2
    assert "x.toml must be usable, and is not: No space left" in capsys.readouterr().err


def test_an_interrupt_says_that_the_work_is_kept(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(path: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("litho.flow.strict.read_toml", interrupt)
    assert call("run", "x.toml") == 130
    assert "finished stages are kept" in capsys.readouterr().err


def test_help_starts_without_heavy_imports() -> None:
    check = (
        "import sys\n"
        "from litho.app.main import litho\n"
        "litho.main(['--help'], standalone_mode=False)\n"
        "heavy = {'torch', 'numpy', 'jinja2', 'rich', 'sklearn', 'mpmath'} & set(sys.modules)\n"
        "sys.exit(f'heavy: {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_help_takes_less_than_a_third_of_a_second() -> None:
    def seconds() -> float:
        before = os.times()
        subprocess.run(
            [sys.executable, "-c", "from litho.app import main; main(['--help'])"],
            check=True,
            capture_output=True,
        )
        after = os.times()
        user = after.children_user - before.children_user
        return user + after.children_system - before.children_system

    assert min(seconds() for _ in range(3)) < 0.3


@pytest.mark.parametrize(
    ("kind", "known"),
    [("ops", "relu"), ("formats", "fixed"), ("devices", "ecp5-25k")],
)
def test_lists_show_what_is_known(
    kind: str, known: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("list", kind) == 0
    assert f"\n{known} " in capsys.readouterr().out


def test_doctor_lists_every_tool_and_the_kernels(capsys: pytest.CaptureFixture[str]) -> None:
    from litho import kernels
    from litho.tools import TOOLS

    assert call("doctor") == 0
    lines = capsys.readouterr().out.splitlines()[1:]
    tools, (first, *settings) = lines[: len(TOOLS)], lines[len(TOOLS) :]
    assert [line.split()[0] for line in tools] == list(TOOLS)
    assert first == f"kernels: {kernels.describe()}"
    assert [line.split(":")[0] for line in settings] == ["cache", "data", "operations"]
