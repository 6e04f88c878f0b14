"""Designs of one small module, right or wrong, for the tests of simulation."""

from collections.abc import Callable
from pathlib import Path

import pytest

from litho import tools
from litho.errors import ToolMissingError
from litho.rtl import DesignFolder, Stream

_TOP = """\
`default_nettype none
module top (
  input  wire logic       clk_i,
  input  wire logic       rst_ni,
  input  wire logic [7:0] in_data_i,
  input  wire logic       in_valid_i,
  output wire logic       in_ready_o,
  output wire logic [7:0] out_data_o,
  output wire logic       out_valid_o,
  input  wire logic       out_ready_i
);
  logic [7:0] data_q;
  logic       valid_q;
BODY
endmodule
`default_nettype wire
"""

RIGHT = """\
  assign in_ready_o = !valid_q || out_ready_i;
  assign out_data_o = data_q;
  assign out_valid_o = valid_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) valid_q <= 1'b0;
    else if (in_ready_o) valid_q <= in_valid_i;
    if (in_ready_o && in_valid_i) data_q <= in_data_i;
  end
"""

IN = Stream("in", 8, 1, 4)
OUT = Stream("out", 8, 1, 4)


@pytest.fixture
def make(tmp_path: Path) -> Callable[[str], DesignFolder]:
    """Give a maker of designs: from the body of a module with streams `in` and `out`."""

    def design(body: str) -> DesignFolder:
        (tmp_path / "top.sv").write_text(_TOP.replace("BODY", body))
        return DesignFolder(tmp_path, "top", ("top.sv",))

    return design


@pytest.fixture(params=["verilator", "icarus"])
def simulator(request: pytest.FixtureRequest) -> str:
    """Give each simulator that is there."""
    try:
        tools.find({"verilator": "verilator", "icarus": "iverilog"}[request.param])
    except ToolMissingError as error:
        pytest.skip(str(error))
    return str(request.param)
