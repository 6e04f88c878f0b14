"""One run: from a configuration to a folder with everything that came of it."""

from dataclasses import dataclass
from pathlib import Path
from platform import python_version

from msgspec import to_builtins

from litho import tools
from litho._version import __version__
from litho.errors import ConfigError
from litho.flow.config import Config, resolved
from litho.flow.digests import digest_of, package_version
from litho.flow.facts import read_estimate, read_facts, read_report, write_facts
from litho.flow.folder import copy_file, copy_tree
from litho.flow.hardware import (
    EMIT,
    FOLD,
    PLACE,
    SIMULATE,
    SYNTHESIZE,
    WAVE,
    placer_of,
    simulation_tools,
)
from litho.flow.learning import COMPARE, EVALUATE, LOWER, QUANTIZE, TRAIN, TUNE
from litho.flow.page import page_of
from litho.flow.stage import SILENT, Stage, Watcher, bring_up
from litho.report import (
    Accuracy,
    Provenance,
    Resources,
    Result,
    Timing,
    Verification,
    render_page,
    result_text,
    write_file,
)

__all__ = ["Finished", "run", "stages_of"]


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that has ended: its folder, and what `result.json` in it holds."""

    folder: Path
    result: Result


def stages_of(config: Config) -> tuple[Stage, ...]:
    """Give the stages that `config` asks for, each after those it needs."""
    always = (TRAIN, QUANTIZE, TUNE, LOWER, FOLD, EMIT, EVALUATE, COMPARE, SIMULATE)
    waves = (WAVE,) if config.simulate.wave else ()
    if config.synthesize is None:
        return (*always, *waves)
    placed = (PLACE,) if config.synthesize.place else ()
    return (*always, *waves, SYNTHESIZE, *placed)


def run(
    config: Config, out: Path | None = None, watcher: Watcher = SILENT, title: str = "run"
) -> Finished:
    """Do what `config` says and give the folder of results: `out`, or runs/<hash>.

    Stages whose results are kept are not done again. `result.json` is written last: a folder
    that has one is whole.
    Raises what the stages raise: `ConfigError` and kin for a wrong request, `MismatchError` when
    the design is not proven, `ToolError` when an outside program fails or is absent.
    """
    key = digest_of(to_builtins(config))
    folder = out or Path("runs") / key
    _prepare(folder, config)
    made = bring_up(stages_of(config), config, watcher)
    _collect(folder, made)
    result = _result(config, key, made)
    # The page reads the record, and the record says that all is there: under another name first.
    write_facts(folder / "logs", "title", title)
    write_file(folder / "report.html", render_page(page_of(folder, result)))
    write_file(folder / "result.json", result_text(result))
    return Finished(folder, result)


def _prepare(folder: Path, config: Config) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("result.json", "report.html", "waves.vcd"):
            (folder / name).unlink(missing_ok=True)
        write_file(folder / "config.toml", resolved(config))
    except OSError as error:
        raise ConfigError(
            f"the folder of the run must be writable, and {folder} is not:"
            f" {error.strerror or error}; give another with --out DIR"
        ) from error


def _collect(folder: Path, made: dict[str, Path]) -> None:
    """Copy what people look at out of the stages' folders."""
    for name in ("graph.ir", "graph.npz"):
        copy_file(made["emit"] / name, folder / name)
    copy_tree(made["emit"] / "design", folder / "design")
    if "wave" in made:
        copy_file(made["wave"] / "waves.vcd", folder / "waves.vcd")
    logs = folder / "logs"
    logs.mkdir(exist_ok=True)
    for path in made.values():
        for log in sorted((path / "logs").glob("*.log")):
            copy_file(log, logs / log.name)
    for stage, name in (("compare", "fidelity.json"), ("emit", "estimates.json")):
        copy_file(made[stage] / name, logs / name)
    seconds = {name: read_facts(path, "stage")["seconds"] for name, path in made.items()}
    write_facts(logs, "stages", seconds)


def _result(config: Config, key: str, made: dict[str, Path]) -> Result:
    proof, accuracy = (
        read_facts(made[name], fact)
        for name, fact in (("simulate", "proof"), ("evaluate", "accuracy"))
    )
    clock = 1000 / config.hardware.clock_mhz
    verification = Verification(
        simulator=proof["simulator"],
        values=proof["values"],
        mismatches=proof["mismatches"],
        cycles=proof["cycles"],
        clock_ns=clock,
        simulated_ns=proof["cycles"] * clock,
        build_s=round(proof["build_s"], 3),
        simulate_s=round(proof["simulate_s"], 3),
    )
    judged = made.get("place") or made.get("synthesize")
    report = read_report(judged) if judged else None
    timing = proof["timing"]
    return Result(
        Accuracy(**accuracy) if accuracy else None,
        verification,
        Resources(read_estimate(read_facts(made["emit"], "estimate")), report),
        Timing(timing["latency"], timing["interval"], report.fmax_mhz if report else None),
        Provenance(__version__, _tools(config), config.seed, key),
    )


def _tools(config: Config) -> dict[str, str]:
    used = list(simulation_tools(config))
    if config.synthesize is not None:
        used += ["yosys", placer_of(config)] if config.synthesize.place else ["yosys"]
    found = {name: tools.find(name).version for name in used}
    return {
        **found,
        **{name: package_version(name) for name in ("numpy", "torch")},
        "python": python_version(),
    }
