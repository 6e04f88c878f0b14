"""A netlist of Yosys, and what it tells beside the number of its cells."""

import json
from collections import Counter
from dataclasses import replace
from typing import Any

from litho.tools.yosys import Synthesis

__all__ = ["largest_fan_out", "with_fan_out"]

_CLOCK = "clk_i"  # the one of a design
_CONSTANTS = ("VCC", "GND")


def with_fan_out(found: Synthesis) -> Synthesis:
    """Give `found` with the largest fan-out of its netlist in the report.

    Apart from synthesis, since reading a netlist takes a second or two where it holds the models
    of all cells.
    """
    module = json.loads(found.json.read_text())["modules"][found.top]
    return replace(found, report=replace(found.report, largest_fan_out=largest_fan_out(module)))


def largest_fan_out(module: Any) -> int:
    """Give how many cell pins the most loaded net of `module` drives; 0 where there is none.

    `module` is one of Yosys' JSON, flat. Its clock is left out, which has a network of its own,
    and so are constants; of a bus each bit is a net.
    """
    left_out = set(module["ports"].get(_CLOCK, {"bits": ()})["bits"])
    loads: Counter[int] = Counter()
    for cell in module["cells"].values():
        if cell["type"] in _CONSTANTS:
            left_out.update(bit for bits in cell["connections"].values() for bit in bits)
        ways = cell["port_directions"].items()
        bits = (bit for name, way in ways if way == "input" for bit in cell["connections"][name])
        loads.update(bit for bit in bits if isinstance(bit, int))  # a constant is a word
    return max((count for net, count in loads.items() if net not in left_out), default=0)
