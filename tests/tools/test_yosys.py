"""Synthesis: counts as the cells say, netlists beside them, and failures with their place."""

import pytest

from litho import tools
from litho.errors import DataError, ToolError, ToolMissingError, UnsupportedError
from litho.hw import FAMILIES, Family, Resources
from litho.rtl import DesignFolder, single, write_design
from litho.rtl.stream.register import register
from litho.tools.yosys import count


@pytest.fixture
def needs_yosys():
    try:
        tools.find("yosys")
    except ToolMissingError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.usefixtures("needs_yosys")
def test_a_register_has_its_flip_flops_in_every_family(tmp_path, family):
    folder = write_design(tmp_path / "design", single(register(8, 1, 4)))
    found = tools.synthesize(folder, FAMILIES[family], tmp_path / "out")
    assert found.report.resources.ffs == 9
    assert found.report.resources.luts <= 4
    assert found.report.resources.dsps == found.report.resources.bram_bits == 0
    assert found.report.tool.startswith("yosys ")
    assert found.report.fmax_mhz is None
    assert found.top == "bench"
    assert "module bench(" in found.verilog.read_text()
    assert '"bench"' in found.json.read_text()
    assert found.log.is_file()
    assert all(path.is_file() for path in tools.cell_models(FAMILIES[family]))


def test_cells_are_counted_by_what_they_occupy():
    cells = {"LUT6": 3, "INV": 1, "FDRE": 5, "MUXF7": 9, "CARRY4": 2, "DSP48E1": 4}
    assert count(cells) == Resources(luts=4, ffs=5, dsps=4, carries=2)
    assert count({"RAMB36E1": 1, "RAMB18E1": 2}) == Resources(bram_bits=4 * 18 * 1024)
    assert count({"CCU2C": 3, "TRELLIS_DPR16X4": 1, "LUT4": 1}) == Resources(luts=13, carries=3)
    assert count({"SB_LUT4": 2, "SB_DFFESR": 3, "SB_CARRY": 1, "SB_RAM40_4K": 1}) == Resources(
        luts=2, ffs=3, carries=1, bram_bits=4096
    )


def test_a_cell_of_unknown_size_is_an_error():
    with pytest.raises(ToolError, match="must have a known size, and 'PLL' has none"):
        count({"LUT4": 1, "PLL": 1})


def test_a_family_without_a_mapping_is_refused(tmp_path):
    family = Family("asic", 0, 0, 0, 0, 0, 0)
    with pytest.raises(UnsupportedError, match=r"must be for one of xc7, .*, not 'asic'"):
        tools.synthesize(DesignFolder(tmp_path, "top", ()), family, tmp_path)


@pytest.mark.usefixtures("needs_yosys")
def test_source_that_does_not_parse_is_told_with_its_line(tmp_path):
    folder = write_design(tmp_path / "design", single(register(8, 1, 4)))
    top = folder.path / "bench.sv"
    top.write_text(top.read_text().replace("endmodule", "assign ;\nendmodule"))
    with pytest.raises(ToolError, match=r"yosys must end with exit code 0.*bench\.sv:\d+.*log: "):
        tools.synthesize(folder, FAMILIES["ice40"], tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "be there, and is absent"), ("", "hold 2 words, not 0"), ("1\n1f\n", "'1f'")],
)
def test_a_memory_file_that_is_not_whole_stops_synthesis_by_name(tmp_path, content, message):
    folder = write_design(tmp_path / "design", single(register(8, 1, 4)))
    (folder.path / "memories.json").write_text('{"weights.mem": {"width": 4, "depth": 2}}')
    if content is not None:
        (folder.path / "weights.mem").write_text(content)
    with pytest.raises(DataError, match=rf"memory file .*weights\.mem must .*{message}"):
        tools.synthesize(folder, FAMILIES["xc7"], tmp_path / "out")


def test_a_source_that_is_absent_stops_synthesis_by_name(tmp_path):
    folder = write_design(tmp_path / "design", single(register(8, 1, 4)))
    (folder.path / "rtl" / "litho_stream_register.sv").unlink()
    with pytest.raises(DataError, match=r"source .*litho_stream_register\.sv must be readable"):
        tools.synthesize(folder, FAMILIES["xc7"], tmp_path / "out")
