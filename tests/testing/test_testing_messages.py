"""What the suite says when it finds something wrong."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from litho import tools
from litho.errors import ConfigError, MismatchError
from litho.hw import FAMILIES, Report, Resources
from litho.rtl import Case
from litho.rtl.flow import series, stages
from litho.rtl.stream.register import register
from litho.testing import checks, chosen_subjects, discovery, synthesis

CODES = np.arange(-8, 8).reshape(2, 1, 8)
CASE = Case("every", "every code of 4 bits", register(4, 3, 8), (CODES,), (CODES,))


def test_codes_that_do_not_fit_their_stream_are_named() -> None:
    wide = replace(CASE, inputs=(CODES * 2,), expected=(CODES * 2,))
    message = "stream 'in' must carry codes of 4 bits from -8, and case 'every' has -16 to 14"
    with pytest.raises(MismatchError, match=message):
        checks.check_reference(wide)


def test_a_waived_warning_is_a_failure(tmp_path: Path) -> None:
    source = tmp_path / "litho_waived.sv"
    source.write_text("/* verilator lint_off WIDTH */ module litho_waived; endmodule\n")
    waived = replace(CASE, block=replace(CASE.block, module="litho_waived", source=source))
    message = "litho_waived.sv must be clean without waivers, and has a lint_off"
    with pytest.raises(MismatchError, match=message):
        checks.check_lint(waived, tmp_path)


def test_a_beat_that_comes_late_is_named() -> None:
    offered = (np.arange(3, dtype=np.int64),)
    late = SimpleNamespace(output_cycles=(np.array([1, 2, 4]),))
    message = "litho_stream_register must offer beat 2 of 'out' in cycle 3 by its schedule, not 4"
    with pytest.raises(MismatchError, match=message):
        checks._compare_schedule(CASE, offered, late)  # type: ignore[arg-type]


def test_a_graph_of_some_codes_that_is_slower_than_the_slowest_is_named() -> None:
    block = CASE.block
    slow = replace(block, flow_of=lambda codes: series(*block.inputs, *block.outputs, stages(3, 2)))
    found = SimpleNamespace(output_cycles=(np.array([2, 3, 4]),))
    message = "litho_stream_register must offer no beat later than by the schedule of its slowest"
    with pytest.raises(MismatchError, match=message):
        checks._compare_schedule(
            replace(CASE, block=slow),
            (np.arange(3, dtype=np.int64),),
            found,  # type: ignore[arg-type]
        )


def test_a_tensor_beyond_the_bound_of_its_model_is_named() -> None:
    found = SimpleNamespace(output_cycles=(np.array([1, 2, 3, 5, 6, 7]),))
    message = "must offer tensor 1 of 'out' by cycle 4, the bound of its model, not in 5"
    with pytest.raises(MismatchError, match=message):
        checks._demand_at_most(CASE.block, found)  # type: ignore[arg-type]


def test_two_cases_of_one_name_are_named(tmp_path: Path) -> None:
    place = tmp_path / "op_with_equal_cases"
    place.mkdir()
    (place / "__init__.py").write_text(
        "from litho.ops.relu import OP as RELU\nfrom dataclasses import replace\n"
        "OP = replace(RELU, name='op_with_equal_cases', lowerings=())\n"
    )
    (place / "cases.py").write_text(
        "from litho.testing import chosen_subjects\n\n\ndef cases():\n"
        "    (one,) = chosen_subjects('rtl-register_1b_1of5')\n    return (one.case, one.case)\n"
    )
    assert chosen_subjects("rtl-register_1b_1of5")
    message = "a case must have a name of its own, and 'op_with_equal_cases-.*' names 2"
    with pytest.raises(ConfigError, match=message):
        discovery.find_subjects((place,))


def test_resources_outside_their_band_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = SimpleNamespace(report=Report("yosys", Resources(luts=10**6)))
    monkeypatch.setattr(tools, "synthesize", lambda *arguments: found)
    message = (
        "litho_stream_register of case 'every' on xc7 must lie in its band: luts .*, not 1000000"
    )
    with pytest.raises(MismatchError, match=message):
        synthesis.check_resources(CASE, tmp_path, FAMILIES["xc7"])


def test_resources_far_below_their_formula_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = SimpleNamespace(report=Report("yosys", Resources(luts=3, ffs=4)))
    monkeypatch.setattr(tools, "synthesize", lambda *arguments: found)
    message = r"must lie in its band: ffs 5 to 44 \(formula 13\), not 4 as reported; correct `reso"
    with pytest.raises(MismatchError, match=message):
        synthesis.check_resources(CASE, tmp_path, FAMILIES["xc7"])


def test_a_netlist_that_differs_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netlist = SimpleNamespace(verilog=tmp_path / "netlist.v")
    simulated = SimpleNamespace(outputs=(CODES + 1,))
    monkeypatch.setattr(tools, "synthesize", lambda *arguments: netlist)
    monkeypatch.setattr(tools, "cell_models", lambda family: ())
    monkeypatch.setattr(synthesis, "simulate", lambda *arguments, **options: simulated)
    with pytest.raises(MismatchError, match="netlist of case 'every' on xc7: stream 'out' must"):
        synthesis.check_netlist(CASE, tmp_path, FAMILIES["xc7"])


def test_a_name_that_stands_for_no_case_is_refused() -> None:
    message = "a block must be a case, an operation or a module with cases, not 'relux'; did you"
    with pytest.raises(ConfigError, match=message):
        chosen_subjects("relux")
