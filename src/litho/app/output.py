"""What the verbs print: tables for people, JSON for machines, progress on stderr."""

import json
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

__all__ = ["Progress", "print_json", "print_table"]


def print_json(value: Any) -> None:
    """Print `value` as JSON on stdout."""
    print(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def print_table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under `headers`, each column as wide as its widest cell."""
    lines = [tuple(headers), *(tuple(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headers))]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        print("  ".join(cells).rstrip())


class Progress:
    """Tells on stderr how a run proceeds: a spinner where it is a terminal, else lines."""

    def __init__(self, is_verbose: bool = False) -> None:
        self._is_verbose = is_verbose
        self._spinner: AbstractContextManager[Any] | None = None

    def begin(self, stage: str) -> None:
        """Show that `stage` works."""
        if sys.stderr.isatty():
            from rich.console import Console

            self._spinner = Console(stderr=True).status(f"{stage} …")
            self._spinner.__enter__()

    def end(self, stage: str, seconds: float, was_cached: bool) -> None:
        """Show that `stage` has its result."""
        self.close()
        took = "cached" if was_cached else f"{seconds:.1f} s"
        print(f"{stage:<12}{took:>10}", file=sys.stderr)

    def say(self, text: str) -> None:
        """Show `text` when asked for more."""
        if self._is_verbose:
            print(f"  {text}", file=sys.stderr)

    def close(self) -> None:
        """Take the spinner off the terminal."""
        if self._spinner is not None:
            self._spinner.__exit__(None, None, None)
            self._spinner = None
