"""The command line in a terminal: progress bars, completion, and JSON from every verb."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from litho.app.main import litho, main
from litho.app.output import Progress, working

COMMAND = "from litho.app import main; main()"
VERBS = litho.list_commands(click.Context(litho))


def commands(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    """A verb, or each of the verbs below it."""
    if isinstance(command, click.Group):
        for below in command.list_commands(click.Context(command)):
            found = command.get_command(click.Context(command), below)
            assert found is not None
            yield from commands(f"{name} {below}", found)
    else:
        yield name, command


def every_command() -> list[tuple[str, click.Command]]:
    found = []
    for verb in VERBS:
        command = litho.get_command(click.Context(litho), verb)
        assert command is not None
        found += commands(verb, command)
    return found


@pytest.mark.parametrize(("name", "command"), every_command(), ids=lambda value: str(value)[:20])
def test_every_verb_has_json(name: str, command: click.Command) -> None:
    assert "--json" in {option for item in command.params for option in item.opts}, name


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> object:
    with pytest.raises(SystemExit) as left:
        main([*arguments, "--json"])
    assert left.value.code == 0
    return json.loads(capsys.readouterr().out)


def test_json_is_all_that_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("model_of_json.py").write_text(MODEL)
    captured = printed(
        capsys, "capture", "model_of_json.py:make", "--input", "1,4", "--lower", "--out", "g"
    )
    assert captured == {"graph": "g/graph.ir", "nodes": 1, "is_lowered": True}
    assert printed(capsys, "draw", "g") == {"drawing": "g/graph.svg"}
    emitted = printed(capsys, "emit", "g", "--out", "g/design")
    assert isinstance(emitted, dict)
    assert emitted["folder"] == "g/design"
    estimated = printed(capsys, "estimate", "g")
    assert isinstance(estimated, dict)
    assert estimated["timing"] == emitted["timing"]
    simulated = printed(capsys, "simulate", "g", "--samples", "2")
    assert isinstance(simulated, dict)
    assert simulated["timing"] == emitted["timing"]


MODEL = """\
import torch
from torch import nn
import litho


def make():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 2))
    rule = litho.QuantizeRule("*", weights="fixed4", inputs="fixed4")
    litho.quantize(model, rule, torch.rand(8, 4))
    return model
"""


def on_a_terminal(code: str) -> str:
    """What a program shows on the terminal that its stderr is."""
    ours, theirs = pty.openpty()
    done = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "80"},
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # Linux says so when the other end is closed
            break
        if not part:
            break
        shown += part
    os.close(ours)
    assert done.wait() == 0, shown.decode()
    return shown.decode()


def test_a_terminal_shows_a_bar_that_grows() -> None:
    shown = on_a_terminal(
        "from litho.app.output import Progress\n"
        "progress = Progress()\n"
        "progress.begin('train')\n"
        "for epoch in range(4):\n"
        "    progress.advance(epoch + 1, 4)\n"
        "    progress._bars.refresh()\n"
        "progress.end('train', 1.0, False)\n"
    )
    assert "train" in shown
    assert "━" in shown
    assert shown.rstrip().endswith("1.0 s")


def test_a_terminal_shows_that_a_verb_works() -> None:
    shown = on_a_terminal("from litho.app.output import working\nwith working('emit'): pass\n")
    assert "emit" in shown


def test_no_bar_is_drawn_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with working("emit"):
        pass
    progress = Progress()
    progress.begin("train")
    progress.advance(1, 4)
    progress.end("train", 1.0, False)
    assert capsys.readouterr().err == "train            1.0 s\n"


def complete(shell: str, words: str, **more: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", COMMAND],
        env={**os.environ, "_LITHO_COMPLETE": f"{shell}_complete", "COMP_WORDS": words, **more},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize(
    ("shell", "hook"),
    [
        ("bash", "complete -o nosort -F _litho_completion litho"),
        ("zsh", "compdef _litho_completion litho"),
        ("fish", 'complete --no-files --command litho --arguments "(_litho_completion)"'),
    ],
)
def test_each_shell_is_given_its_completion(shell: str, hook: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", COMMAND],
        env={**os.environ, "_LITHO_COMPLETE": f"{shell}_source"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert hook in done.stdout


def test_verbs_options_and_choices_are_completed() -> None:
    assert complete("bash", "litho si", COMP_CWORD="1") == "plain,simulate\n"
    assert complete("bash", "litho emit --sh", COMP_CWORD="2") == "plain,--share\n"
    assert complete("bash", "litho list dev", COMP_CWORD="2") == "plain,devices\n"
    assert complete("zsh", "litho synthesize x --device ice", COMP_CWORD="4").split()[:2] == [
        "plain",
        "ice40-hx8k",
    ]
    assert complete("fish", "litho estimate x --device", COMP_CWORD="xc7a3").split(",")[1:] == [
        "xc7a35t\n"
    ]
