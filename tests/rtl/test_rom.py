"""A memory file that is not whole stops simulation at time zero and synthesis, by its name."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from litho import tools
from litho.errors import DataError, ToolError
from litho.hw import find_family
from litho.rtl import Block, DesignFolder, check_memories, single, write_design
from litho.rtl.bench import rom_block
from litho.rtl.block import Codes
from litho.rtl.mem.rom import rom_resources
from litho.sim import simulate

WORDS = np.array([3, 0, 127, 64, 9], dtype=np.int64)
CODES: Codes = np.array([[[0, 1, 2, 3, 4]]], dtype=np.int64)

DAMAGES: dict[str, Callable[[Path], object]] = {
    "absent": lambda path: path.unlink(),
    "empty": lambda path: path.write_text(""),
    "short": lambda path: path.write_text("".join(path.read_text().splitlines(True)[:-1])),
    "cut in the last word": lambda path: path.write_text(path.read_text()[:-2]),
    "long": lambda path: path.write_text(path.read_text() + "00\n"),
    "over-wide": lambda path: path.write_text(path.read_text().replace("7f", "ff")),
    "with too many digits": lambda path: path.write_text(path.read_text().replace("7f", "07f")),
    "not hexadecimal": lambda path: path.write_text(path.read_text().replace("7f", "7g")),
}


@pytest.fixture
def block() -> Block:
    return rom_block(WORDS, 7, 5)


@pytest.fixture
def folder(block: Block, tmp_path: Path) -> DesignFolder:
    return write_design(tmp_path / "design", single(block))


def _name(block: Block) -> str:
    return block.memories[0].file_name


@pytest.mark.parametrize("simulator", ["verilator", "icarus"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_simulation_stops_at_time_zero_and_names_the_file(
    damage: str, simulator: str, block: Block, folder: DesignFolder
) -> None:
    if simulator == "icarus" and tools.TOOLS["iverilog"].look() is None:
        pytest.skip("iverilog is missing")
    DAMAGES[damage](folder.path / _name(block))
    with pytest.raises(ToolError, match=f"memory file '{_name(block)}' must"):
        simulate(folder, block.inputs, block.outputs, (CODES,), simulator=simulator)


@pytest.mark.parametrize("damage", DAMAGES)
def test_the_check_before_synthesis_names_the_file(
    damage: str, block: Block, folder: DesignFolder
) -> None:
    DAMAGES[damage](folder.path / _name(block))
    with pytest.raises(DataError, match=_name(block)):
        check_memories(folder)


def test_synthesis_stops_before_it_starts(
    block: Block, folder: DesignFolder, tmp_path: Path
) -> None:
    (folder.path / _name(block)).unlink()
    with pytest.raises(DataError, match="absent"):
        tools.synthesize(folder, find_family("ecp5"), tmp_path / "out")
    assert not (tmp_path / "out" / "netlist.json").exists()


def test_a_whole_file_passes(block: Block, folder: DesignFolder) -> None:
    check_memories(folder)
    found = simulate(folder, block.inputs, block.outputs, (CODES,))
    assert np.array_equal(found.outputs[0].reshape(-1), WORDS)


@pytest.mark.parametrize(
    ("width", "depth", "bits"), [(9, 2048, 18432), (36, 512, 18432), (37, 1024, 3 * 18432)]
)
def test_a_deep_memory_takes_whole_block_rams(width: int, depth: int, bits: int) -> None:
    assert rom_resources(width, depth, find_family("xc7")).bram_bits == bits
