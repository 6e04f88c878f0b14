"""The stages from a task to a quantized network and its accuracy."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import to_builtins

from litho.flow.closure import closures_of
from litho.flow.compression import pruners_of
from litho.flow.config import Compress, Config, Train, Tune
from litho.flow.digests import digest_of, package_version
from litho.flow.facts import read_facts, write_facts
from litho.flow.folder import copy_file
from litho.flow.formats import write_formats
from litho.flow.layers import write_layers
from litho.flow.networks import (
    WEIGHTS,
    compressed_of,
    data_files,
    data_of,
    files_of,
    files_of_tables,
    model_of,
    quantized_of,
    samples_of,
    sums_of,
)
from litho.flow.stage import Context, Stage
from litho.flow.start import FLOAT, QUANTIZED, files_of_start, inherited_tables, start_of
from litho.flow.steps import own_tables, quantize_rules
from litho.tools import cached

if TYPE_CHECKING:
    from litho.tasks import Data, Training

__all__ = [
    "JUDGE",
    "JUDGE_COMPRESSED",
    "JUDGE_TUNED",
    "QUANTIZE",
    "TRAIN",
    "TUNE",
]


def _train(context: Context) -> None:
    """Train the float network, and judge it; or take it from the run to start from."""
    from litho import tasks

    config = context.config
    if config.start:
        start = start_of(config)
        copy_file(start.folder / FLOAT, context.folder / WEIGHTS)
        write_facts(context.folder, "accuracy", start.accuracy.float if start.accuracy else None)
        return
    data = data_of(config)
    model = model_of(config, data)
    if config.model.weights:
        tasks.load_weights(Path(config.model.weights), model)
    tasks.check_model(model, data)
    judged = None
    if data.classes:
        _learn(context, model, data, _training(config.train, config))
        judged = _accuracy(model, data)
    tasks.save_weights(context.folder / WEIGHTS, model)
    write_facts(context.folder, "accuracy", judged)


def _quantize(context: Context) -> None:
    """Choose formats and scales from what the layers see of the training set."""
    from litho import compress, tasks

    config = context.config
    if config.start:
        copy_file(start_of(config).folder / QUANTIZED, context.folder / WEIGHTS)
        return
    data = data_of(config)
    model = model_of(config, data)
    tasks.load_weights(context.needs["train"] / WEIGHTS, model)
    inputs = (inputs for inputs, _ in samples_of(config, data))
    rules = quantize_rules(config.quantize)
    for part in compress.quantize(model, rules, inputs, sums=sums_of(config)):
        context.watcher.say(f"{part.path} {part.part}: {part.format}")
    tasks.save_weights(context.folder / WEIGHTS, model)


def _tune(context: Context) -> None:
    """Train the quantized network on, its masks held, or chosen on the way."""
    from litho import compress, tasks

    config = context.config
    data = data_of(config)
    (before,) = context.needs.values()
    model = compressed_of(config, data, before / WEIGHTS)
    if config.tunes:
        training = _training(config.tune, config)
        pruners = pruners_of(config, model, data, training.steps(data))

        def prune() -> None:
            for pruner in pruners:
                pruner.step()

        _learn(context, model, data, training, prune)
        compress.settle(model, data.example, sums=sums_of(config))
    tasks.save_weights(context.folder / WEIGHTS, model)


def _judge(context: Context) -> None:
    """Judge the network as it is before this run compresses it, on the whole test set."""
    _judge_of(context, quantized_of, _inherited(context.config))


def _judge_compressed(context: Context) -> None:
    """Judge the network with all that this run did to it, on the whole test set."""
    _judge_of(context, compressed_of, context.config.compress)


def _judge_of(
    context: Context,
    network: Callable[[Config, "Data", Path], Any],
    tables: tuple[Compress, ...],
) -> None:
    from litho import tasks

    assert context.config.task is not None
    data = data_of(context.config)
    (before,) = context.needs.values()
    model = network(context.config, data, before / WEIGHTS).eval()
    write_facts(context.folder, "accuracy", _kept_accuracy(context.config, model, data, tables))
    write_facts(context.folder, "metric", tasks.find(context.config.task).metric)
    write_formats(context.folder, model)
    write_layers(context.folder, model)


def _inherited(config: Config) -> tuple[Compress, ...]:
    return config.compress[: inherited_tables(config)]


def _accuracy(model: Any, data: "Data") -> float:
    from litho import tasks

    return tasks.accuracy(tasks.predict(model, data.test_inputs), data.test_targets)


def _kept_accuracy(config: Config, model: Any, data: "Data", tables: tuple[Compress, ...]) -> float:
    """Judge `model`, made by `tables`; points of a sweep that come to the same one share it."""
    from litho import tasks

    def judge(folder: Path) -> None:
        write_facts(folder, "accuracy", _accuracy(model, data))

    (closure,) = closures_of([_judge_compressed])
    facts = [tasks.weights_digest(model), closure.digest, *_judging_facts(config, tables)]
    return float(read_facts(cached("judgements", digest_of(facts), judge)[0], "accuracy"))


def _judging_facts(config: Config, tables: tuple[Compress, ...]) -> Any:
    """Give what an accuracy depends on besides the weights and the sources."""
    split = config.seed if config.split is None else config.split
    rules = [to_builtins(config.quantize), to_builtins(tables), sums_of(config)]
    return [
        *(config.task, config.task_options, to_builtins(config.stimuli), split),
        *(to_builtins(config.model), *rules, *data_files(config), *files_of(config)),
        *(*files_of_tables(tables), *_versions()),
    ]


def _training(settings: Train | Tune, config: Config) -> "Training":
    from litho.tasks import Training

    return Training(
        epochs=settings.epochs,
        batch=settings.batch_size,
        rate=settings.learning_rate,
        weight_decay=settings.weight_decay,
        seed=config.seed,
        schedule=settings.schedule,
        warmup=settings.warmup,
        alike=settings.alike,
    )


def _learn(
    context: Context,
    model: Any,
    data: "Data",
    training: "Training",
    before_step: Callable[[], object] | None = None,
) -> None:
    """Train `model`, and tell the watcher how far it is."""
    from litho import tasks

    def tell(epoch: int, loss: float) -> None:
        context.watcher.say(f"epoch {epoch + 1}: loss {loss:.4f}")

    tasks.train(model, data, training, tell, context.watcher.advance, before_step)


def _learning_facts(config: Config) -> Any:
    facts = [
        config.task,
        config.task_options,
        to_builtins(config.stimuli),
        config.seed,
        config.split,
    ]
    facts += [to_builtins(config.model), to_builtins(config.train), *data_files(config)]
    return [*facts, *_versions(), *files_of(config), *files_of_start(config)]


def _versions() -> list[str]:
    return [package_version(name) for name in ("torch", "numpy", "scikit-learn")]


def _quantize_facts(config: Config) -> Any:
    before = _inherited(config)
    chosen = [to_builtins(config.quantize), to_builtins(config.calibrate), sums_of(config)]
    return [*chosen, to_builtins(before), *files_of_tables(before)]


def _tune_facts(config: Config) -> Any:
    return [to_builtins(config.tune), to_builtins([t for t in own_tables(config) if t.gradual])]


TRAIN = Stage("train", (), _learning_facts, _train)
QUANTIZE = Stage("quantize", ("train",), _quantize_facts, _quantize)
TUNE = Stage("tune", ("quantize",), _tune_facts, _tune)
JUDGE = Stage("judge", ("quantize",), lambda config: None, _judge)
JUDGE_COMPRESSED = Stage("judge_compressed", ("compress",), lambda config: None, _judge_compressed)
JUDGE_TUNED = Stage("judge_tuned", ("tune",), lambda config: None, _judge_compressed)
