"""The stages from a task to an integer graph and its accuracy."""

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import to_builtins

from litho.errors import ConfigError, MismatchError
from litho.flow.codes import read_codes, write_codes
from litho.flow.config import Config, Stimuli, Train, Tune
from litho.flow.digests import package_version
from litho.flow.facts import read_facts, write_facts
from litho.flow.fidelity import fidelities, places_of, record_of
from litho.flow.operations import ops_of
from litho.flow.stage import Context, Stage
from litho.ir import Graph, interpret, load, save
from litho.tools import digest

if TYPE_CHECKING:
    from litho.tasks import Data

__all__ = ["COMPARE", "EVALUATE", "LOWER", "QUANTIZE", "TRAIN", "TUNE"]

_WEIGHTS = "weights.pt"
_CALIBRATION_BATCH = 256
_COMPARED = 512  # samples on which every value is compared with float


def _train(context: Context) -> None:
    """Train the float network, and judge it."""
    from litho import tasks

    config = context.config
    data = _data(config)
    model = _model(config, data)
    if config.model.weights:
        tasks.load_weights(Path(config.model.weights), model)
    tasks.check_model(model, data)
    judged = None
    if data.classes:
        tell = _teller(context, config.train.epochs)
        tasks.train(model, data, _training(config.train, config), tell)
        judged = tasks.accuracy(tasks.predict(model, data.test_inputs), data.test_targets)
    tasks.save_weights(context.folder / _WEIGHTS, model)
    write_facts(context.folder, "accuracy", judged)


def _quantize(context: Context) -> None:
    """Choose formats and scales from what the layers see of the training set."""
    from litho import compress, tasks

    data = _data(context.config)
    model = _model(context.config, data)
    tasks.load_weights(context.needs["train"] / _WEIGHTS, model)
    inputs = data.train_inputs
    starts = range(0, len(inputs), _CALIBRATION_BATCH)
    batches = [inputs[start : start + _CALIBRATION_BATCH] for start in starts]
    chosen = compress.quantize(model, _rules(context.config), batches)
    for part in chosen:
        context.watcher.say(f"{part.path} {part.part}: {part.format}")
    tasks.save_weights(context.folder / _WEIGHTS, model)


def _tune(context: Context) -> None:
    """Train the quantized network on."""
    from litho import tasks

    config = context.config
    data = _data(config)
    model = _quantized(config, data, context.needs["quantize"])
    if config.tune.epochs and data.classes:
        tell = _teller(context, config.tune.epochs)
        tasks.train(model, data, _training(config.tune, config), tell)
    tasks.save_weights(context.folder / _WEIGHTS, model)


def _lower(context: Context) -> None:
    """Capture the network as integer operations, and run its fake-quantized form on the test."""
    from litho import frontend, passes, tasks

    config = context.config
    data = _data(config)
    model = _quantized(config, data, context.needs["tune"]).eval()
    captured = frontend.capture(model, data.example, config.model.name)
    graph = passes.run(captured, (passes.RemoveDropout(), passes.Lower()), ops_of(config))
    if config.stimuli:
        _check_stimuli(graph, config.stimuli)
    save(context.folder, graph)
    inputs = data.test_inputs.double().numpy()
    write_codes(context.folder / "inputs.npz", _encoded(graph, inputs))
    outputs = tasks.predict(model, data.test_inputs).double().numpy()
    np.savez(context.folder / "judged.npz", outputs=outputs, targets=data.test_targets.numpy())


def _encoded(graph: Graph, inputs: Any) -> dict[str, Any]:
    """Give the codes of inputs[samples, …], which the graph takes as one batch of 1 each."""
    (item,) = graph.inputs
    shaped = inputs.reshape(len(inputs), *item.type.shape)
    return {item.name: item.type.codes.encode(shaped, item.type.scale)}


def _evaluate(context: Context) -> None:
    """Run the integer graph on the whole test set: its accuracy is the hardware's."""
    from litho import tasks

    config, source = context.config, context.needs["lower"]
    graph = load(source, ops_of(config))
    found = interpret(graph, read_codes(source / "inputs.npz"), ops_of(config))
    write_codes(context.folder / "outputs.npz", found)
    kind = graph.type_of(graph.outputs[0])
    values = kind.codes.decode(found[graph.outputs[0]], kind.scale)
    with np.load(source / "judged.npz") as judged:
        fake, targets = judged["outputs"], judged["targets"]
    values = values.reshape(fake.shape)
    _check_equal(fake, values)
    if config.task is None:
        write_facts(context.folder, "accuracy", None)
        return
    facts = {
        "metric": tasks.find(config.task).metric,
        "float": read_facts(context.needs["train"], "accuracy"),
        "fake_quantized": tasks.accuracy(fake, targets),
        "hardware": tasks.accuracy(values, targets),
    }
    write_facts(context.folder, "accuracy", facts)


def _compare(context: Context) -> None:
    """Compare each value of the integer graph with the trained float network's."""
    from litho import tasks
    from litho.tasks.activations import activations

    config, source, known = context.config, context.needs["lower"], ops_of(context.config)
    graph, data = load(source, known), _data(config)
    model = _model(config, data)
    tasks.load_weights(context.needs["train"] / _WEIGHTS, model)
    samples = data.test_inputs[:_COMPARED]
    floats = activations(model, samples, set(places_of(graph).values()))
    given = {name: codes[:_COMPARED] for name, codes in read_codes(source / "inputs.npz").items()}
    codes = given | interpret(graph, given, known, keep="all")
    found = fidelities(graph, codes, floats)
    name = "the stimuli" if config.stimuli else "the test set"
    write_facts(context.folder, "fidelity", record_of(found, len(samples), name))


def _check_stimuli(graph: Graph, stimuli: Stimuli) -> None:
    """Raise `ConfigError` unless the codes of the stimuli are those that the design takes."""
    for item in graph.inputs:
        if str(item.type.format) != stimuli.format or not item.type.scale.is_unit:
            raise ConfigError(
                f"key 'stimuli.format' must be that of the network's input, {item.type.format}"
                f" with scale {item.type.scale}, not {stimuli.format!r}; give the first layer's"
                f' rule `inputs = "{stimuli.format}"`'
            )


def _check_equal(fake: Any, values: Any) -> None:
    places = np.argwhere(fake != values)
    if len(places):
        first = tuple(int(index) for index in places[0])
        raise MismatchError(
            "the fake-quantized network must equal the integer graph in every output, and"
            f" {len(places)} of {fake.size} differ: output {first[1]} of sample {first[0]} is"
            f" {fake[first]} there and {values[first]} here"
        )


def _data(config: Config) -> "Data":
    from litho import tasks

    if config.stimuli:
        wanted = config.stimuli
        given = (wanted.given, wanted.random, wanted.format, wanted.shape)
        return tasks.stimuli(*given, config.seed)
    assert config.task is not None
    return tasks.find(config.task).load(config.seed)


def _model(config: Config, data: "Data") -> Any:
    from litho import tasks

    if _is_users(config):
        return tasks.load_model(config.model.name, config.model.options)
    return tasks.build(config.model.name, data, config.model.options, config.seed)


def _quantized(config: Config, data: "Data", source: Path) -> Any:
    from litho import compress, tasks

    model = _model(config, data)
    compress.quantize(model, _rules(config))
    tasks.load_weights(source / _WEIGHTS, model)
    return model


def _rules(config: Config) -> Any:
    from litho.compress import QuantizeRule

    return [
        QuantizeRule(**{name: getattr(rule, name) for name in rule.__struct_fields__})
        for rule in config.quantize
    ]


def _training(settings: Train | Tune, config: Config) -> Any:
    from litho.tasks import Training

    return Training(
        epochs=settings.epochs,
        batch=settings.batch_size,
        rate=settings.learning_rate,
        weight_decay=settings.weight_decay,
        seed=config.seed,
    )


def _teller(context: Context, epochs: int) -> Callable[[int, float], None]:
    def tell(epoch: int, loss: float) -> None:
        context.watcher.advance(epoch + 1, epochs)
        context.watcher.say(f"epoch {epoch + 1}: loss {loss:.4f}")

    return tell


def _is_users(config: Config) -> bool:
    return ":" in config.model.name


def _learning_facts(config: Config) -> Any:
    facts = [config.task, to_builtins(config.stimuli), config.seed]
    facts += [to_builtins(config.model), to_builtins(config.train)]
    versions = [package_version(name) for name in ("torch", "numpy", "scikit-learn")]
    return [*facts, *versions, *_files_of(config)]


def _files_of(config: Config) -> Iterator[str]:
    """Give a digest of the user's own files: the weights, the modules beside the model's."""
    if config.model.weights and Path(config.model.weights).is_file():
        yield digest(Path(config.model.weights).read_bytes())
    if _is_users(config):
        source = _source_of(config.model.name.partition(":")[0])
        for path in sorted(source.parent.glob("*.py")) if source else ():
            yield digest(path.name, path.read_bytes())


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


TRAIN = Stage("train", (), _learning_facts, _train)
QUANTIZE = Stage("quantize", ("train",), lambda config: to_builtins(config.quantize), _quantize)
TUNE = Stage("tune", ("quantize",), lambda config: to_builtins(config.tune), _tune)
LOWER = Stage("lower", ("tune",), lambda config: config.model.name, _lower)
EVALUATE = Stage("evaluate", ("train", "lower"), lambda config: config.task, _evaluate)
COMPARE = Stage("compare", ("train", "lower"), lambda config: None, _compare)
