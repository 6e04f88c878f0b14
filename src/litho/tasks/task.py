"""Tasks by name."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from litho.errors import ConfigError
from litho.tasks.data import Data
from litho.tasks.digits import load_digits
from litho.tasks.sentences import load_sentences
from litho.tasks.text import (
    files_of_imdb,
    files_of_qnli,
    files_of_sst2,
    load_imdb,
    load_qnli,
    load_sst2,
)

__all__ = ["TASKS", "Task", "find"]

Options = Mapping[str, Any]


class Loader(Protocol):
    """What gives the data of a task: from a seed, the folder of data files, and options."""

    __doc__: str | None

    def __call__(
        self, seed: int, folder: Path | None = None, options: Options | None = None
    ) -> Data:
        """Give the data; raises `DataError` when there are none, `ConfigError` for options."""
        ...


class Finder(Protocol):
    """What finds the files that a loader reads."""

    def __call__(
        self, folder: Path | None = None, options: Options | None = None
    ) -> tuple[Path, ...]:
        """Give the files; raises as the loader does."""
        ...


def _no_files(folder: Path | None = None, options: Options | None = None) -> tuple[Path, ...]:
    del folder, options
    return ()


@dataclass(frozen=True, slots=True)
class Task:
    """A data set by name, with the metric it is judged by.

    `load(seed, folder, options)` splits it by the seed; `folder` is where data files lie, None
    for the one that LITHO_DATA names. `files(folder, options)` are the files that `load` would
    read, whose content decides what it gives.
    """

    name: str
    metric: str
    load: Loader
    files: Finder = _no_files


def find(name: str) -> Task:
    """Give the task called `name`; raises `ConfigError` when there is none."""
    if name in TASKS:
        return TASKS[name]
    near = difflib.get_close_matches(name, TASKS, n=1)
    raise ConfigError(
        f"task must be one of {', '.join(sorted(TASKS))}, not {name!r}"
        + (f"; did you mean {near[0]!r}?" if near else "")
    )


TASKS = {
    task.name: task
    for task in (
        Task("digits", "accuracy", load_digits),
        Task("sentences", "accuracy", load_sentences),
        Task("imdb", "accuracy", load_imdb, files_of_imdb),
        Task("sst2", "accuracy", load_sst2, files_of_sst2),
        Task("qnli", "accuracy", load_qnli, files_of_qnli),
    )
}
