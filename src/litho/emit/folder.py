"""Writes the design of a graph into a folder, whole or not at all.

Beside what `litho.rtl.write_design` writes there are

manifest.json   what each module is          timing.sdc   the clock, for Vivado and OpenSTA
                                             timing.lpf   the clock, for nextpnr
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from litho.emit.design import design_of
from litho.emit.manifest import manifest
from litho.errors import ConfigError
from litho.hw import Timing
from litho.ir import Graph, Registry
from litho.rtl import Design, DesignFolder, timing_of, write_design

__all__ = ["Emitted", "emit"]


@dataclass(frozen=True, slots=True)
class Emitted:
    """A design, its folder, and its latency and interval."""

    folder: DesignFolder
    design: Design
    timing: Timing


def emit(
    directory: Path, graph: Graph, registry: Registry, name: str = "top", clock_mhz: float = 100.0
) -> Emitted:
    """Write the design of `graph` into `directory` and give what was written.

    The folder appears whole or not at all; a design that is there already is replaced.
    Raises what `design_of` raises, and `ConfigError` when the folder cannot be written or holds
    something other than a design.
    """
    if not clock_mhz > 0:
        raise ConfigError(f"the clock must be above 0 MHz, not {clock_mhz}")
    design = design_of(graph, registry, name)
    timing = timing_of(design)
    _check_free(directory)
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        made = directory.parent / f".{directory.name}.{os.getpid()}"
        shutil.rmtree(made, ignore_errors=True)
        try:
            folder = write_design(made, design)
            (made / "manifest.json").write_text(manifest(graph, design, timing))
            for file_name, text in _constraints(clock_mhz).items():
                (made / file_name).write_text(text)
            _put(made, directory)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    except OSError as error:
        raise ConfigError(
            f"design folder {directory} must be writable, and is not: {error.strerror};"
            " choose another"
        ) from error
    return Emitted(DesignFolder(directory, folder.top, folder.sources), design, timing)


def _check_free(directory: Path) -> None:
    if not os.path.lexists(directory):
        return
    is_design = (directory / "files.f").is_file()
    if not directory.is_dir() or (not is_design and any(directory.iterdir())):
        raise ConfigError(
            f"design folder {directory} must be absent, empty or hold a design, since it is"
            " replaced; choose another"
        )


def _put(made: Path, directory: Path) -> None:
    """Give `made` the name `directory`, putting away what is there."""
    if not directory.exists():
        made.rename(directory)
        return
    old = made.with_name(f"{made.name}.old")
    directory.rename(old)
    made.rename(directory)
    shutil.rmtree(old)


def _constraints(clock_mhz: float) -> dict[str, str]:
    return {
        "timing.sdc": f"create_clock -name clk -period {1000 / clock_mhz:.3f} [get_ports clk_i]\n",
        "timing.lpf": f'FREQUENCY PORT "clk_i" {clock_mhz:g} MHZ;\n',
    }
