"""A ring of registers around a netlist that has more ports than a package has pins.

Inputs come from a shift register that one pin feeds; outputs are captured, and folded into one
pin through registers, so that no path through the ring is longer than one level of logic.
"""

import json
from pathlib import Path

from litho.tools.cache import cached, copy_files, digest
from litho.tools.yosys import run_yosys

__all__ = ["ring", "wrap"]


def wrap(netlist: Path, top: str, directory: Path) -> Path:
    """Give an iCE40 netlist, in `directory`, of the module `top` of `netlist` inside a ring."""
    ports = json.loads(netlist.read_text())["modules"][top]["ports"]
    widths = [(name, port["direction"], len(port["bits"])) for name, port in ports.items()]
    text = ring(top, widths)
    script = (
        "read_json netlist.json\nread_verilog ring.v\n"
        f"synth_ice40 -top {top}_ring\nwrite_json ring.json\n"
    )

    def build(place: Path) -> None:
        (place / "netlist.json").write_bytes(netlist.read_bytes())
        (place / "ring.v").write_text(text)
        (place / "ring.ys").write_text(script)
        run_yosys(place / "ring.ys", place, place / "ring.log")
        (place / "netlist.json").unlink()

    place, _ = cached("rings", digest(text, script, netlist.read_bytes()), build)
    copy_files(place, directory)
    return directory / "ring.json"


def ring(top: str, ports: list[tuple[str, str, int]]) -> str:
    """Give the Verilog of the ring around `top`, whose ports are (name, direction, width)."""
    inputs = [(name, width) for name, way, width in ports if way == "input" and name != "clk_i"]
    outputs = [(name, width) for name, way, width in ports if way == "output"]
    ins, outs = sum(width for _, width in inputs), sum(width for _, width in outputs)
    lines = [
        f"module {top}_ring (input wire clk_i, input wire pin_i, output reg pin_o);",
        f"  reg [{ins}:0] in_q;",
        f"  wire [{outs - 1}:0] out;",
        f"  reg [{outs - 1}:0] out_q, fold_q;",
        "  always @(posedge clk_i) begin",
        f"    in_q <= {{in_q[{ins - 1}:0], pin_i}};",
        "    out_q <= out;",
        "    fold_q <= out_q ^ {fold_q, pin_i};",
        f"    pin_o <= fold_q[{outs - 1}];",
        "  end",
        f"  {top} u_top (",
        "    .clk_i(clk_i),",
        ",\n".join(_links("in_q", inputs) + _links("out", outputs)),
        "  );",
        "endmodule",
        "",
    ]
    return "\n".join(lines)


def _links(vector: str, ports: list[tuple[str, int]]) -> list[str]:
    places = [sum(width for _, width in ports[:number]) for number in range(len(ports))]
    return [
        f"    .{name}({vector}[{at + width - 1}:{at}])"
        for at, (name, width) in zip(places, ports, strict=True)
    ]
