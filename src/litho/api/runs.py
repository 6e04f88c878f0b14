"""Whole runs: from a configuration to a folder of results."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from litho.api.show import Shown, Table
from litho.api.studies import StudyResult
from litho.errors import ConfigError

if TYPE_CHECKING:
    from litho.flow import Config, Watcher
    from litho.report import PointResult, Result

__all__ = ["RunResult", "SweepResult", "report", "run"]


@dataclass(frozen=True, repr=False)
class RunResult(Shown):
    """A run that has ended: its folder, and what `result.json` in it holds."""

    folder: Path
    result: "Result"

    @property
    def page(self) -> Path:
        """The page of the run."""
        return self.folder / "report.html"

    def tables(self) -> Iterable[Table]:
        """Give a row for each thing that the run found out."""
        return (Table(("what", "result"), (*self._rows(), ("run", str(self.folder)))),)

    def _rows(self) -> Iterable[tuple[str, str]]:
        yield from self._learned()
        proof, timing = self.result.verification, self.result.timing
        if proof is None or timing is None:
            return
        yield (
            "verification",
            f"{proof.mismatches} mismatches in {proof.values} values,"
            f" {proof.cycles} cycles ({proof.simulator})",
        )
        yield "timing", f"latency {timing.latency_cycles}, interval {timing.interval_cycles} cycles"
        if proof.sample_cycles is not None:
            yield (
                "one sample",
                f"{proof.sample_cycles} cycles from first beat in to last beat out,"
                f" {proof.sample_cycles * proof.clock_ns:g} ns at {1000 / proof.clock_ns:g} MHz",
            )
        report = self.result.resources.report if self.result.resources else None
        if report is not None:
            counts = report.resources
            yield (
                "resources",
                f"{counts.luts} LUTs, {counts.ffs} FFs, {counts.dsps} DSPs,"
                f" {counts.bram_bits} block-RAM bits ({report.tool})",
            )
        if timing.fmax_mhz is not None:
            yield "clock", f"{timing.fmax_mhz:.1f} MHz after place and route"

    def _learned(self) -> Iterable[tuple[str, str]]:
        accuracy, taken = self.result.accuracy, self.result.compression
        if accuracy is not None:
            names = (
                *("float", "before_compression", "before_tuning"),
                *("fake_quantized", "hardware"),
            )
            found = [(name, getattr(accuracy, name)) for name in names]
            said = (f"{name.replace('_', '-')} {v:.4f}" for name, v in found if v is not None)
            yield accuracy.metric, ", ".join(said)
        if taken is not None and taken.bits_per_quantized_weight is not None:
            yield (
                "weights",
                f"{taken.bits_per_quantized_weight:.2f} bits in {taken.quantized_weights} that are"
                f" quantized, {taken.bits_per_weight:.2f} in all {taken.weights}",
            )
        if taken is not None and taken.sparsity is not None:
            yield (
                "sparsity",
                f"{taken.sparsity:.4f} of the pruned layers, {taken.pruned_weights} weights of all"
                f" {taken.weights}",
            )

    def record(self) -> Any:
        """Give what `result.json` holds."""
        import json

        from litho.report import result_text

        return json.loads(result_text(self.result))


@dataclass(frozen=True, repr=False)
class SweepResult(Shown):
    """A sweep that has ended: its folder, its points, the name of the best."""

    folder: Path
    points: "tuple[PointResult, ...]"
    best: str | None

    @property
    def page(self) -> Path:
        """The page of the sweep."""
        return self.folder / "report.html"

    def tables(self) -> Iterable[Table]:
        """Give a row for each point."""
        from litho.flow.sweep_page import point_rows

        headers, rows = point_rows(self.points)
        return (Table(headers, rows, headers[1:]),)

    def lines(self) -> Iterable[str]:
        """Say which is the best, and where everything is."""
        if self.best is not None:
            yield f"best: {self.best}"
        yield f"sweep: {self.folder}"

    def record(self) -> Any:
        """Give what `result.json` holds."""
        import json

        return json.loads((self.folder / "result.json").read_text())


def run(
    config: "Config | Mapping[str, Any] | Path | str",
    out: Path | str | None = None,
    watcher: "Watcher | None" = None,
    *,
    data: Path | str | None = None,
    start: Path | str | None = None,
    workers: int | None = None,
) -> RunResult | SweepResult | StudyResult:
    """Train, quantize, emit, prove and place what `config` says; finished stages are kept.

    `config` is a file, the tables that such a file holds, or a record; relative paths in it begin
    in the folder of the file, else in the working directory. Results lie in `out`, or in
    runs/<hash>; `watcher` is told how the run proceeds. `data` and `start` stand for the keys
    of that name. A configuration with [[sweep]] makes a run of each point, and one with
    [sensitivity] judges the cases of a study, in `workers` processes (1 unless given).
    Raises what `litho.flow.run`, `run_sweep` and `run_study` raise.
    """
    from litho import flow
    from litho.flow.paths import located
    from litho.flow.strict import convert

    file = Path(config) if isinstance(config, Path | str) else None
    title, home = (file.stem, file.parent) if file else ("run", Path())
    given = {key: str(Path(v).resolve()) for key, v in (("data", data), ("start", start)) if v}
    tables, place = _tables(config)
    told, folder = watcher or flow.SILENT, Path(out) if out else None
    if flow.is_sweep(tables):
        swept = flow.run_sweep(
            flow.read_sweep({**tables, **given}, place, home), folder, told, title, workers or 1
        )
        return SweepResult(swept.folder, swept.points, swept.best)
    whole = located(convert({**tables, **given}, flow.Config, place), home)
    if whole.sensitivity is not None:
        study = flow.run_study(whole, folder, told, title, workers or 1)
        return StudyResult(study.folder, study.record)
    if workers is not None:
        raise ConfigError(
            f"workers must be given with [[sweep]] or [sensitivity], and {place} has none of them;"
            " one run is one process"
        )
    finished = flow.run(whole, folder, told, title)
    return RunResult(finished.folder, finished.result)


def _tables(config: "Config | Mapping[str, Any] | Path | str") -> tuple[dict[str, Any], str]:
    """Give the tables of a configuration, and where they come from."""
    from msgspec import Struct, to_builtins

    from litho.flow.strict import read_toml

    if isinstance(config, Path | str):
        return read_toml(Path(config)), str(config)
    found = to_builtins(config) if isinstance(config, Struct) else dict(config)
    return {key: value for key, value in found.items() if value is not None}, "the given tables"


def report(folder: Path | str, out: Path | str | None = None) -> Path:
    """Draw the page of the run, sweep or study in `folder` again, into `out` or its report.html.

    Gives the path of the page.
    """
    from litho.flow.page import page_text
    from litho.flow.sensitivity import draw_study_again, is_study_folder
    from litho.flow.sweep import draw_again, is_sweep_folder
    from litho.report import write_file

    place = Path(folder)
    for is_one, draw in ((is_sweep_folder, draw_again), (is_study_folder, draw_study_again)):
        if is_one(place):
            text = draw(place).read_text()
            return write_file(Path(out), text) if out else place / "report.html"
    return write_file(Path(out or place / "report.html"), page_text(place))
