"""A chain of stages: each result is whole or absent, and is made once."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest

from litho.errors import ConfigError
from litho.flow.config import Config, Hardware, Model, Quantize
from litho.flow.digests import digest_of
from litho.flow.stage import Context, Stage, bring_up

CONFIG = Config(
    task="digits",
    model=Model(name="mlp"),
    quantize=(Quantize(),),
    hardware=Hardware(device="ecp5-25k"),
)

KILLED_IN_THE_SECOND_STAGE = """
import os, signal
from test_stage import CONFIG, stage, bring_up

def die(context):
    (context.folder / "half").write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)

bring_up((stage("first"), stage("second", ("first",), work=die)), CONFIG)
"""


@dataclass
class Log:
    """A watcher that remembers."""

    lines: list[tuple[str, bool]] = field(default_factory=list)

    def begin(self, stage: str) -> None:
        """Do nothing."""

    def advance(self, done: int, total: int) -> None:
        """Do nothing."""

    def end(self, stage: str, seconds: float, was_cached: bool) -> None:
        """Remember."""
        del seconds
        self.lines.append((stage, was_cached))

    def say(self, text: str) -> None:
        """Do nothing."""


def write(context: Context) -> None:
    texts = [(path / "made").read_text() for path in context.needs.values()]
    (context.folder / "made").write_text("+".join([*texts, str(context.config.seed)]))


def stage(
    name: str,
    needs: tuple[str, ...] = (),
    facts: Callable[[Config], Any] = lambda config: config.task,
    work: Callable[[Context], None] = write,
) -> Stage:
    return Stage(name, needs, facts, work)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LITHO_CACHE", str(tmp_path / "cache"))


def test_a_chain_is_made_once() -> None:
    chain, log = (stage("first"), stage("second", ("first",))), Log()
    folders = bring_up(chain, CONFIG, log)
    assert (folders["second"] / "made").read_text() == "0+0"
    assert bring_up(chain, CONFIG, log) == folders
    assert log.lines == [("first", False), ("second", False), ("first", True), ("second", True)]


def test_a_changed_fact_makes_its_stage_and_those_that_need_it_again() -> None:
    chain = (
        stage("first"),
        stage("second", ("first",), lambda config: config.seed),
        stage("third", ("second",)),
    )
    log = Log()
    bring_up(chain, CONFIG)
    folders = bring_up(chain, msgspec.structs.replace(CONFIG, seed=1), log)
    assert log.lines == [("first", True), ("second", False), ("third", False)]
    assert (folders["third"] / "made").read_text() == "0+1+1"


def test_a_result_made_again_with_other_bits_makes_those_that_need_it_again() -> None:
    written = ["0"]

    def draw(context: Context) -> None:
        (context.folder / "made").write_text(written[0])

    chain = (stage("first", work=draw), stage("second", ("first",)))
    first = bring_up(chain, CONFIG)
    for bits, is_kept in (("0", True), ("1", False)):
        written[0], log = bits, Log()
        shutil.rmtree(first["first"])
        folders = bring_up(chain, CONFIG, log)
        assert log.lines == [("first", False), ("second", is_kept)]
        assert (folders["second"] / "made").read_text() == f"{bits}+0"


def test_a_stage_that_fails_is_made_again() -> None:
    def fail(context: Context) -> None:
        (context.folder / "made").write_text("half")
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        bring_up((stage("first", work=fail),), CONFIG)
    log = Log()
    folders = bring_up((stage("first"),), CONFIG, log)
    assert log.lines == [("first", False)]
    assert (folders["first"] / "made").read_text() == "0"


def test_a_killed_run_continues_where_it_stood() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", KILLED_IN_THE_SECOND_STAGE],
        cwd=Path(__file__).parent,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL
    log = Log()
    folders = bring_up((stage("first"), stage("second", ("first",))), CONFIG, log)
    assert log.lines == [("first", True), ("second", False)]
    assert {path.name for path in folders["second"].iterdir()} == {"made", "stage.json"}


def test_a_fault_in_an_operation_is_told_before_the_first_stage_works(tmp_path: Path) -> None:
    folder = tmp_path / "users_faulty"
    folder.mkdir()
    (folder / "__init__.py").write_text("OP = 1 / 0\n")
    log = Log()
    with pytest.raises(ConfigError, match=r"users_faulty.*ZeroDivisionError: division by zero"):
        bring_up((stage("first"),), msgspec.structs.replace(CONFIG, ops=(str(folder),)), log)
    assert not log.lines
    assert not (tmp_path / "cache" / "stages").exists()


def test_digests_depend_on_content_not_on_the_order_of_keys() -> None:
    assert digest_of({"a": 1, "b": [2]}) == digest_of({"b": [2], "a": 1})
    assert digest_of({"a": 1}) != digest_of({"a": 2})
