"""What is asked of a block after synthesis: its resources, and the netlist's every code."""

from pathlib import Path

from litho import tools
from litho.errors import MismatchError
from litho.hw import Estimate, Family, Resources
from litho.rtl import Case, DesignFolder, loading_of, single, write_design
from litho.sim import Stalls, compare, simulate
from litho.testing.checks import expected_of, inputs_of, sides_of

__all__ = ["check_netlist", "check_resources"]

_COUNTS = ("luts", "ffs", "dsps", "bram_bits")


def check_resources(case: Case, directory: Path, family: Family) -> None:
    """Synthesize for `family` and hold the report against the band of the block's formula.

    Raises `MismatchError` with each count that lies outside.
    """
    folder = write_design(directory / "design", single(case.block))
    found = tools.synthesize(folder, family, directory).report.resources
    estimate = Estimate.from_formula(case.block.resources(family), case.block.band)
    wrong = [text for text in (_outside(name, estimate, found) for name in _COUNTS) if text]
    if wrong:
        raise MismatchError(
            f"{case.block.module} of case {case.name!r} on {family.name} must lie in its band:"
            f" {'; '.join(wrong)} as reported; correct `resources` of the block, or state a wider"
            " `band=Band(factor, slack)` (litho.hw)"
        )


def _outside(name: str, estimate: Estimate, found: Resources) -> str:
    band, count = getattr(estimate, name), getattr(found, name)
    if band.low <= count <= band.high:
        return ""
    return f"{name} {band.low} to {band.high} (formula {band.mid}), not {count}"


def check_netlist(case: Case, directory: Path, family: Family) -> None:
    """Synthesize for `family`, simulate the netlist of its cells under stalls, compare."""
    folder = write_design(directory / "design", single(case.block))
    netlist = tools.synthesize(folder, family, directory)
    mapped = DesignFolder(directory, folder.top, (netlist.verilog.name,))
    block = case.block
    found = simulate(
        mapped,
        block.inputs,
        block.outputs,
        case.inputs,
        stalls=Stalls(1),
        extra_sources=tools.cell_models(family),
        patience=100_000,
        loading=loading_of(single(block)),
    )
    try:
        sides, inputs = sides_of(case), inputs_of(case)
        compare(expected_of(case), found.outputs, block.outputs, sides=sides, inputs=inputs)
    except MismatchError as error:
        raise MismatchError(f"netlist of case {case.name!r} on {family.name}: {error}") from error
