"""A sweep from its points to a folder with a run each, a table, a picture, the best checkpoint."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from litho.errors import ConfigError, DataError, SweepError
from litho.flow.config import Config
from litho.flow.digests import digest_of
from litho.flow.folder import copy_tree
from litho.flow.points import Point, Sweep, is_sweep, read_sweep
from litho.flow.run import key_of, run
from litho.flow.stage import SILENT, Watcher
from litho.flow.start import BEST
from litho.flow.strict import read_toml
from litho.flow.sweep_page import POINTS, RULE, draw_sweep, provenance_of
from litho.flow.workers import Job, Outcome, work_through
from litho.report import PointResult, read_result, tables_of, write_file

__all__ = [
    "FinishedSweep",
    "best_of",
    "check_drawable",
    "draw_again",
    "is_sweep_folder",
    "points_in",
    "run_sweep",
]


@dataclass(frozen=True, slots=True)
class FinishedSweep:
    """A sweep that has ended: its folder, its points, the name of the best, if there is one."""

    folder: Path
    points: tuple[PointResult, ...]
    best: str | None


@dataclass(frozen=True, slots=True)
class _Run:
    """The run of a point, to be made in another process: its folder, its title, its log."""

    config: Config
    folder: Path
    title: str
    log: Path

    def do(self, watcher: Watcher) -> None:
        run(self.config, self.folder, watcher, self.title)


def run_sweep(
    sweep: Sweep,
    out: Path | None = None,
    watcher: Watcher = SILENT,
    title: str = "sweep",
    workers: int = 1,
) -> FinishedSweep:
    """Run the points of `sweep` in `workers` processes, and give the folder: `out`, or runs/<hash>.

    Each point is a run in a folder of its own below `points`; stages that are kept are not done
    again, those that points share are done once, and results do not depend on `workers`.
    `result.json` is written last. Raises `SweepError` after all points have ended when some have
    failed, and says which; `ConfigError` for a folder that cannot be written.
    """
    if sweep.plot:
        check_drawable("table [plot]")
    folder = out or Path("runs") / digest_of([key_of(point.config) for point in sweep.points])
    _prepare(folder, sweep)
    jobs = [
        _Run(point.config, folder / POINTS / point.name, f"{title}: {point.name}", _log(folder, at))
        for at, point in ((point.name, point) for point in sweep.points)
    ]
    outcomes = _work(sweep, jobs, workers, watcher)
    errors = {p.name: o.error for p, o in zip(sweep.points, outcomes, strict=True) if o.error}
    finished = _finish(folder, sweep, errors, title)
    if errors:
        raise SweepError(_failed(folder, errors, len(sweep.points)))
    return finished


def check_drawable(what: str) -> None:
    """Raise `ConfigError`, which begins with `what` is to be drawn, when there is no matplotlib."""
    if find_spec("matplotlib") is None:
        raise ConfigError(
            f"{what} must have matplotlib to draw with, which is not installed;"
            ' pip install "litho[plots]"'
        )


def _log(folder: Path, name: str) -> Path:
    return folder / "logs" / f"{name}.log"


def _prepare(folder: Path, sweep: Sweep) -> None:
    try:
        for name in (POINTS, "logs"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "result.json").unlink(missing_ok=True)
        write_file(folder / "config.toml", sweep.text)
    except OSError as error:
        raise ConfigError(
            f"the folder of the sweep must be writable, and {folder} is not:"
            f" {error.strerror or error}; give another with --out DIR"
        ) from error


def _work(sweep: Sweep, jobs: Sequence[Job], workers: int, watcher: Watcher) -> tuple[Outcome, ...]:
    """Run the jobs, one of each training first: the others find theirs done."""
    started, done = time.monotonic(), 0
    order = _order(sweep.points)
    watcher.begin("sweep")
    watcher.advance(0, len(jobs))

    def tell(number: int, outcome: Outcome) -> None:
        nonlocal done
        done += 1
        name = sweep.points[order[number]].name
        watcher.advance(done, len(jobs))
        watcher.end(f"{name} failed" if outcome.error else name, outcome.seconds, False)

    found = work_through([jobs[number] for number in order], workers, tell)
    watcher.end("sweep", time.monotonic() - started, False)
    places = {number: at for at, number in enumerate(order)}
    return tuple(found[places[number]] for number in range(len(jobs)))


def _order(points: Sequence[Point]) -> list[int]:
    """Give the numbers of the points, first one of each seed, then one of each, and so on."""
    turns: dict[int, int] = {}
    ranks = []
    for number, point in enumerate(points):
        turn = turns.get(point.config.seed, 0)
        turns[point.config.seed] = turn + 1
        ranks.append((turn, number))
    return [number for _, number in sorted(ranks)]


def _finish(folder: Path, sweep: Sweep, errors: dict[str, str], title: str) -> FinishedSweep:
    """Gather what the points came to, and write it where people look."""
    points = tuple(_point(folder, point, errors.get(point.name, "")) for point in sweep.points)
    best = best_of(points)
    if best:
        copy_tree(folder / POINTS / best, folder / BEST)
    draw_sweep(folder, sweep.plot, points, best, title)
    text = json.dumps(_record(points, best, title), indent=2, ensure_ascii=False, allow_nan=False)
    write_file(folder / "result.json", text + "\n")
    return FinishedSweep(folder, points, best)


def _point(folder: Path, point: Point, error: str) -> PointResult:
    result = None if error else read_result(folder / POINTS / point.name / "result.json")
    return PointResult(point.name, point.parameters, point.config.seed, result, error)


def best_of(points: Sequence[PointResult]) -> str | None:
    """Give the name of the best point, as `RULE` says; of equal ones the first."""
    found = [(point.name, point.result) for point in points if point.result]
    ranked = [
        (-result.accuracy.fake_quantized, result.compression.bits_per_weight, at, name)
        for at, (name, result) in enumerate(found)
        if result.accuracy and result.compression
    ]
    return min(ranked)[-1] if ranked else None


def _record(points: Sequence[PointResult], best: str | None, title: str) -> dict[str, Any]:
    """Give what the `result.json` of a sweep holds; what does not apply is absent."""
    results = [point.result for point in points if point.result]
    record: dict[str, Any] = {"title": title, "points": [_entry(point) for point in points]}
    if best:
        record["best"] = {"point": best, "rule": RULE}
    proofs = [result.verification for result in results if result.verification]
    if proofs:
        record["verification"] = {
            "simulator": " and ".join(dict.fromkeys(proof.simulator for proof in proofs)),
            "values": sum(proof.values for proof in proofs),
            "mismatches": sum(proof.mismatches for proof in proofs),
            "cycles": sum(proof.cycles for proof in proofs),
        }
    made = provenance_of(points)
    record["provenance"] = {"litho": made.litho, "tools": dict(sorted(made.tools.items()))}
    return record


def _entry(point: PointResult) -> dict[str, Any]:
    entry = {"name": point.name, "parameters": point.parameters, "seed": point.seed}
    if point.result is None:
        return {**entry, "error": point.error}
    return {**entry, "result": tables_of(point.result)}


def points_in(folder: Path) -> tuple[PointResult, ...]:
    """Give the points of the sweep that has ended in `folder`.

    Raises `DataError` for a folder that does not hold one.
    """
    path = folder / "result.json"
    try:
        entries = json.loads(path.read_text())["points"]
        return tuple(
            PointResult(
                entry["name"],
                entry["parameters"],
                entry["seed"],
                None
                if "error" in entry
                else read_result(folder / POINTS / entry["name"] / "result.json"),
                entry.get("error", ""),
            )
            for entry in entries
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"a finished sweep must have a record of its points, and {path} is none: {error!r};"
            " run `litho run` again and it continues"
        ) from error


def is_sweep_folder(folder: Path) -> bool:
    """Say whether a sweep was run in `folder`."""
    path = folder / "config.toml"
    return path.is_file() and is_sweep(read_toml(path))


def draw_again(folder: Path) -> Path:
    """Draw the picture and the page of the sweep in `folder` again, and give the page's path.

    Raises `DataError` for a sweep that has not ended.
    """
    path = folder / "config.toml"
    points = points_in(folder)
    record = json.loads((folder / "result.json").read_text())
    plot = read_sweep(read_toml(path), str(path)).plot
    return draw_sweep(folder, plot, points, record.get("best", {}).get("point"), record["title"])


def _failed(folder: Path, errors: dict[str, str], count: int) -> str:
    said = "; ".join(f"{name}: {error}" for name, error in errors.items())
    first = next(iter(errors))
    return (
        f"all {count} points of the sweep must end well, and {len(errors)} failed: {said}; the"
        f" others are in {folder}, logs in {folder / 'logs'}; the same command repeats what failed,"
        f" and `litho run {folder / POINTS / first / 'config.toml'}` the first of them alone"
    )
