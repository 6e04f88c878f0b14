"""The data and the networks that a configuration names, and the files they are made from."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from litho.flow.closure import closures_of
from litho.flow.config import Compress, Config
from litho.flow.digests import digest_of
from litho.flow.facts import read_facts, write_facts
from litho.flow.steps import all_steps, started_steps
from litho.tools import cached, digest

if TYPE_CHECKING:
    from litho.compress import Step
    from litho.tasks import Data

__all__ = [
    "WEIGHTS",
    "compressed_of",
    "data_files",
    "data_of",
    "files_of",
    "files_of_tables",
    "model_of",
    "quantized_of",
    "samples_of",
    "sums_of",
]

WEIGHTS = "weights.pt"  # the state dict that a stage leaves


def _folder(config: Config) -> Path | None:
    """Give the folder of data sets that is asked for; without it LITHO_DATA counts."""
    return Path(config.data) if config.data else None


def data_of(config: Config) -> "Data":
    """Give the data of `config`: those of its task, or its stimuli.

    Raises `ConfigError` for a task that does not exist, `DataError` for data that are not there.
    """
    from litho import tasks

    seed = config.seed if config.split is None else config.split
    if config.stimuli:
        wanted = config.stimuli
        given = (wanted.given, wanted.random, wanted.format, wanted.shape)
        return tasks.stimuli(*given, seed)
    assert config.task is not None
    return tasks.find(config.task).load(seed, _folder(config), config.task_options)


def samples_of(config: Config, data: "Data") -> Iterator[tuple[Any, Any]]:
    """Give (inputs, targets) to calibrate on, batch by batch; text in batches of like length."""
    from litho.tasks.batches import lengths_of, sorted_batches, trimmed

    inputs, targets, wanted = data.train_inputs, data.train_targets, config.calibrate
    if 0 < wanted.samples < len(inputs):
        order = np.random.default_rng(config.seed).permutation(len(inputs))
        chosen = np.sort(order[: wanted.samples])
        inputs, targets = inputs[chosen], targets[chosen] if data.classes else targets
    if data.pad is None:
        for start in range(0, len(inputs), wanted.batch_size):
            end = start + wanted.batch_size
            yield inputs[start:end], targets[start:end]
        return
    lengths = lengths_of(inputs, data.pad)
    for part in sorted_batches(lengths, wanted.batch_size):
        yield trimmed(inputs[part], lengths[part]), targets[part]


def data_files(config: Config) -> Iterator[str]:
    """Give a digest of each file that the task reads.

    Raises `DataError` for data that are not there.
    """
    for name in _task_files(config) if config.task is not None else ():
        yield _digest_of(Path(name), Path(name).stat().st_mtime_ns)


def _task_files(config: Config) -> Any:
    """Give the names of the files that the task reads.

    Only torch's side knows them: what it said is kept while the folders stay as they are, so that
    a run of which nothing is left to do need not load torch.
    """

    def search(kept: Path) -> None:
        from litho import tasks

        assert config.task is not None
        found = tasks.find(config.task).files(_folder(config), config.task_options)
        write_facts(kept, "files", [str(path) for path in found])

    root = config.data or os.environ.get("LITHO_DATA") or ""
    options = [value for value in config.task_options.values() if isinstance(value, str)]
    places = [Path(value) for value in (root, *options) if value and Path(value).is_dir()]
    folders = [path for place in places for path in (place, *place.iterdir()) if path.is_dir()]
    times = sorted([str(path), path.stat().st_mtime_ns] for path in folders)
    (closure,) = closures_of([data_files])
    facts = [config.task, config.task_options, root, times, closure.digest]
    return read_facts(cached("task-files", digest_of(facts), search)[0], "files")


@cache
def _digest_of(path: Path, time: int) -> str:
    del time
    return digest(path.read_bytes())


def model_of(config: Config, data: "Data") -> Any:
    """Give the float network, its first weights drawn by the seed."""
    from litho import tasks

    if _is_users(config):
        return tasks.load_model(config.model.name, config.model.options)
    return tasks.build(config.model.name, data, config.model.options, config.seed)


def quantized_of(config: Config, data: "Data", weights: Path) -> Any:
    """Give the network as it is before this run compresses it, with the state in `weights`."""
    return _loaded(config, data, weights, started_steps(config))


def compressed_of(config: Config, data: "Data", weights: Path) -> Any:
    """Give the network as it is after all tables [[compress]], with the state in `weights`."""
    return _loaded(config, data, weights, all_steps(config))


def _loaded(config: Config, data: "Data", weights: Path, steps: "Sequence[Step]") -> Any:
    from litho import compress, tasks

    model = model_of(config, data)

    def prepare(state: Mapping[str, Any]) -> None:
        compress.rebuild(model, steps, state, sums=sums_of(config))

    tasks.load_weights(weights, model, prepare)
    return model


def sums_of(config: Config) -> str:
    """Give how the quantized network of `config` computes sums of products in eval."""
    return config.sums or ("wide" if config.hardware is None else "exact")


def files_of(config: Config) -> Iterator[str]:
    """Give a digest of the user's own files: the weights, the modules beside the model's."""
    if config.model.weights and Path(config.model.weights).is_file():
        yield digest(Path(config.model.weights).read_bytes())
    if _is_users(config):
        yield from _modules_beside(config.model.name)


def files_of_tables(tables: Iterable[Compress]) -> Iterator[str]:
    """Give a digest of the user's modules that replace layers, and of those beside them."""
    for rule in (rule for table in tables for rule in table.replace):
        yield from _modules_beside(rule.module)


def _modules_beside(spelling: str) -> Iterator[str]:
    source = _source_of(spelling.partition(":")[0])
    for path in sorted(source.parent.glob("*.py")) if source else ():
        yield digest(path.name, path.read_bytes())


def _is_users(config: Config) -> bool:
    return ":" in config.model.name


def _source_of(module: str) -> Path | None:
    if module.endswith(".py"):
        return Path(module)
    path = Path(*module.split(".")).with_suffix(".py")
    if path.is_file():
        return path
    try:
        spec = find_spec(module)
    except (ImportError, ValueError):
        return None  # the stage that imports it says what is wrong
    return Path(spec.origin) if spec and spec.has_location and spec.origin else None
