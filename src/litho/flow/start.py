"""A run that starts where another one ended: with its weights and its quantization."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from litho.errors import ConfigError, DataError
from litho.flow.config import Compress, Config, load_config
from litho.report import Accuracy, read_result
from litho.tools import digest

__all__ = [
    "BEST",
    "FLOAT",
    "QUANTIZED",
    "Start",
    "files_of_start",
    "inherited_tables",
    "run_in",
    "start_of",
    "with_start",
]

BEST = "best"  # of a sweep
FLOAT = Path("checkpoint") / "float.pt"
QUANTIZED = Path("checkpoint") / "weights.pt"


@dataclass(frozen=True, slots=True)
class Start:
    """The run to start from: its folder, its configuration, the accuracies that it ended with."""

    folder: Path
    config: Config
    accuracy: Accuracy | None


def start_of(config: Config) -> Start:
    """Give the run that `config` starts from; raises what `run_in` raises."""
    assert config.start is not None
    return run_in(Path(config.start))


def run_in(folder: Path) -> Start:
    """Give the run in `folder`; of a sweep it is the best point.

    Raises `DataError` when there is no finished run with a checkpoint.
    """
    folder = folder / BEST if (folder / BEST).is_dir() else folder
    for name in (FLOAT, QUANTIZED):
        if not (folder / name).is_file():
            raise DataError(
                f"a run to start from must have left its checkpoint, and {folder / name} is not"
                " there; give the folder of a finished run or sweep"
            )
    accuracy = read_result(folder / "result.json").accuracy
    return Start(folder, load_config(folder / "config.toml"), accuracy)


def with_start(config: Config) -> Config:
    """Give `config` with the rules and the split of the run that it starts from, if there is one.

    Its own tables [[compress]] come after that run's, unless they begin with those already.
    Raises `ConfigError` when it contradicts that run: other data, network or rules.
    """
    if config.start is None:
        return config
    found = start_of(config)
    mine, theirs = (_shared(item) for item in (config, found.config))
    if config.split is not None:
        mine["split"], theirs["split"] = config.split, _split(found.config)
    for key, value in mine.items():
        if value != theirs[key]:
            raise ConfigError(
                f"key {key!r} must be that of the run to start from, {theirs[key]!r}, not"
                f" {value!r}; that run is {found.folder}"
            )
    if config.quantize not in ((), found.config.quantize):
        raise ConfigError(
            "table [[quantize]] must be that of the run to start from, whose quantization stays"
            f" on, or be left out; that run is {found.folder}"
        )
    before = tuple(replace(table, gradual=None) for table in found.config.compress)  # they are done
    own = config.compress[len(before) :] if _begins(config, before) else config.compress
    return replace(
        config,
        quantize=found.config.quantize,
        compress=(*before, *own),
        split=_split(found.config),
    )


def inherited_tables(config: Config) -> int:
    """Give how many tables [[compress]] are those of the run that `config` starts from."""
    return len(start_of(config).config.compress) if config.start else 0


def _begins(config: Config, tables: tuple[Compress, ...]) -> bool:
    return config.compress[: len(tables)] == tables


def _split(config: Config) -> int:
    return config.seed if config.split is None else config.split


def _shared(config: Config) -> dict[str, object]:
    """Give what two runs must share for the weights of one to mean something in the other."""
    return {
        "task": config.task,
        "task_options": config.task_options,
        "model.name": config.model.name,
        "model.options": config.model.options,
        "stimuli": config.stimuli,
    }


def files_of_start(config: Config) -> Iterator[str]:
    """Give a digest of each file that the run takes from the one it starts from."""
    if config.start is None:
        return
    folder = start_of(config).folder
    for name in (FLOAT, QUANTIZED):
        yield digest((folder / name).read_bytes())
