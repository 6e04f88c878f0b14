"""Whole runs: from a configuration to a folder of results."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from litho.api.show import Shown, Table

if TYPE_CHECKING:
    from litho.flow import Config, Watcher
    from litho.report import Result

__all__ = ["RunResult", "report", "run"]


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
        accuracy, timing = self.result.accuracy, self.result.timing
        if accuracy is not None:
            yield (
                accuracy.metric,
                f"float {accuracy.float:.4f}, fake-quantized {accuracy.fake_quantized:.4f},"
                f" hardware {accuracy.hardware:.4f}",
            )
        proof = self.result.verification
        yield (
            "verification",
            f"{proof.mismatches} mismatches in {proof.values} values,"
            f" {proof.cycles} cycles ({proof.simulator})",
        )
        yield "timing", f"latency {timing.latency_cycles}, interval {timing.interval_cycles} cycles"
        report = self.result.resources.report
        if report is not None:
            counts = report.resources
            yield (
                "resources",
                f"{counts.luts} LUTs, {counts.ffs} FFs, {counts.dsps} DSPs,"
                f" {counts.bram_bits} block-RAM bits ({report.tool})",
            )
        if timing.fmax_mhz is not None:
            yield "clock", f"{timing.fmax_mhz:.1f} MHz after place and route"

    def record(self) -> Any:
        """Give what `result.json` holds."""
        import json

        from litho.report import result_text

        return json.loads(result_text(self.result))


def run(
    config: "Config | Mapping[str, Any] | Path | str",
    out: Path | str | None = None,
    watcher: "Watcher | None" = None,
) -> RunResult:
    """Train, quantize, emit, prove and place what `config` says; finished stages are kept.

    `config` is a file, the tables that such a file holds, or a record; results lie in `out`, or
    in runs/<hash>; `watcher` is told how the run proceeds.
    Raises what `litho.flow.run` raises.
    """
    from litho import flow

    title = Path(config).stem if isinstance(config, Path | str) else "run"
    finished = flow.run(_config(config), Path(out) if out else None, watcher or flow.SILENT, title)
    return RunResult(finished.folder, finished.result)


def _config(config: "Config | Mapping[str, Any] | Path | str") -> "Config":
    from litho.flow import Config, load_config
    from litho.flow.strict import convert

    if isinstance(config, Path | str):
        return load_config(Path(config))
    return config if isinstance(config, Config) else convert(config, Config, "the given tables")


def report(folder: Path | str, out: Path | str | None = None) -> Path:
    """Draw the page of the run in `folder` again, into `out` or its report.html; give the path."""
    from litho.flow.page import page_of
    from litho.report import render_page, write_file

    place = Path(folder)
    return write_file(Path(out or place / "report.html"), render_page(page_of(place)))
