"""From an integer graph to hardware: what it should cost, its files, its proof, its report."""

from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from litho.api.models import codes_of, load
from litho.api.show import Shown, Table
from litho.api.waves import recording
from litho.errors import ConfigError, MismatchError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from litho.emit import Emitted
    from litho.flow.proof import Proof
    from litho.hw import Device, Estimate, Report, Timing
    from litho.ir import Graph

__all__ = [
    "EmitResult",
    "EstimateResult",
    "SimulateResult",
    "SynthesizeResult",
    "emit",
    "estimate",
    "lowered",
    "simulate",
    "synthesize",
]

_COUNTS = ("luts", "ffs", "dsps", "bram_bits")


@dataclass(frozen=True, repr=False)
class EstimateResult(Shown):
    """What a graph should cost, from formulas, beside what `device` has."""

    estimate: "Estimate"
    timing: "Timing"
    device: "Device"

    def tables(self) -> Iterable[Table]:
        """Give a row for each kind of resource."""
        rows = []
        for name in _COUNTS:
            part, has = getattr(self.estimate, name), getattr(self.device.capacity, name)
            rows.append((name, str(part.low), str(part.mid), str(part.high), str(has)))
        numbers = ("low", "mid", "high", self.device.name)
        return (Table(("resource", *numbers), tuple(rows), numbers),)

    def lines(self) -> Iterable[str]:
        """Give the cycles."""
        cycles = f"latency {self.timing.latency}, interval {self.timing.interval} cycles"
        return (f"{self.estimate.calibration}; {cycles}",)

    def record(self) -> Any:
        """Give the estimate and the computed cycles as JSON holds them."""
        parts = {name: getattr(self.estimate, name) for name in _COUNTS}
        counts = {
            name: {"low": part.low, "mid": part.mid, "high": part.high}
            for name, part in parts.items()
        }
        return {
            "estimate": counts | {"calibration": self.estimate.calibration},
            "timing": _cycles(self.timing),
        }


@dataclass(frozen=True, repr=False)
class EmitResult(Shown):
    """A design in its folder, and the graph that it computes."""

    graph: "Graph"
    emitted: "Emitted"

    @property
    def path(self) -> Path:
        """The folder."""
        return self.emitted.folder.path

    def tables(self) -> Iterable[Table]:
        """Give a row for each module: what it is and stands for."""
        rows = (
            (
                item.name,
                item.block.module,
                item.node,
                " → ".join(str(side[0].lanes) for side in (item.block.inputs, item.block.outputs)),
                str(item.block.interval),
            )
            for item in self.emitted.design.instances
        )
        headers = ("module", "is a", "stands for", "lanes", "cycles")
        return (Table(headers, tuple(rows), ("lanes", "cycles")),)

    def lines(self) -> Iterable[str]:
        """Give the cycles and the place."""
        timing, folder = self.emitted.timing, self.emitted.folder
        return (
            f"latency {timing.latency}, interval {timing.interval} cycles",
            f"{folder.path}: {len(folder.sources)} sources, top {folder.top}",
        )

    def record(self) -> Any:
        """Give place, sources and cycles as JSON holds them."""
        folder = self.emitted.folder
        return {
            "folder": str(folder.path),
            "top": folder.top,
            "sources": [*folder.sources],
            "timing": _cycles(self.emitted.timing),
        }


@dataclass(frozen=True, repr=False)
class SimulateResult(Shown):
    """A proof: every output code equal under stalls, every cycle as computed."""

    proof: "Proof"

    def lines(self) -> Iterable[str]:
        """Give the verdict."""
        proof, bound = self.proof, self.proof.bound
        most = f"at most {bound.latency} and {bound.interval} by the schedules" if bound else ""
        return (
            f"{proof.mismatches} mismatches in {proof.values} values,"
            f" {proof.cycles} cycles with stalls ({proof.simulator})",
            f"latency {proof.timing.latency}, interval {proof.timing.interval} cycles,"
            f" {most or 'as computed'}",
        )

    def _repr_html_(self) -> str:
        return f'<b style="color: #2a9d55">✓ proven</b>{super()._repr_html_()}'

    def record(self) -> Any:
        """Give the verdict as JSON holds it."""
        proof = self.proof
        return {
            "verification": {
                "simulator": proof.simulator,
                "values": proof.values,
                "mismatches": proof.mismatches,
                "cycles": proof.cycles,
                "build_s": round(proof.build_s, 3),
                "simulate_s": round(proof.simulate_s, 3),
            },
            "timing": _cycles(proof.timing),
        }


@dataclass(frozen=True, repr=False)
class SynthesizeResult(Shown):
    """What an outside tool said of a design, beside what `device` has."""

    report: "Report"
    device: "Device"

    def tables(self) -> Iterable[Table]:
        """Give a row for each kind of resource."""
        resources, capacity = self.report.resources, self.device.capacity
        rows = (
            (name, str(getattr(resources, name)), str(getattr(capacity, name))) for name in _COUNTS
        )
        numbers = (self.report.tool, self.device.name)
        return (Table(("resource", *numbers), tuple(rows), numbers),)

    def lines(self) -> Iterable[str]:
        """Give the clock, when there is one."""
        clock = self.report.fmax_mhz
        return () if clock is None else (f"greatest clock {clock:.1f} MHz",)

    def record(self) -> Any:
        """Give the report as JSON holds it."""
        counts = {name: getattr(self.report.resources, name) for name in _COUNTS}
        clock = {} if self.report.fmax_mhz is None else {"fmax_mhz": self.report.fmax_mhz}
        return {"tool": self.report.tool, **counts, **clock}


def estimate(
    graph: "Graph | Path | str",
    device: str = "ecp5-25k",
    share: float = 0.8,
    interval: int | None = None,
    *,
    fold: bool = False,
) -> EstimateResult:
    """Tell what a lowered graph should cost, and how many cycles it takes.

    With `interval`, or with `fold` for the device, lanes are chosen first.
    """
    from litho.emit import design_of
    from litho.flow.estimate import estimate_of
    from litho.hw import find_device, find_family
    from litho.ops import registry
    from litho.rtl import timing_of

    chosen = find_device(device)
    folded = _folded(lowered(graph), device if fold else None, share, interval)
    design = design_of(folded, registry())
    cost = estimate_of(design, find_family(chosen.family))
    return EstimateResult(cost, timing_of(design), chosen)


def emit(
    directory: Path | str,
    graph: "Graph | Path | str",
    name: str = "top",
    *,
    device: str | None = None,
    share: float = 0.8,
    interval: int | None = None,
    clock_mhz: float = 100.0,
    vectors: int = 0,
    weights: str = "rom",
) -> EmitResult:
    """Write a lowered graph as SystemVerilog into `directory`, and give what was written.

    With `device` lanes are chosen for the most that `share` of it holds, with `interval` for a
    sample every so many cycles. With `vectors` a bench for cocotb lies in `bench/`, which sends so
    many random samples. `weights` lie in "rom", or are taken from a "stream" after reset.
    Raises what `litho.emit.emit` raises, and `ConfigError` when no lanes do.
    """
    from litho.emit import emit as emitted
    from litho.flow.codes import drawn
    from litho.ops import registry

    folded = _folded(_placed(lowered(graph), weights), device, share, interval)
    codes = drawn(folded, vectors, 0) if vectors else None
    made = emitted(Path(directory), folded, registry(), name, clock_mhz, codes)
    return EmitResult(folded, made)


def simulate(
    design: EmitResult | Path | str,
    *inputs: Any,
    vectors: Path | str | None = None,
    samples: int = 100,
    seed: int = 0,
    simulator: str = "verilator",
    wave: Path | str | None = None,
    cycles: int | None = None,
) -> SimulateResult:
    """Compare a design with its graph, bit for bit, under random stalls, and time it without.

    `design` is what `emit` gave, or a folder with a graph and perhaps its design in `design/`.
    `inputs` are arrays or tensors[samples, …]: numbers are encoded first, integers are taken as
    the codes. Without them the codes are those in the file `vectors` (.npz), or `samples` random
    ones. The stalled run is recorded into the file `wave`, for `cycles` cycles: all signals when it
    ends in .vcd, a picture of the streams when it ends in .svg.
    Raises `MismatchError`, with the first that differs, when the design is not proven.
    """
    from litho.flow.blame import blamed
    from litho.flow.proof import Bench, prove
    from litho.flow.waves import tracks_of
    from litho.ir import interpret
    from litho.ops import registry

    with _on_disk(design) as made:
        codes = _stimuli(made.graph, inputs, vectors, samples, seed)
        expected = interpret(made.graph, codes, registry())
        path, network = made.emitted.folder.path, made.emitted.design
        with recording(wave, cycles, lambda vcd: tracks_of(path, made.graph, vcd)) as recorded:
            bench = Bench(seed, simulator=simulator, wave=recorded)
            try:
                proof = prove(made.emitted.folder, network, codes, expected, bench)
            except MismatchError as error:
                known = registry()
                raise blamed(error, made.graph, network, codes, known, simulator) from error
    return SimulateResult(proof)


def _stimuli(
    graph: "Graph", inputs: tuple[Any, ...], vectors: Path | str | None, samples: int, seed: int
) -> Any:
    from litho.flow.codes import drawn, read_codes

    if inputs:
        return codes_of(graph, inputs)
    return read_codes(Path(vectors)) if vectors else drawn(graph, samples, seed)


def synthesize(
    design: EmitResult | Path | str,
    device: str = "ecp5-25k",
    *,
    place: bool = False,
    out: Path | str | None = None,
) -> SynthesizeResult:
    """Synthesize a design, or the one in a design folder, for a device; `place` gives the clock.

    Netlist and logs are kept in `out` when it is given.
    """
    from litho import tools
    from litho.hw import find_device, find_family
    from litho.rtl import read_folder

    chosen = find_device(device)
    folder = read_folder(design.path if isinstance(design, EmitResult) else Path(design))
    with tools.kept_on_failure("synthesis") as temporary:
        directory = Path(out or temporary)
        directory.mkdir(parents=True, exist_ok=True)
        synthesis = tools.synthesize(folder, find_family(chosen.family), directory)
        report = tools.place(synthesis, chosen, directory) if place else synthesis.report
    return SynthesizeResult(report, chosen)


def lowered(graph: "Graph | Path | str") -> "Graph":
    """Give `graph`, or the one in that folder; raises `ConfigError` unless it is all integers."""
    from litho.ir import TensorType

    found = load(graph) if isinstance(graph, Path | str) else graph
    place = f"the graph in {graph}" if isinstance(graph, Path | str) else f"graph {found.name!r}"
    for node in found.nodes:
        if not isinstance(node.type, TensorType) or not node.type.is_coded:
            raise ConfigError(
                f"{place} must be lowered to integers, and %{node.name} ({node.op},"
                f" from {node.origin}) is not; quantize the model before it is captured"
            )
    return found


def _placed(graph: "Graph", weights: str) -> "Graph":
    """Give `graph` with its weights where they are asked for."""
    if weights not in ("rom", "stream"):
        raise ConfigError(f"weights must lie in 'rom' or come from a 'stream', not {weights!r}")
    if weights == "rom":
        return graph
    from litho.ops import registry
    from litho.passes import StreamWeights

    return StreamWeights()(graph, registry())


def _folded(graph: "Graph", device: str | None, share: float, interval: int | None) -> "Graph":
    """Give `graph` with lanes chosen for `device` or `interval`; as it is without either."""
    if device is None and interval is None:
        return graph
    from litho.hw import find_device
    from litho.ops import registry
    from litho.passes.choose_lanes import ChooseLanes

    chosen = find_device(device) if device else None
    return ChooseLanes(device=chosen, share=share, interval=interval)(graph, registry())


@contextmanager
def _on_disk(design: EmitResult | Path | str) -> "Iterator[EmitResult]":
    """Give a design that lies on disk: as given, in its folder, or emitted for this once."""
    if isinstance(design, EmitResult):
        yield design
        return
    from litho.emit import Emitted, depths_in, design_of
    from litho.ops import registry
    from litho.rtl import read_folder, timing_of
    from litho.tools import kept_on_failure

    graph, place = lowered(design), Path(design) / "design"
    with kept_on_failure("designs") as temporary:
        if not place.exists():
            yield emit(temporary / "design", graph)
            return
        folder = read_folder(place)
        network = design_of(graph, registry(), folder.top, depths_in(place))
        yield EmitResult(graph, Emitted(folder, network, timing_of(network)))


def _cycles(timing: "Timing") -> dict[str, int]:
    return {"latency_cycles": timing.latency, "interval_cycles": timing.interval}
