"""How a result shows itself: text in a terminal, tables in a notebook, JSON to machines."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

__all__ = ["Shown", "Table", "columns"]

_CELL = "padding: 2px 12px 2px 4px"
_LEFT = f"{_CELL}; text-align: left"
_RIGHT = f"{_CELL}; text-align: right; font-variant-numeric: tabular-nums"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headers; `numbers` names the headers whose cells are set flush right."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The table for a terminal."""
        return columns(self.headers, self.rows)

    @property
    def html(self) -> str:
        """The table for a page."""
        styles = [_RIGHT if name in self.numbers else _LEFT for name in self.headers]
        head = _row("th", self.headers, styles)
        body = "".join(_row("td", row, styles) for row in self.rows)
        return f"<table><thead>{head}</thead><tbody>{body}</tbody></table>"

    @property
    def records(self) -> list[dict[str, str]]:
        """The rows, each as a mapping from the headers."""
        return [dict(zip(self.headers, row, strict=True)) for row in self.rows]


class Shown:
    """A result that shows itself: its tables, and the lines of text under them.

    What `record` gives is what `--json` of the verb prints.
    """

    def tables(self) -> Iterable[Table]:
        """Give the tables."""
        return ()

    def lines(self) -> Iterable[str]:
        """Give the lines of text."""
        return ()

    def record(self) -> Any:
        """Give the result as JSON holds it."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return "\n".join((*(table.text for table in self.tables()), *self.lines()))

    def _repr_html_(self) -> str:
        tables = (f'<div style="overflow-x: auto">{table.html}</div>' for table in self.tables())
        return "".join((*tables, *(f"<p>{escape(line)}</p>" for line in self.lines())))


def columns(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Give rows under `headers` as text, each column as wide as its widest cell."""
    lines = [tuple(headers), *(tuple(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headers))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _row(tag: str, cells: Sequence[str], styles: Sequence[str]) -> str:
    parts = (
        f'<{tag} style="{style}">{escape(cell)}</{tag}>'
        for cell, style in zip(cells, styles, strict=True)
    )
    return f"<tr>{''.join(parts)}</tr>"
