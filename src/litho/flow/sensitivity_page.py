"""What a study leaves in its folder: its record, tables, pictures and page."""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from litho.errors import DataError
from litho.report import (
    Chart,
    Curve,
    Drawing,
    Provenance,
    StudyPage,
    Table,
    csv_of,
    draw_chart,
    render_study,
    tables_of,
    write_file,
)

if TYPE_CHECKING:
    from litho.compress.sensitivity import Interval, Row

__all__ = ["StudyRecord", "case_rows", "draw_study", "rank_rows", "read_study", "write_study"]

_PLOTS = "plots"
_AT_ONCE = {
    "layer": "One layer {} at a time",
    "kind": "One kind of matrix {} in all layers",
    "matrix": "One matrix {} at a time",
}
_ENDS = ("", "_low", "_high")


@dataclass(frozen=True, slots=True)
class StudyRecord:
    """What `result.json` of a study holds.

    `samples` were judged; intervals are those of `resamples`. `score` said what is dropped; `rank`
    are the sparsities and formats at which targets are ranked. `base` is the accuracy of the
    network as it is, and `rows` has one for each case.
    """

    title: str
    metric: str
    samples: int
    resamples: int
    score: str
    rank: tuple[float | str, ...]
    base: "Interval"
    rows: "tuple[Row, ...]"
    provenance: Provenance


def write_study(folder: Path, record: StudyRecord) -> Path:
    """Write tables, pictures and page of a study into `folder`, and its record last."""
    draw_study(folder, record)
    tables = {**tables_of(record), "rows": [tables_of(row) for row in record.rows]}
    text = json.dumps(tables, indent=2, ensure_ascii=False, allow_nan=False)
    return write_file(folder / "result.json", text + "\n")


def read_study(path: Path) -> StudyRecord:
    """Read the `result.json` of a study; raises `DataError`, naming the file, when it is none."""
    from litho.compress.sensitivity import Interval, Row

    def row(facts: Mapping[str, Any]) -> Row:
        ends = {name: Interval(**facts[name]) for name in ("accuracy", "drop")}
        return Row(**{"achieved": None, **facts, **ends})

    try:
        facts = json.loads(path.read_text())
        parts = {
            "rank": tuple(facts["rank"]),
            "base": Interval(**facts["base"]),
            "rows": tuple(row(item) for item in facts["rows"]),
            "provenance": Provenance(**facts["provenance"]),
        }
        return StudyRecord(**{**facts, **parts})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"a finished study must have a record of its cases, and {path} is none: {error!r};"
            " run `litho run` again and it continues"
        ) from error


def draw_study(folder: Path, record: StudyRecord) -> Path:
    """Write into `folder` what people look at, and give the path of the page.

    These are `sensitivity.csv`, `ranking.csv`, `report.html`, and pictures in `plots`.
    """
    headers, rows = case_rows(record)
    write_file(folder / "sensitivity.csv", csv_of(headers, rows))
    write_file(folder / "ranking.csv", csv_of(*rank_rows(record)))
    page = StudyPage(
        title=record.title,
        metric=record.metric,
        tiles=tuple(_tiles(record)),
        pictures=tuple(_pictures(folder, record)),
        rankings=tuple(_rankings(record)),
        cases=Table(headers, rows, headers[2:]),
        provenance=record.provenance,
        config=(folder / "config.toml").read_text(),
        command="litho run config.toml",
    )
    return write_file(folder / "report.html", render_study(page))


def case_rows(record: StudyRecord) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Give headers, and a row for the network as it is and for each case."""
    headers = (
        *("group", "target", "shape", "sparsity", "format", "achieved", "matrices", "weights"),
        *(f"{name}{end}" for name in ("accuracy", "drop") for end in _ENDS),
    )
    blank = ("as it is", *("",) * 7, *_numbers(record.base), *("",) * 3)
    return headers, (blank, *(_case_row(row) for row in record.rows))


def _case_row(row: "Row") -> tuple[str, ...]:
    value = (str(row.value), "") if row.shape else ("", str(row.value))
    achieved = "" if row.achieved is None else f"{row.achieved:.6g}"
    sizes = (str(row.matrices), str(row.weights))
    ends = (*_numbers(row.accuracy), *_numbers(row.drop))
    return row.group, row.target, row.shape, *value, achieved, *sizes, *ends


def _numbers(found: "Interval") -> tuple[str, str, str]:
    return f"{found.mean:.6f}", f"{found.low:.6f}", f"{found.high:.6f}"


def rank_rows(record: StudyRecord) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Give headers, and a row for each target at each place of each ranking."""
    headers = ("group", "shape", "at", "rank", "target", *(f"drop{end}" for end in _ENDS))
    rows = (
        (group, shape, str(value), str(place), row.target, *_numbers(row.drop))
        for group, shape, value, ranked in _ranked(record)
        for place, row in enumerate(ranked, 1)
    )
    return headers, tuple(rows)


def _ranked(
    record: StudyRecord,
) -> "Iterator[tuple[str, str, float | str, tuple[Row, ...]]]":
    """Give group, shape, value and the rows, the most sensitive first, of each ranking."""
    from litho.compress.sensitivity import ranking

    found = dict.fromkeys((row.group, row.shape, row.value) for row in record.rows)
    for group, shape, value in found:
        if value in record.rank:
            yield group, shape, value, ranking(record.rows, group, shape, value)


def _rankings(record: StudyRecord) -> Iterator[tuple[str, Table]]:
    """Give a table for each ranking under its title."""
    headers = ("rank", "target", "weights", "drop", "interval of the drop", record.metric)
    for group, shape, value, ranked in _ranked(record):
        rows = tuple(
            (
                str(place),
                row.target,
                str(row.weights),
                f"{row.drop.mean:.4f}",
                f"{row.drop.low:.4f} to {row.drop.high:.4f}",
                f"{row.accuracy.mean:.4f}",
            )
            for place, row in enumerate(ranked, 1)
        )
        title = f"{_title(record, group, shape)}, {_at(shape, value)}"
        yield title, Table(headers, rows, tuple(name for name in headers if name != "target"))


def _title(record: StudyRecord, group: str, shape: str) -> str:
    """Say what is done to targets of a group; `shape` is "" where it is quantized."""
    done = _AT_ONCE[group].format("pruned" if shape else "quantized")
    return f"{done} ({shape}, {record.score})" if shape else done


def _at(shape: str, value: float | str) -> str:
    return f"at sparsity {value}" if shape else f"to {value}"


def _tiles(record: StudyRecord) -> Iterator[tuple[str, str, str]]:
    base = record.base
    ends = f"{100 * base.low:.2f} to {100 * base.high:.2f} %"
    yield f"{100 * base.mean:.2f} %", f"{record.metric} as it is", ends
    yield str(record.samples), "samples judged", "the same in every case"
    yield str(len(record.rows)), "cases", "targets by what is done to them"
    told = set()
    for group, shape, value, ranked in _ranked(record):
        if group not in told:
            told.add(group)
            first, what = ranked[0], f"{shape} {_at(shape, value)}".strip()
            label = f"lost with the most sensitive {group}"
            yield f"{100 * first.drop.mean:.2f} points", label, f"{first.target}, {what}"


def _pictures(folder: Path, record: StudyRecord) -> Iterator[Drawing]:
    """Draw layers and kinds, a picture for each shape, for N:M and for formats; into files too."""
    place = folder / _PLOTS
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    rows = [row for row in record.rows if row.group != "matrix"]
    for group, shape in dict.fromkeys((row.group, _family(row)) for row in rows):
        found = [row for row in rows if (row.group, _family(row)) == (group, shape)]
        chart = _chart(record, group, shape, found)
        picture, image = draw_chart(chart)
        name = f"{group}-{shape.replace(':', '-') or 'formats'}"
        write_file(place / f"{name}.svg", picture)
        write_file(place / f"{name}.png", image)
        yield Drawing(chart.title, picture)


def _family(row: "Row") -> str:
    """Give the shapes that are drawn together: all N:M, which have one sparsity each."""
    return "N:M" if ":" in row.shape else row.shape


def _chart(record: StudyRecord, group: str, shape: str, rows: "Sequence[Row]") -> Chart:
    """Give a curve for each target; layers, which have an order, have the colours of one."""
    targets = list(dict.fromkeys(row.target for row in rows))
    labels = _short(targets) if group == "layer" else targets
    is_grouped = shape == "N:M"
    curves = [
        Curve(
            label,
            tuple(
                (row.shape if is_grouped else row.value, _paired(record.base, row))
                for row in rows
                if row.target == target
            ),
        )
        for label, target in zip(labels, targets, strict=True)
    ]
    return Chart(
        title=_title(record, group, shape),
        x_label="kept of each group" if is_grouped else "sparsity" if shape else "format",
        y_label=record.metric,
        curves=(*curves, Curve("as it is", ((None, _exact(record.base)),))),
        bands=True,
        ordered=group == "layer",
    )


def _paired(base: "Interval", row: "Row") -> "Interval":
    """Give the accuracy of a row between the ends of its drop from `base`."""
    drop = row.drop
    return type(drop)(row.accuracy.mean, base.mean - drop.high, base.mean - drop.low)


def _exact(base: "Interval") -> "Interval":
    """Give the accuracy that drops count from, which has no ends in their picture."""
    return type(base)(base.mean, base.mean, base.mean)


def _short(paths: Sequence[str]) -> list[str]:
    """Give paths without the parts that all of them begin with, but for the last two parts."""
    split = [path.split(".") for path in paths]
    shared = 0
    for parts in zip(*split, strict=False):
        if len(set(parts)) > 1:
            break
        shared += 1
    return [".".join(parts[max(0, min(shared, len(parts) - 2)) :]) for parts in split]
