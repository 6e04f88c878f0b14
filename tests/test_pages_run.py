"""What a page shows is run: its blocks of Python and its commands, in the order of the page.

A page is run in a folder of its own, in which the repository's folders lie as well. A fenced block
after a line that ends with the name of a file in backquotes and a colon becomes that file.
Commands that take long are run by another test, which `ELSEWHERE` names by how they begin.
A page that goes on from a run in `runs/digits`, or from a design in `runs/layer`, finds a small run
of the digits there.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import click
import pytest

from litho import api
from litho.app.main import litho, main

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

ELSEWHERE = {
    "litho run configs/": "tests/test_configs.py::test_a_configuration_is_proven",
    "python design/bench/run.py": (
        "tests/emit/test_cocotb_bench.py::test_the_bench_passes_on_a_design_with_padding_and_memories"
    ),
    "python benchmarks/": "tests/test_benchmarks.py::test_a_benchmark_gives_its_figures",
}
# What a page goes on from after a command that takes long.
SMALL_RUNS = ("runs/digits", "runs/layer")
# What changes the environment that the tests run in.
NOT_HERE = ("pre-commit install", ". .venv/bin/activate", "pip install", "apt-get")

PROGRAMS = ("litho", "python", "pytest", "make", "pre-commit", "pip", "apt-get", ".")
SHELLS = {"sh", "bash", "console"}
NOT_RUN = {"", "text", "systemverilog", "toml", "json"}
PLACEHOLDER = re.compile(r"<|…|\.\.\.|\*|(?<![\w.])[A-Z]{3,}(?![\w.])")

Step = tuple[str, str]  # what it is (python, command, file name, other), and its text


def steps_of(page: Path) -> Iterator[Step]:
    """What a page shows, in order."""
    before, language, block = "", None, list[str]()
    for line in page.read_text().splitlines():
        if line.startswith("```"):
            if language is None:
                language, block = line[3:].strip(), []
                continue
            yield from _block(language, "\n".join(block) + "\n", before)
            language, before = None, ""
        elif language is not None:
            block.append(line)
        else:
            if line.startswith("    ") and line.split()[0] in PROGRAMS:
                yield "command", line.strip()
            for text in re.findall(r"(?<!`)`([^`]+)`(?!`)", line):
                if is_command(text):
                    yield "command", text
            before = line or before


def _block(language: str, text: str, before: str) -> Iterator[Step]:
    named = re.search(r"`([\w./-]+\.\w+)`:$", before)
    if named:
        yield named[1], text
    elif language in SHELLS:
        for line in text.replace("\\\n", " ").splitlines():
            if line.strip() and not line.startswith("#"):
                yield "command", line.removeprefix("$ ").strip()
    else:
        yield language, text


def is_command(text: str) -> bool:
    """Whether what stands in backquotes is something to type."""
    words = text.removeprefix(".venv/bin/").split()
    return len(words) > 1 and words[0] in PROGRAMS and words[1] not in ("=", "package")


def check_litho(words: list[str], text: str) -> bool:
    """Hold a command against what the verbs take; say whether it is whole and can be run."""
    command: click.Command = litho
    context = click.Context(litho, info_name="litho")
    rest = words[1:]
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        found = command.get_command(context, rest.pop(0))
        assert found is not None, text
        command = found
    options = {name for item in command.params for name in item.opts} | {"--help"}
    wanted = {word.split("=")[0] for word in rest if word.startswith("--")}
    assert wanted <= options, text
    takes = any(isinstance(item, click.Argument) for item in command.params)
    is_name = isinstance(command, click.Group) or (takes and not rest)
    if PLACEHOLDER.search(text) or is_name:
        return False
    try:
        command.make_context(command.name, list(rest))
    except (click.MissingParameter, click.BadOptionUsage):
        return False
    return True


def do(text: str, folder: Path) -> None:
    """Run a command of a page, or the part of it that is quick."""
    for start, test in ELSEWHERE.items():
        if text.startswith(start):
            path, _, name = test.partition("::")
            assert f"def {name}(" in (ROOT / path).read_text()
            assert all((ROOT / word).is_file() for word in text.split() if word.startswith(start))
            return
    if text.startswith(NOT_HERE):
        return
    words = shlex.split(text.removeprefix(".venv/bin/"))
    if words[0] == "litho":
        if check_litho(words, text):
            with pytest.raises(SystemExit) as left:
                main(words[1:])
            assert left.value.code == 0, text
    elif words[0] == "make":
        run(["make", "-n", *words[1:]], ROOT)
    elif words[0] == "pytest":
        check_pytest(words[1:], text)
    elif not PLACEHOLDER.search(text):
        run([sys.executable, *words[1:]], folder)


def check_pytest(words: list[str], text: str) -> None:
    """Hold a call of pytest against the tests that there are; it is not made here."""
    paths, _, wanted = " ".join(words).partition(" -k ")
    assert [name for name in collected(paths) if wanted in name] != [], text


@cache
def collected(paths: str) -> tuple[str, ...]:
    """The names of the tests below `paths`."""
    command = [sys.executable, "-m", "pytest", "-q", "--collect-only", *paths.split()]
    return tuple(name for name in run(command, ROOT).splitlines() if "::" in name)


def run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return done.stdout


@pytest.fixture(scope="session")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the digits in a few seconds."""
    tables = {
        "task": "digits",
        "model": {"name": "mlp", "options": {"hidden": [4]}},
        "train": {"epochs": 2},
        "quantize": [{"weights": "fixed5", "inputs": "ufixed4"}],
        "hardware": {"device": "ecp5-25k"},
    }
    return api.run(tables, tmp_path_factory.mktemp("runs") / "digits").folder


SHOWN = [page for page in PAGES if any(True for _ in steps_of(page))]


@pytest.mark.parametrize("page", SHOWN, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_page_shows_runs(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_run: Path
) -> None:
    for name in SMALL_RUNS:
        if name in page.read_text():
            shutil.copytree(small_run, tmp_path / name)
    for name in ("benchmarks", "configs", "examples", "src", "tests"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    names: dict[str, Any] = {"__name__": "__main__"}
    for kind, text in steps_of(page):
        if kind == "command":
            do(text, tmp_path)
        elif kind == "python":
            exec(compile(text, str(page), "exec"), names)
        elif "." in kind:
            Path(kind).parent.mkdir(parents=True, exist_ok=True)
            Path(kind).write_text(text)
        else:
            assert kind in NOT_RUN, f"{page.name} has a block of {kind!r}"


@pytest.mark.parametrize("text", ["litho emit --interval 3 --lanes 4", "litho paint x", "make all"])
def test_a_command_that_is_wrong_is_found(text: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        do(text, tmp_path)


def test_steps_come_in_the_order_of_the_page(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "Type `litho list ops`, not `a b`; write `my/net.py`:\n\n"
        "```python\nx = 1\n```\n\n    make demo\n\n```sh\n# says\nlitho \\\n  doctor\n```\n"
    )
    assert list(steps_of(page)) == [
        ("command", "litho list ops"),
        ("my/net.py", "x = 1\n"),
        ("command", "make demo"),
        ("command", "litho    doctor"),
    ]


@pytest.mark.parametrize(
    ("shell", "start"), [("bash", "_litho_completion() {"), ("zsh", "#compdef")]
)
def test_the_lines_for_completion_are_those_of_the_page(shell: str, start: str) -> None:
    line = f"_LITHO_COMPLETE={shell}_source litho"
    assert line in (ROOT / "docs" / "python.md").read_text()
    done = subprocess.run(
        [sys.executable, "-c", "from litho.app import main; main()"],
        env={**os.environ, "_LITHO_COMPLETE": f"{shell}_source"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith(start)
