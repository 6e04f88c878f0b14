"""The stages from a task to a quantized network and its accuracy."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import to_builtins

from litho.flow.config import Config, Train, Tune
from litho.flow.digests import package_version
from litho.flow.facts import write_facts
from litho.flow.folder import copy_file
from litho.flow.formats import write_formats
from litho.flow.networks import (
    data_files,
    data_of,
    files_of,
    model_of,
    quantized_of,
    rules_of,
    sums_of,
)
from litho.flow.stage import Context, Stage
from litho.flow.start import FLOAT, QUANTIZED, files_of_start, start_of

if TYPE_CHECKING:
    from litho.tasks import Data

__all__ = [
    "JUDGE",
    "JUDGE_TUNED",
    "QUANTIZE",
    "TRAIN",
    "TUNE",
    "WEIGHTS",
]

WEIGHTS = "weights.pt"


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
        _learn(context, model, data, config.train)
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
    batches = _batches(config, data)
    chosen = compress.quantize(model, rules_of(config), batches, sums=sums_of(config))
    for part in chosen:
        context.watcher.say(f"{part.path} {part.part}: {part.format}")
    tasks.save_weights(context.folder / WEIGHTS, model)


def _batches(config: Config, data: "Data") -> Iterator[Any]:
    """Give the inputs to calibrate on, batch by batch; text in batches of like length."""
    from litho.tasks.batches import lengths_of, sorted_batches, trimmed

    inputs, wanted = data.train_inputs, config.calibrate
    if 0 < wanted.samples < len(inputs):
        order = np.random.default_rng(config.seed).permutation(len(inputs))
        inputs = inputs[np.sort(order[: wanted.samples])]
    if data.pad is None:
        for start in range(0, len(inputs), wanted.batch_size):
            yield inputs[start : start + wanted.batch_size]
        return
    lengths = lengths_of(inputs, data.pad)
    for part in sorted_batches(lengths, wanted.batch_size):
        yield trimmed(inputs[part], lengths[part])


def _tune(context: Context) -> None:
    """Train the quantized network on."""
    from litho import compress, tasks

    config = context.config
    data = data_of(config)
    model = quantized_of(config, data, context.needs["quantize"] / WEIGHTS)
    if config.tune.epochs and data.classes:
        _learn(context, model, data, config.tune)
        compress.settle(model, data.example, sums=sums_of(config))
    tasks.save_weights(context.folder / WEIGHTS, model)


def _judge(context: Context) -> None:
    """Judge the network as it was calibrated, on the whole test set."""
    _judge_of(context, "quantize")


def _judge_tuned(context: Context) -> None:
    """Judge the network as it was trained on, on the whole test set."""
    _judge_of(context, "tune")


def _judge_of(context: Context, stage: str) -> None:
    from litho import tasks

    assert context.config.task is not None
    data = data_of(context.config)
    model = quantized_of(context.config, data, context.needs[stage] / WEIGHTS).eval()
    write_facts(context.folder, "accuracy", _accuracy(model, data))
    write_facts(context.folder, "metric", tasks.find(context.config.task).metric)
    write_formats(context.folder, model)


def _accuracy(model: Any, data: "Data") -> float:
    from litho import tasks

    return tasks.accuracy(tasks.predict(model, data.test_inputs), data.test_targets)


def _training(settings: Train | Tune, config: Config) -> Any:
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


def _learn(context: Context, model: Any, data: "Data", settings: Train | Tune) -> None:
    """Train `model`, and tell the watcher how far it is."""
    from litho import tasks

    def tell(epoch: int, loss: float) -> None:
        context.watcher.say(f"epoch {epoch + 1}: loss {loss:.4f}")

    training = _training(settings, context.config)
    tasks.train(model, data, training, tell, context.watcher.advance)


def _learning_facts(config: Config) -> Any:
    facts = [
        config.task,
        config.task_options,
        to_builtins(config.stimuli),
        config.seed,
        config.split,
    ]
    facts += [to_builtins(config.model), to_builtins(config.train), *data_files(config)]
    versions = [package_version(name) for name in ("torch", "numpy", "scikit-learn")]
    return [*facts, *versions, *files_of(config), *files_of_start(config)]


def _quantize_facts(config: Config) -> Any:
    return [to_builtins(config.quantize), to_builtins(config.calibrate), sums_of(config)]


TRAIN = Stage("train", (), _learning_facts, _train)
QUANTIZE = Stage("quantize", ("train",), _quantize_facts, _quantize)
TUNE = Stage("tune", ("quantize",), lambda config: to_builtins(config.tune), _tune)
JUDGE = Stage("judge", ("quantize",), lambda config: None, _judge)
JUDGE_TUNED = Stage("judge_tuned", ("tune",), lambda config: None, _judge_tuned)
