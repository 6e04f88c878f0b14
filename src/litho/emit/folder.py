"""Writes the design of a graph into a folder, whole or not at all.

Beside what `litho.rtl.write_design` writes there are

manifest.json   what each module is          timing.sdc   the clock, for Vivado and OpenSTA
bench/          a bench for cocotb           timing.lpf   the clock, for nextpnr
weights.bin     the beats that fill its memories, when they are loaded through a stream
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from litho.emit.bench import write_bench
from litho.emit.design import design_of
from litho.emit.manifest import manifest
from litho.errors import ConfigError
from litho.hw import Timing
from litho.ir import Graph, Registry
from litho.ir.op import Codes
from litho.rtl import Design, DesignFolder, loading_of, timing_of, whole_folder, write_design

__all__ = ["Emitted", "emit"]


@dataclass(frozen=True, slots=True)
class Emitted:
    """A design, its folder, and its latency and interval."""

    folder: DesignFolder
    design: Design
    timing: Timing


def emit(
    directory: Path,
    graph: Graph,
    registry: Registry,
    name: str = "top",
    clock_mhz: float = 100.0,
    vectors: Mapping[str, Codes] | None = None,
) -> Emitted:
    """Write the design of `graph` into `directory` and give what was written.

    With `vectors`, codes[samples, *shape] of each input, a bench for cocotb that sends them lies in
    `bench/`. The folder appears whole or not at all; a design that is there already is replaced.
    Raises what `design_of` raises, and `ConfigError` when the folder cannot be written or holds
    something other than a design.
    """
    if not clock_mhz > 0:
        raise ConfigError(f"the clock must be above 0 MHz, not {clock_mhz}")
    design = design_of(graph, registry, name)
    timing = timing_of(design)
    with whole_folder(directory, "design", "files.f") as made:
        folder = write_design(made, design)
        (made / "manifest.json").write_text(manifest(graph, design, timing))
        for file_name, text in _constraints(clock_mhz).items():
            (made / file_name).write_text(text)
        loading = loading_of(design)
        if loading is not None:
            (made / "weights.bin").write_bytes(loading.file)
        if vectors is not None:
            write_bench(made / "bench", design, timing, graph, registry, vectors)
    return Emitted(DesignFolder(directory, folder.top, folder.sources), design, timing)


def _constraints(clock_mhz: float) -> dict[str, str]:
    return {
        "timing.sdc": f"create_clock -name clk -period {1000 / clock_mhz:.3f} [get_ports clk_i]\n",
        "timing.lpf": f'FREQUENCY PORT "clk_i" {clock_mhz:g} MHZ;\n',
    }
