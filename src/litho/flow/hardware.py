"""The stages from an integer graph to proven, placed hardware."""

import shlex
from dataclasses import asdict, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from msgspec import to_builtins

from litho import tools
from litho.emit import depths_in, design_of, emit
from litho.errors import ConfigError, MismatchError
from litho.flow.blame import blamed
from litho.flow.codes import read_codes, write_codes
from litho.flow.config import Config, Hardware
from litho.flow.estimate import estimates_of, sum_of
from litho.flow.facts import write_facts, write_report
from litho.flow.operations import ops_of
from litho.flow.proof import Bench, prove, together
from litho.flow.skipping import skipping, sparing
from litho.flow.stage import Context, Stage
from litho.flow.taps import taps_of
from litho.flow.waves import record
from litho.hw import find_device, find_family
from litho.ir import Graph, Lanes, has_state, load, save
from litho.ops import setting
from litho.passes import StreamWeights
from litho.passes.choose_lanes import ChooseLanes
from litho.rtl import least_interval, loading_of, read_folder, timing_of
from litho.sim import Wave

__all__ = [
    "EMIT",
    "FOLD",
    "PLACE",
    "SIMULATE",
    "SYNTHESIZE",
    "TOP",
    "WAVE",
    "placer_of",
    "simulation_tools",
    "target_of",
    "with_lanes",
]

TOP = "top"

# Samples of a share at least, and how many shares at most; cycles from which on it pays.
_SHARE, _SHARES, _LONG = 64, 16, 2_000_000


def target_of(config: Config) -> Hardware:
    """Give what the design is for, in a run that makes one."""
    assert config.hardware is not None
    return config.hardware


def _fold(context: Context) -> None:
    """Choose what is skipped, held or streamed, and the lanes of each node."""
    known, hardware = ops_of(context.config), target_of(context.config)
    graph = skipping(load(context.needs["lower"], known), hardware, known)
    graph = sparing(graph, hardware, known)
    if hardware.weights == "stream":
        graph = StreamWeights()(graph, known)
    chooser = ChooseLanes(
        device=find_device(hardware.device),
        share=hardware.share,
        interval=hardware.interval,
        within=hardware.within,
    )
    save(context.folder, with_lanes(chooser(graph, known), hardware))


def with_lanes(graph: Graph, hardware: Hardware) -> Graph:
    """Give `graph` with the lanes that the configuration names in place of the chosen ones.

    Raises `ConfigError` for a rule that matches no node.
    """
    for number, rule in enumerate(hardware.lanes):
        matching = {node.name for node in graph.nodes if fnmatchcase(node.name, rule.match)}
        if not matching:
            names = ", ".join(node.name for node in graph.nodes)
            raise ConfigError(
                f"key 'hardware.lanes[{number}].match' must match a node, not {rule.match!r};"
                f" nodes: {names}"
            )
        lanes = Lanes(rule.inputs, rule.outputs)
        graph = graph.with_nodes(
            replace(node, lanes=lanes) if node.name in matching else node for node in graph.nodes
        )
    return graph


def _emit(context: Context) -> None:
    """Write the design, and what it should cost."""
    known, hardware = ops_of(context.config), target_of(context.config)
    graph = load(context.needs["fold"], known)
    save(context.folder, graph)
    emitted = emit(context.folder / "design", graph, known, TOP, hardware.clock_mhz)
    family = find_family(find_device(hardware.device).family)
    parts = estimates_of(emitted.design, family)
    write_facts(context.folder, "estimate", asdict(sum_of(parts.values())))
    write_facts(context.folder, "estimates", {name: asdict(part) for name, part in parts.items()})


def _simulate(context: Context) -> None:
    """Compare the design with the interpreter on the test set, or so much of it as is asked."""
    emitted, settings = context.needs["emit"], context.config.simulate
    known, count = ops_of(context.config), settings.samples or None
    vectors = context.needs["lower"] / "inputs.npz"
    graph, inputs = load(emitted, known), read_codes(vectors, count)
    design = design_of(graph, known, TOP, depths_in(emitted / "design"))
    expected = read_codes(context.needs["evaluate"] / "outputs.npz", count)
    if count:
        vectors = write_codes(context.folder / "vectors.npz", inputs)
    taps = taps_of(design, graph, settings.taps, inputs, known) if settings.taps else None
    command = _repeating(context, vectors, "--seed", str(context.config.seed))
    stalls = (settings.source_stalls, settings.sink_stalls)
    samples = len(next(iter(inputs.values())))
    shares = 1 if has_state(graph, known) else _shares(samples, least_interval(design))
    proofs = []
    for name in _simulators(context.config):
        again = f"{command} --simulator {name}"
        bench = Bench(context.config.seed, *stalls, name, again, shares=shares)
        try:
            folder = read_folder(emitted / "design")
            proofs.append(prove(folder, design, inputs, expected, bench, taps))
        except MismatchError as error:
            raise blamed(error, graph, design, inputs, known, name) from error
    write_facts(context.folder, "proof", asdict(together(proofs)))


def _shares(samples: int, interval: int) -> int:
    """Give among how many simulations the samples are shared out: one, unless they take long.

    It does not depend on the machine, so that cycles do not. Each share fills the pipeline again.
    """
    return max(1, min(_SHARES, samples // _SHARE)) if samples * interval >= _LONG else 1


def _wave(context: Context) -> None:
    """Record the streams of the design on the first samples of the test set."""
    emitted, settings = context.needs["emit"], context.config.simulate
    known = ops_of(context.config)
    design = design_of(load(emitted, known), known, TOP, depths_in(emitted / "design"))
    # Some more than go through in that time: buffers take them in early.
    samples = settings.wave // timing_of(design).interval + 8
    vectors = context.needs["lower"] / "inputs.npz"
    inputs, expected = (
        tuple(read_codes(path, samples).values())
        for path in (vectors, context.needs["evaluate"] / "outputs.npz")
    )
    loading = loading_of(design)
    cycles = settings.wave + (loading.stream.beats if loading else 0)
    wave = Wave(context.folder / "waves.vcd", cycles, depth=1)
    command = _repeating(context, vectors)
    bench = Bench(context.config.seed, simulator=settings.simulator, command=command)
    record(read_folder(emitted / "design"), design, inputs, expected, wave, bench)


def _repeating(context: Context, vectors: Path, *more: str) -> str:
    """Give the command that simulates again, knowing the user's own operations."""
    words = ("litho", "simulate", str(context.needs["emit"]), "--vectors", str(vectors), *more)
    return setting(tuple(map(Path, context.config.ops))) + shlex.join(words)


def _synthesized(context: Context) -> tools.Synthesis:
    family = find_family(find_device(target_of(context.config).device).family)
    folder = read_folder(context.needs["emit"] / "design")
    return tools.with_fan_out(tools.synthesize(folder, family, context.logs))


def _synthesize(context: Context) -> None:
    """Map the design onto the cells of the family."""
    write_report(context.folder, _synthesized(context).report)


def _place(context: Context) -> None:
    """Place and route the netlist: the clock it allows."""
    hardware = target_of(context.config)
    device, target = find_device(hardware.device), hardware.clock_mhz
    report = tools.place(_synthesized(context), device, context.logs, target_mhz=target)
    write_report(context.folder, report)


def _versions(*names: str) -> dict[str, str]:
    return {name: tools.find(name).version for name in names}


def _simulation_facts(config: Config) -> Any:
    names = simulation_tools(config)
    settings = to_builtins(config.simulate)
    return [_without(settings, "wave"), config.seed, _versions(*names)]


def _simulators(config: Config) -> tuple[str, ...]:
    settings = config.simulate
    return (settings.simulator, *((settings.second,) if settings.second else ()))


def simulation_tools(config: Config) -> tuple[str, ...]:
    """Give the names of the tools that the simulators need."""
    needed = {"verilator": ("verilator", "c++"), "icarus": ("iverilog",)}
    names = (tool for simulator in _simulators(config) for tool in needed[simulator])
    return tuple(dict.fromkeys(names))


def _without(settings: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if name != key}


def _wave_facts(config: Config) -> Any:
    return [config.simulate.wave, config.simulate.simulator, _simulation_facts(config)[-1]]


FOLD = Stage("fold", ("lower",), lambda config: to_builtins(config.hardware), _fold)
EMIT = Stage(
    "emit", ("fold",), lambda config: [target_of(config).device, target_of(config).clock_mhz], _emit
)
SIMULATE = Stage("simulate", ("lower", "emit", "evaluate"), _simulation_facts, _simulate)
WAVE = Stage("wave", ("lower", "emit", "evaluate"), _wave_facts, _wave)
SYNTHESIZE = Stage(
    "synthesize",
    ("emit",),
    lambda config: [find_device(target_of(config).device).family, _versions("yosys")],
    _synthesize,
)
PLACE = Stage(
    "place",
    ("emit", "synthesize"),
    lambda config: [target_of(config).device, target_of(config).clock_mhz, _placer(config)],
    _place,
)


def placer_of(config: Config) -> str:
    """Give the name of the tool that places and routes for the device."""
    return f"nextpnr-{find_device(target_of(config).device).family}"


def _placer(config: Config) -> dict[str, str]:
    return _versions(placer_of(config))
