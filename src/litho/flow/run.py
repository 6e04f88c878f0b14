"""One run: from a configuration to a folder with everything that came of it."""

from dataclasses import dataclass
from dataclasses import replace as replace_fields
from pathlib import Path

from msgspec import to_builtins
from msgspec.structs import replace

from litho.errors import ConfigError
from litho.flow.compression import COMPRESS
from litho.flow.config import Config, resolved
from litho.flow.digests import digest_of
from litho.flow.facts import read_facts, write_facts
from litho.flow.folder import copy_file, copy_tree, link_file
from litho.flow.formats import FORMATS
from litho.flow.hardware import EMIT, FOLD, PLACE, SIMULATE, SYNTHESIZE, WAVE
from litho.flow.integers import COMPARE, EVALUATE, LOWER
from litho.flow.layers import LAYERS
from litho.flow.learning import JUDGE, JUDGE_COMPRESSED, JUDGE_TUNED, QUANTIZE, TRAIN, TUNE
from litho.flow.networks import WEIGHTS
from litho.flow.outcome import judged_last, result_of
from litho.flow.page import page_text
from litho.flow.stage import SILENT, Stage, Watcher, bring_up
from litho.flow.start import FLOAT, QUANTIZED, with_start
from litho.flow.steps import own_tables
from litho.report import Result, result_text, write_file

__all__ = ["Finished", "key_of", "prepare_folder", "run", "stages_of"]


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that has ended: its folder, and what `result.json` in it holds."""

    folder: Path
    result: Result


def stages_of(config: Config) -> tuple[Stage, ...]:
    """Give the stages that `config` asks for, each after those it needs."""
    learning = _learning(config)
    if config.hardware is None:
        return learning
    always = (*learning, LOWER, FOLD, EMIT, EVALUATE, COMPARE, SIMULATE)
    waves = (WAVE,) if config.simulate.wave else ()
    if config.synthesize is None:
        return (*always, *waves)
    placed = (PLACE,) if config.synthesize.place else ()
    return (*always, *waves, SYNTHESIZE, *placed)


def _learning(config: Config) -> tuple[Stage, ...]:
    """Give the stages to the network that is judged last, or lowered, and those that judge it.

    Hardware is judged by its integers: before that only what its own compression did is.
    """
    compresses, is_hardware = bool(own_tables(config)), config.hardware is not None
    tune = replace_fields(TUNE, needs=("compress",)) if compresses else TUNE
    chosen = {
        TRAIN: True,
        QUANTIZE: True,
        JUDGE: config.task is not None and (compresses or not is_hardware),
        COMPRESS: compresses,
        JUDGE_COMPRESSED: compresses and (config.tunes or not is_hardware),
        tune: is_hardware or config.tunes,
        JUDGE_TUNED: config.tunes and not is_hardware,
    }
    return tuple(stage for stage, is_wanted in chosen.items() if is_wanted)


def key_of(config: Config) -> str:
    """Give the name of what `config` asks for, wherever its data lie."""
    return digest_of(to_builtins(replace(config, data=None)))


def run(
    config: Config, out: Path | None = None, watcher: Watcher = SILENT, title: str = "run"
) -> Finished:
    """Do what `config` says and give the folder of results: `out`, or runs/<hash>.

    Stages whose results are kept are not done again. `result.json` is written last: a folder
    that has one is whole.
    Raises what the stages raise: `ConfigError` and kin for a wrong request, `MismatchError` when
    the design is not proven, `ToolError` when an outside program fails or is absent.
    """
    if config.sensitivity is not None:
        raise ConfigError(
            "a run must have no table [sensitivity], which makes it a study; give the configuration"
            " to `litho.flow.run_study`"
        )
    config = with_start(config)
    key = key_of(config)
    folder = out or Path("runs") / key
    prepare_folder(folder, config)
    made = bring_up(stages_of(config), config, watcher)
    _collect(folder, made, bool(config.compress))
    result = result_of(config, key, made)
    # The page reads the record, and the record says that all is there: under another name first.
    write_facts(folder / "logs", "title", title)
    write_file(folder / "report.html", page_text(folder, result))
    write_file(folder / "result.json", result_text(result))
    return Finished(folder, result)


def prepare_folder(folder: Path, config: Config) -> None:
    """Make `folder` that of an unfinished run; raises `ConfigError` when it cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("result.json", "report.html", "waves.vcd", LAYERS):
            (folder / name).unlink(missing_ok=True)
        write_file(folder / "config.toml", resolved(config))
    except OSError as error:
        raise ConfigError(
            f"the folder of the run must be writable, and {folder} is not:"
            f" {error.strerror or error}; give another with --out DIR"
        ) from error


def _collect(folder: Path, made: dict[str, Path], is_compressed: bool) -> None:
    """Copy what people look at out of the stages' folders."""
    logs = folder / "logs"
    logs.mkdir(exist_ok=True)
    (folder / FLOAT).parent.mkdir(exist_ok=True)
    link_file(made["train"] / WEIGHTS, folder / FLOAT)
    last = made.get("tune") or made.get("compress") or made["quantize"]
    link_file(last / WEIGHTS, folder / QUANTIZED)
    copy_file(judged_last(made) / FORMATS, folder / FORMATS)
    if is_compressed:
        copy_file(judged_last(made) / LAYERS, folder / LAYERS)
    if "emit" in made:
        _collect_design(folder, made)
    seconds = {name: read_facts(path, "stage")["seconds"] for name, path in made.items()}
    write_facts(logs, "stages", seconds)


def _collect_design(folder: Path, made: dict[str, Path]) -> None:
    for name in ("graph.ir", "graph.npz"):
        copy_file(made["emit"] / name, folder / name)
    copy_tree(made["emit"] / "design", folder / "design")
    if "wave" in made:
        copy_file(made["wave"] / "waves.vcd", folder / "waves.vcd")
    for path in made.values():
        for log in sorted((path / "logs").glob("*.log")):
            copy_file(log, folder / "logs" / log.name)
    for stage, name in (("compare", "fidelity.json"), ("emit", "estimates.json")):
        copy_file(made[stage] / name, folder / "logs" / name)
