"""Place and route: frequency and use as nextpnr reports them."""

import pytest

from litho import tools
from litho.errors import ToolError, ToolMissingError, UnsupportedError
from litho.hw import DEVICES, FAMILIES, Report, Resources
from litho.rtl import DesignFolder, single, write_design
from litho.rtl.stream.register import register
from litho.tools._pins import ring
from litho.tools.nextpnr import read_report


def use(**used: int) -> dict[str, dict[str, int]]:
    return {name: {"used": number, "available": 1} for name, number in used.items()}


def test_a_report_of_ecp5_is_read():
    facts = {
        "fmax": {"clk_i": {"achieved": 170.126, "constraint": 12}, "b": {"achieved": 200.0}},
        "utilization": use(TRELLIS_COMB=5, TRELLIS_FF=8, MULT18X18D=2, DP16KD=1, TRELLIS_RAMW=1),
    }
    assert read_report(facts, "nextpnr 0.11", Resources(luts=4, carries=3)) == Report(
        "nextpnr 0.11", Resources(7, 8, 2, 18 * 1024, 3), 170.13
    )


def test_a_report_of_ice40_keeps_the_counts_of_synthesis():
    facts = {"fmax": {}, "utilization": use(ICESTORM_LC=90)}
    found = read_report(facts, "nextpnr 0.11", Resources(luts=4))
    assert found == Report("nextpnr 0.11", Resources(luts=4), None)


def test_what_is_not_a_report_is_refused():
    with pytest.raises(ToolError, match="must tell fmax and utilization"):
        read_report({"fmax": {}}, "nextpnr 0.11", Resources())


def test_a_ring_feeds_inputs_by_shifting_and_folds_outputs():
    ports = [
        ("clk_i", "input", 1),
        ("rst_ni", "input", 1),
        ("x_data_i", "input", 8),
        ("y_data_o", "output", 4),
        ("y_valid_o", "output", 1),
    ]
    assert (
        ring("top", ports)
        == """\
module top_ring (input wire clk_i, input wire pin_i, output reg pin_o);
  reg [9:0] in_q;
  wire [4:0] out;
  reg [4:0] out_q, fold_q;
  always @(posedge clk_i) begin
    in_q <= {in_q[8:0], pin_i};
    out_q <= out;
    fold_q <= out_q ^ {fold_q, pin_i};
    pin_o <= fold_q[4];
  end
  top u_top (
    .clk_i(clk_i),
    .rst_ni(in_q[0:0]),
    .x_data_i(in_q[8:1]),
    .y_data_o(out[3:0]),
    .y_valid_o(out[4:4])
  );
endmodule
"""
    )


@pytest.fixture
def netlist(tmp_path):
    """Give a synthesized register of the family asked for."""

    def synthesized(family: str, lanes: int) -> tools.Synthesis:
        try:
            tools.find("yosys")
            if family != "xc7":
                tools.find(f"nextpnr-{family}")
        except ToolMissingError as error:
            pytest.skip(str(error))
        folder = write_design(tmp_path / "design", single(register(8, lanes, lanes)))
        return tools.synthesize(folder, FAMILIES[family], tmp_path / "out")

    return synthesized


@pytest.mark.parametrize("device", ["ecp5-25k", "ice40-hx8k"])
def test_a_design_with_more_ports_than_pins_is_placed(netlist, tmp_path, device):
    synthesis = netlist(DEVICES[device].family, 40)  # 640 bits of data
    found = tools.place(synthesis, DEVICES[device], tmp_path / "placed")
    assert found.resources.ffs == 321
    assert found.fmax_mhz is not None
    assert 50 < found.fmax_mhz < 1000
    assert found.tool.startswith("nextpnr ")
    assert (tmp_path / "placed" / "place.log").is_file()


_DEEP = """\
module deep (
  input  wire logic        clk_i,
  input  wire logic [13:0] at_i,
  input  wire logic        write_i,
  input  wire logic [15:0] data_i,
  output wire logic [15:0] data_o
);
  logic [15:0] words [16384];
  logic [15:0] data_q;
  assign data_o = data_q;
  always_ff @(posedge clk_i) begin
    if (write_i) words[at_i] <= data_i;
    else data_q <= words[at_i];
  end
endmodule
"""


def test_a_design_that_does_not_fit_is_told(tmp_path):
    for name in ("yosys", "nextpnr-ice40"):
        try:
            tools.find(name)
        except ToolMissingError as error:
            pytest.skip(str(error))
    (tmp_path / "deep.sv").write_text(_DEEP)
    (tmp_path / "memories.json").write_text("{}")
    folder = DesignFolder(tmp_path, "deep", ("deep.sv",))
    synthesis = tools.synthesize(folder, FAMILIES["ice40"], tmp_path / "out")
    assert synthesis.report.resources.bram_bits == 64 * 4096
    with pytest.raises(ToolError, match=r"nextpnr-ice40 must end with exit code 0.*ERROR.*log: "):
        tools.place(synthesis, DEVICES["ice40-hx8k"], tmp_path / "placed")


def test_a_device_of_another_family_is_refused(netlist, tmp_path):
    with pytest.raises(UnsupportedError, match="must be one that nextpnr places"):
        tools.place(netlist("xc7", 1), DEVICES["xc7a35t"], tmp_path)
    with pytest.raises(UnsupportedError, match="must be synthesized for ecp5, not for xc7"):
        tools.place(netlist("xc7", 1), DEVICES["ecp5-25k"], tmp_path)
