"""What a stage is, and how a chain of stages is brought up to date."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, Protocol

from litho.flow.closure import closures_of
from litho.flow.config import Config
from litho.flow.digests import digest_of, files_digest, tree_digest
from litho.flow.facts import read_facts, write_facts
from litho.flow.operations import check_operations, sources_digest
from litho.tools import cached

__all__ = ["SILENT", "Context", "Stage", "Watcher", "bring_up", "identity_of"]

_RECORD = "stage"  # the facts of a stage that has ended, in its own folder
# Who mentions it loads the user's operations; who mentions one of these reads their hardware.
_OPERATIONS = "litho.ops:registry"
_HDL_FINDERS = frozenset({"litho.rtl.library:shared_modules", "litho.rtl.library:sources_of"})


class Watcher(Protocol):
    """Who is told how a run proceeds."""

    def begin(self, stage: str) -> None:
        """A stage starts to work."""
        ...

    def advance(self, done: int, total: int) -> None:
        """The stage has done so many of its steps."""
        ...

    def end(self, stage: str, seconds: float, was_cached: bool) -> None:
        """A stage has its result."""
        ...

    def say(self, text: str) -> None:
        """Something worth a line for who wants to know more."""
        ...


class _Silent:
    """A watcher that does not look."""

    def begin(self, stage: str) -> None:
        """Do nothing."""

    def advance(self, done: int, total: int) -> None:
        """Do nothing."""

    def end(self, stage: str, seconds: float, was_cached: bool) -> None:
        """Do nothing."""

    def say(self, text: str) -> None:
        """Do nothing."""


SILENT: Watcher = _Silent()


@dataclass(frozen=True, slots=True)
class Context:
    """What a stage works with: the configuration, its own empty folder, those of its needs."""

    config: Config
    folder: Path
    needs: Mapping[str, Path]
    watcher: Watcher

    @property
    def logs(self) -> Path:
        """The folder for logs of outside programs, inside the stage's own."""
        path = self.folder / "logs"
        path.mkdir(exist_ok=True)
        return path


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of a run.

    `needs` names the stages whose folders it reads. `facts(config)` is everything else that its
    result depends on, versions of outside programs included, in a form that JSON can hold.
    `work(context)` fills `context.folder`; what it uses of litho's sources, and of the user's
    operations, counts by itself (`litho.flow.closure`).
    """

    name: str
    needs: tuple[str, ...]
    facts: Callable[[Config], Any]
    work: Callable[[Context], None]


def bring_up(
    stages: tuple[Stage, ...], config: Config, watcher: Watcher = SILENT
) -> dict[str, Path]:
    """Give the folder of each stage by name, made now where the cache does not have it.

    The user's operations are loaded and all facts gathered before the first stage works: a fault in
    an operation or a tool that is absent is told at once.
    """
    check_operations(config)
    origins = _origins_of(stages, config)
    folders: dict[str, Path] = {}
    for stage, origin in zip(stages, origins, strict=True):
        needs = {name: identity_of(folders[name]) for name in stage.needs}
        key = digest_of({"origin": origin, "needs": needs})
        folders[stage.name] = _made(stage, key, config, folders, watcher)
    return folders


def identity_of(folder: Path) -> str:
    """Give the name of a stage's result: its key, and what was made under it.

    A result that is lost and made again need not have the same bits, float products least of all:
    with the key alone, what was made from the first would pass for what follows from the second.
    """
    return digest_of([folder.name, read_facts(folder, _RECORD)["content"]])


def _origins_of(stages: tuple[Stage, ...], config: Config) -> list[list[Any]]:
    """Give of each stage its sources and facts: what its result depends on beside its needs."""
    facts = [stage.facts(config) for stage in stages]
    closures = closures_of([stage.work for stage in stages])
    operations = cache(partial(sources_digest, config))
    origins: list[list[Any]] = []
    for fact, closure in zip(facts, closures, strict=True):
        reads_hdl = not _HDL_FINDERS.isdisjoint(closure.names)
        sources = [closure.digest, files_digest(closure.files(reads_hdl))]
        if _OPERATIONS in closure.names:
            sources.append(operations(reads_hdl))
        origins.append([sources, fact])
    return origins


def _made(
    stage: Stage, key: str, config: Config, folders: Mapping[str, Path], watcher: Watcher
) -> Path:
    def work(folder: Path) -> None:
        watcher.begin(stage.name)
        stage.work(Context(config, folder, {name: folders[name] for name in stage.needs}, watcher))
        seconds = round(time.monotonic() - started, 2)
        write_facts(folder, _RECORD, {"seconds": seconds, "content": tree_digest(folder)})

    started = time.monotonic()
    folder, is_new = cached(f"stages/{stage.name}", key, work)
    watcher.end(stage.name, time.monotonic() - started, not is_new)
    return folder
