"""What the verbs print: tables for people, JSON for machines, progress on stderr."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    from litho.api.show import Shown

__all__ = ["Progress", "advancing", "json_option", "print_json", "print_table", "show", "working"]

_Verb = Callable[..., None]


def json_option(verb: _Verb) -> _Verb:
    """Give a verb the option `--json`, which every verb has."""
    return click.option("--json", "is_json", is_flag=True, help="Print JSON.")(verb)


def show(result: "Shown", is_json: bool) -> None:
    """Print a result on stdout, for a person or for a machine."""
    if is_json:
        print_json(result.record())
    else:
        print(result)


def print_json(value: Any) -> None:
    """Print `value` as JSON on stdout."""
    print(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def print_table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under `headers`, each column as wide as its widest cell."""
    from litho.api.show import columns

    print(columns(headers, rows))


class Progress:
    """Tells on stderr how a run proceeds: a bar where it is a terminal, and a line a stage."""

    def __init__(self, is_verbose: bool = False) -> None:
        self._is_verbose = is_verbose
        self._bars: Bars | None = None
        self._bar: TaskID | None = None
        self._stage = ""

    def begin(self, stage: str) -> None:
        """Show that `stage` works; how long it takes is not known yet."""
        self._stage = stage
        if sys.stderr.isatty():
            self._bars = _bars()
            self._bar = self._bars.add_task(stage, total=None)
            self._bars.start()

    def advance(self, done: int, total: int) -> None:
        """Show that `done` of `total` steps of the stage are done."""
        if self._bars is not None and self._bar is not None:
            self._bars.update(self._bar, completed=done, total=total)

    def end(self, stage: str, seconds: float, was_cached: bool) -> None:
        """Show that `stage`, or a part of the one that works, has its result."""
        if stage == self._stage:
            self.close()
        took = "cached" if was_cached else f"{seconds:.1f} s"
        self._line(f"{stage:<12}{took:>10}")

    def say(self, text: str) -> None:
        """Show `text` when asked for more."""
        if self._is_verbose:
            self._line(f"  {text}")

    def _line(self, text: str) -> None:
        """Write a line on stderr, above the bar if there is one."""
        if self._bars is None:
            print(text, file=sys.stderr)
        else:
            self._bars.console.print(text, markup=False, highlight=False)

    def close(self) -> None:
        """Take the bar off the terminal."""
        if self._bars is not None:
            self._bars.stop()
            self._bars = None


def _bars() -> "Bars":
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show on a terminal that `what` is being done, as long as it is."""
    with advancing(what):
        yield


@contextmanager
def advancing(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show on a terminal that `what` is being done; what is given tells how far it is."""
    progress = Progress()
    progress.begin(what)
    try:
        yield progress.advance
    finally:
        progress.close()
