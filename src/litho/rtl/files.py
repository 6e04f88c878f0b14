"""Writes a design into a folder that every tool can read by itself.

<name>.sv   the top module        rtl/*.sv   the modules it needs
*.mem       memory files          files.f    the list of sources, in order
memories.json   width and depth of each memory file
"""

import json
from dataclasses import dataclass
from pathlib import Path

from litho.errors import ConfigError, DataError
from litho.rtl.block import Memory
from litho.rtl.design import Design
from litho.rtl.library import shared_modules, sources_of
from litho.rtl.verilog import Instrumentation, render

__all__ = ["DesignFolder", "check_memories", "read_folder", "write_design"]


@dataclass(frozen=True, slots=True)
class DesignFolder:
    """A design on disk: its folder, the name of its top, its sources relative to the folder."""

    path: Path
    top: str
    sources: tuple[str, ...]


def write_design(
    directory: Path, design: Design, instrumentation: Instrumentation = Instrumentation()
) -> DesignFolder:
    """Write `design` into `directory`, which need not exist, and give what was written.

    Simulators and synthesis run in that folder: the names of memory files are relative to it.
    Raises `ConfigError` for a design that is named like a module in it, and `DataError` for a
    module that has no file.
    """
    paths = sources_of(tuple(item.block for item in design.instances))
    _check_name(design, paths)
    (directory / "rtl").mkdir(parents=True, exist_ok=True)
    if instrumentation.stalls:
        paths = (shared_modules()["litho_stream_stall"], *paths)
    for path in paths:
        (directory / "rtl" / path.name).write_text(path.read_text())
    sources = (*(f"rtl/{path.name}" for path in paths), f"{design.name}.sv")
    (directory / f"{design.name}.sv").write_text(render(design, instrumentation))
    (directory / "files.f").write_text("\n".join(sources) + "\n")
    memories = {
        memory.file_name: memory for item in design.instances for memory in item.block.memories
    }
    for name, memory in memories.items():
        (directory / name).write_text(memory.text)
    (directory / "memories.json").write_text(_memory_list(memories))
    return DesignFolder(directory, design.name, sources)


def _check_name(design: Design, paths: tuple[Path, ...]) -> None:
    for path in paths:
        if path.stem == design.name:
            raise ConfigError(
                f"the name of a design must not be that of a module in it, and {design.name!r} is"
                f" {path}; choose another"
            )


def _memory_list(memories: dict[str, Memory]) -> str:
    facts = {
        name: {"width": memories[name].width, "depth": memories[name].depth}
        for name in sorted(memories)
    }
    return json.dumps(facts, indent=2) + "\n"


def read_folder(directory: Path) -> DesignFolder:
    """Give the design in `directory`; raises `DataError` when its list of sources is absent."""
    listing = directory / "files.f"
    if not listing.is_file():
        raise DataError(
            f"a design folder must have a file files.f, and {listing} is not there;"
            " `litho emit` writes one"
        )
    sources = tuple(_read(listing).split())
    absent = [name for name in sources if not (directory / name).is_file()]
    if absent or not sources:
        raise DataError(
            f"{listing} must list the sources of a design, all of them there, not"
            f" {', '.join(absent) or 'nothing'}; emit the design again"
        )
    return DesignFolder(directory, Path(sources[-1]).stem, sources)


def check_memories(folder: DesignFolder) -> None:
    """Raise `DataError`, naming the file, unless every memory file is there and whole.

    Each must hold as many words as the design reads, of as many digits as its width needs, with
    no bit above the width.
    """
    listing = folder.path / "memories.json"
    if not listing.is_file():
        raise DataError(f"a design folder must have a file {listing}; emit the design again")
    try:
        facts = {
            name: (int(item["width"]), int(item["depth"]))
            for name, item in json.loads(_read(listing)).items()
        }
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"{listing} must give width and depth of each memory file, and does not ({error});"
            " emit the design again"
        ) from error
    for name, (width, depth) in facts.items():
        _check_memory(folder.path / name, width, depth)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path} must be text, and is not: {error}; emit the design again"
        ) from error


def _check_memory(path: Path, width: int, depth: int) -> None:
    if not path.is_file():
        raise DataError(f"memory file {path} must be there, and is absent; emit the design again")
    words = _read(path).split()
    if len(words) != depth:
        raise DataError(
            f"memory file {path} must hold {depth} words, not {len(words)}; emit the design again"
        )
    digits = -(-width // 4)
    for number, word in enumerate(words, start=1):
        if len(word) != digits or not _is_hex(word) or int(word, 16) >> width:
            raise DataError(
                f"memory file {path} must hold words of {width} bits in {digits} hexadecimal"
                f" digits, not {word!r} in line {number}; emit the design again"
            )


def _is_hex(word: str) -> bool:
    return all(digit in "0123456789abcdefABCDEF" for digit in word)
