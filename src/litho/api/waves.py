"""Records a simulation into a file: every signal as VCD or FST, or the streams as a picture."""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from litho.errors import ConfigError

if TYPE_CHECKING:
    from litho.report import Track
    from litho.sim import Wave
    from litho.testing import Subject

__all__ = ["record_case", "recording"]

_CYCLES = {".vcd": 1000, ".fst": 1000, ".svg": 40}


@contextmanager
def recording(
    path: Path | str | None, cycles: int | None, tracks: "Callable[[Path], tuple[Track, ...]]"
) -> "Iterator[Wave | None]":
    """Give what a simulation must record, and see that `path` holds it, even when it fails.

    A path that ends in .vcd or .fst gets every signal, one that ends in .svg a picture of what
    `tracks` finds in the recording. Without `cycles` as many are recorded as are of use: 1000, or
    40 in a picture.
    Raises `ConfigError` for a path that ends otherwise, `ToolMissingError` for .fst without the
    program that writes it.
    """
    from litho import tools
    from litho.report import draw_waves, write_file
    from litho.sim import Wave

    if path is None:
        yield None
        return
    place = Path(path)
    if place.suffix not in _CYCLES:
        raise ConfigError(
            f"waves must go to a file that ends in .vcd, .fst or .svg, not to {place}"
        )
    if place.suffix == ".fst":
        tools.require(tools.VCD2FST)
    count = cycles or _CYCLES[place.suffix]
    if place.suffix == ".vcd":
        yield Wave(place, count)
        return
    with tempfile.TemporaryDirectory(prefix="litho-") as folder:
        depth = 1 if place.suffix == ".svg" else 0
        wave = Wave(Path(folder) / "waves.vcd", count, depth=depth)
        try:
            yield wave
        finally:
            if wave.path.is_file() and depth:
                write_file(place, draw_waves(tracks(wave.path), 0, count))
            elif wave.path.is_file():
                tools.convert_waves(wave.path, place, Path(folder) / "convert.log")


def record_case(
    name: str,
    path: Path | str,
    cycles: int | None = None,
    simulator: str = "verilator",
    folders: Iterable[Path | str] = (),
) -> None:
    """Record the bench of the case called `name` under stalls; codes are drawn as integers.

    `folders` are those of operations that do not come with litho.
    Raises `ConfigError` when `name` stands for more than one case, `MismatchError` when a code is
    wrong.
    """
    from litho.rtl import loading_of, single, write_design
    from litho.sim import compare, simulate
    from litho.testing import STALLS, chosen_subjects, expected_of, sides_of
    from litho.tools import kept_on_failure

    subjects = chosen_subjects(name, tuple(Path(folder) for folder in folders))
    if len(subjects) > 1:
        names = ", ".join(subject.name for subject in subjects[:4])
        raise ConfigError(
            f"waves must be of one case, and {name!r} names {len(subjects)}; give one of {names} …"
        )
    case = subjects[0].case
    block = case.block
    with (
        kept_on_failure("checks") as folder,
        recording(path, cycles, lambda waves: _tracks(subjects[0], waves)) as wave,
    ):
        made = write_design(folder, single(block))
        found = simulate(
            made,
            block.inputs,
            block.outputs,
            case.inputs,
            stalls=STALLS[0],
            simulator=simulator,
            wave=wave,
            loading=loading_of(single(block)),
        )
    compare(expected_of(case), found.outputs, block.outputs, sides=sides_of(case))


def _tracks(subject: "Subject", waves: Path) -> "tuple[Track, ...]":
    from dataclasses import replace

    from litho.formats import parse
    from litho.ir import TensorType
    from litho.report import track_of
    from litho.sim.waves import read_waves

    block = subject.case.block
    streams = (*block.inputs, *block.outputs)
    tracks = []
    found = read_waves(waves, [f"{stream.name}_edge" for stream in streams])
    for stream, wave in zip(streams, found, strict=True):
        spelling = f"{'' if stream.is_signed else 'u'}fixed{stream.bits}f0"
        kind = TensorType((stream.rows, stream.row), parse(spelling))
        tracks.append(replace(track_of(wave, stream, kind), name=stream.name))
    return tuple(tracks)
