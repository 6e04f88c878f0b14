"""The most loaded net of a netlist: every bit its own, the clock and constants left out."""

import pytest

from litho import tools
from litho.errors import ToolMissingError
from litho.hw import FAMILIES
from litho.rtl import single, write_design
from litho.rtl.stream.register import register

INPUT, OUTPUT = "input", "output"


def cell(kind, **pins):
    """Give a cell of Yosys' JSON: each pin its bits; `q` and `Y` are outputs."""
    return {
        "type": kind,
        "port_directions": {name: OUTPUT if name in ("q", "Y") else INPUT for name in pins},
        "connections": pins,
    }


def test_the_most_loaded_net_counts_pins_and_leaves_out_the_clock():
    cells = {f"r{n}": cell("FF", clk=[2], d=[3], q=[10 + n]) for n in range(5)}
    cells |= {"a": cell("LUT4", A=[4, 4, "0"], B=[3], Y=[20])}
    module = {"ports": {"clk_i": {"bits": [2]}, "x_i": {"bits": [3, 4]}}, "cells": cells}
    assert tools.largest_fan_out(module) == 6


def test_a_cell_that_gives_a_constant_drives_no_net():
    cells = {f"l{n}": cell("LUT2", A=[7], B=[n], Y=[20 + n]) for n in range(3)}
    module = {"ports": {}, "cells": {"gnd": cell("GND", Y=[7]), **cells}}
    assert tools.largest_fan_out(module) == 1
    assert tools.largest_fan_out({"ports": {}, "cells": {}}) == 0


def test_a_register_of_words_has_the_enable_of_its_codes(tmp_path):
    try:
        tools.find("yosys")
    except ToolMissingError as error:
        pytest.skip(str(error))
    folder = write_design(tmp_path / "design", single(register(8, 4, 4)))
    found = tools.synthesize(folder, FAMILIES["ecp5"], tmp_path / "out")
    assert found.report.largest_fan_out is None
    loads = tools.with_fan_out(found).report.largest_fan_out
    assert loads is not None
    assert 32 <= loads <= 34  # 32 codes' bits wait for one word, and little else
