"""The stages from a quantized network to an integer graph and its accuracy."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from threadpoolctl import threadpool_limits

from litho.errors import ConfigError, MismatchError
from litho.flow.codes import code_batches, read_codes, samples_at_once, write_codes
from litho.flow.config import Stimuli
from litho.flow.facts import read_facts, write_facts
from litho.flow.fidelity import fidelities, places_of, record_of
from litho.flow.formats import write_formats
from litho.flow.layers import write_layers
from litho.flow.networks import WEIGHTS, compressed_of, data_of, model_of
from litho.flow.operations import ops_of
from litho.flow.stage import Context, Stage
from litho.ir import Graph, Registry, has_state, interpret, interpret_from, load, save

if TYPE_CHECKING:
    from litho.tasks import Data

__all__ = ["COMPARE", "EVALUATE", "LOWER"]

_COMPARED = 512  # samples on which every value is compared with float, and the codes in them
_CODES = 1 << 25
_HOSTED = 1024  # samples that the host computes, and that are encoded, at once


def _lower(context: Context) -> None:
    """Capture the network as integer operations, and run its fake-quantized form on the test."""
    from litho import compress, frontend, passes, tasks

    config = context.config
    data = data_of(config)
    model = _network(context, data)
    write_formats(context.folder, model)
    write_layers(context.folder, model)
    compress.make_permanent(model)
    core, example = tasks.core_of(model), tasks.core_inputs(model, data.example)
    captured = frontend.capture(core, example, config.model.name)
    graph = passes.run(captured, (passes.RemoveDropout(), passes.Lower()), ops_of(config))
    if config.stimuli:
        _check_stimuli(graph, config.stimuli)
    save(context.folder, graph)
    write_codes(context.folder / "inputs.npz", _encoded(graph, model, data.test_inputs))
    outputs = tasks.predict(model, data.test_inputs).double().numpy()
    np.savez(context.folder / "judged.npz", outputs=outputs, targets=data.test_targets.numpy())


def _network(context: Context, data: "Data") -> Any:
    """Give the network whose integers are judged, in PyTorch's evaluation mode: no dropout."""
    return compressed_of(context.config, data, context.needs["tune"] / WEIGHTS).eval()


def _encoded(graph: Graph, model: Any, samples: Any) -> dict[str, Any]:
    """Give the codes of what the hardware takes of samples[n, …], as one batch of 1 each."""
    from litho import tasks

    parts: list[list[Any]] = [[] for _ in graph.inputs]
    for batch in samples.split(_HOSTED):
        given = tasks.core_inputs(model, batch)
        for item, values, part in zip(graph.inputs, given, parts, strict=True):
            shaped = values.double().numpy().reshape(len(batch), *item.type.shape)
            codes = item.type.codes.encode(shaped, item.type.scale)
            part.append(codes.astype(np.int32) if item.type.codes.bits < 32 else codes)
    return {item.name: np.concatenate(part) for item, part in zip(graph.inputs, parts, strict=True)}


def _evaluate(context: Context) -> None:
    """Run the integer graph on the whole test set: its accuracy is the hardware's."""
    from litho import tasks

    config, source = context.config, context.needs["lower"]
    graph = load(source, ops_of(config))
    found = _interpreted(graph, source / "inputs.npz", ops_of(config))
    write_codes(context.folder / "outputs.npz", found)
    kind = graph.type_of(graph.outputs[0])
    values = kind.codes.decode(found[graph.outputs[0]], kind.scale)
    with np.load(source / "judged.npz") as judged:
        fake, targets = judged["outputs"], judged["targets"]
    values = values.reshape(fake.shape)
    _check_equal(fake, values, lambda: _first_apart(context, graph))
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


def _interpreted(graph: Graph, path: Path, known: Registry) -> dict[str, Any]:
    """Give the codes of the outputs for those in a file, some samples at a time.

    As many parts as there are processors are done at once; a graph that remembers something from
    sample to sample goes through them in order.
    """
    batches = code_batches(path, samples_at_once(graph))
    if has_state(graph, known):
        parts = list(_in_order(graph, batches, known))
    else:
        parts = list(_at_once(graph, batches, known))
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _in_order(
    graph: Graph, batches: Iterable[dict[str, Any]], known: Registry
) -> Iterator[dict[str, Any]]:
    states: dict[str, int] = {}
    for codes in batches:
        found, states = interpret_from(graph, codes, known, states)
        yield found


def _at_once(
    graph: Graph, batches: Iterable[dict[str, Any]], known: Registry
) -> Iterator[dict[str, Any]]:
    """Go through batches in threads: NumPy works outside of Python's lock.

    BLAS has one thread for each of them: more would wait for each other, spinning.
    """
    count, left = os.cpu_count() or 1, iter(batches)
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(count) as threads:
        while some := list(islice(left, count)):
            yield from threads.map(lambda codes: interpret(graph, codes, known), some)


def _compare(context: Context) -> None:
    """Compare each value of the integer graph with the trained float network's."""
    from litho import tasks
    from litho.tasks.activations import activations

    config, source, known = context.config, context.needs["lower"], ops_of(context.config)
    graph, data = load(source, known), data_of(config)
    model = model_of(config, data)
    tasks.load_weights(context.needs["train"] / WEIGHTS, model)
    samples = data.test_inputs[: _compared(graph)]
    floats = activations(model, samples, set(places_of(graph).values()))
    given = read_codes(source / "inputs.npz", len(samples))
    codes = given | interpret(graph, given, known, keep="all")
    found = fidelities(graph, codes, floats)
    name = "the stimuli" if config.stimuli else "the test set"
    write_facts(context.folder, "fidelity", record_of(found, len(samples), name))


def _compared(graph: Graph) -> int:
    """Give the samples on which every value is compared: so many that all values fit memory."""
    codes = sum(graph.type_of(node.name).size for node in graph.nodes)
    return max(1, min(_COMPARED, _CODES // codes))


def _check_stimuli(graph: Graph, stimuli: Stimuli) -> None:
    """Raise `ConfigError` unless the codes of the stimuli are those that the design takes."""
    for item in graph.inputs:
        if str(item.type.format) != stimuli.format or not item.type.scale.is_unit:
            raise ConfigError(
                f"key 'stimuli.format' must be that of the network's input, {item.type.format}"
                f" with scale {item.type.scale}, not {stimuli.format!r}; give the first layer's"
                f' rule `inputs = "{stimuli.format}"`'
            )


def _check_equal(fake: Any, values: Any, first_apart: Callable[[], str]) -> None:
    places = np.argwhere(fake != values)
    if len(places):
        first = tuple(int(index) for index in places[0])
        raise MismatchError(
            "the fake-quantized network must equal the integer graph in every output, and"
            f" {len(places)} of {fake.size} differ: output {first[1]} of sample {first[0]} is"
            f" {fake[first]} in the fake-quantized network (PyTorch) and {values[first]} in the"
            f" integer graph (the reference){first_apart()}"
        )


def _first_apart(context: Context, graph: Graph) -> str:
    """Name the first module whose values are not those of the fake-quantized network."""
    from litho.tasks.activations import activations

    config, source, known = context.config, context.needs["lower"], ops_of(context.config)
    data = data_of(config)
    model = _network(context, data)
    count = _compared(graph)
    given = read_codes(source / "inputs.npz", count)
    codes = given | interpret(graph, given, known, keep="all")
    # What a module gives is what its last node gives, its quantizer counted.
    last = {place: name for name, place in places_of(graph).items() if place[1] == "outputs"}
    floats = activations(model, data.test_inputs[:count], set(last))
    found = fidelities(graph, codes, floats)
    for node in graph.nodes:
        if node.name in last.values() and node.name in found and found[node.name].max:
            path = node.origin.path.removesuffix(".quantize_outputs")
            inside = [
                item.op for item in graph.nodes if f"{item.origin.path}.".startswith(f"{path}.")
            ]
            return (
                f"; the first module that differs is {path!r} (here {', '.join(inside)}): mend"
                " `evaluate` or `infer_type` of its operation, or its lowering"
            )
    return ""


LOWER = Stage("lower", ("tune",), lambda config: config.model.name, _lower)
EVALUATE = Stage("evaluate", ("train", "tune", "lower"), lambda config: config.task, _evaluate)
COMPARE = Stage("compare", ("train", "lower"), lambda config: None, _compare)
