"""nextpnr: place and route for ECP5 and iCE40, and its report of frequency and use."""

import json
import re
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from litho.errors import ToolError, UnsupportedError
from litho.hw import Device, Report, Resources
from litho.tools._pins import wrap
from litho.tools.cache import cached, copy_files, digest
from litho.tools.run import Job, ask, run
from litho.tools.tool import FoundTool, Tool, is_enough, on_path, require, wheel
from litho.tools.yosys import Synthesis

__all__ = ["NEXTPNR_ECP5", "NEXTPNR_ICE40", "place", "read_report"]

_MINIMUM = "0.7"


@cache
def _look(family: str) -> FoundTool | None:
    name = f"nextpnr-{family}"
    path = on_path(name)
    if path:
        version = re.search(r"nextpnr-(\d+\.\d+)", ask((path, "--version")))
        if version and is_enough(version[1], _MINIMUM):
            return FoundTool(name, (path,), version[1], Path(path).parent, identity=path)
    module = f"yowasp_nextpnr_{family}"
    package = wheel(f"yowasp-nextpnr-{family}", module)
    if package:
        version_text, home = package
        start = f"import sys, {module} as m; sys.exit(m.run_nextpnr_{family}(sys.argv[1:]))"
        command = (sys.executable, "-c", start)
        return FoundTool(name, command, version_text, home, identity=module)
    return None


def _tool(family: str, purpose: str) -> Tool:
    package = f"yowasp-nextpnr-{family}==0.11.1.0.post826"
    return Tool(
        f"nextpnr-{family}",
        purpose,
        _MINIMUM,
        f"install it with `pip install {package}`",
        lambda: _look(family),
    )


NEXTPNR_ECP5 = _tool("ecp5", "place and route for ECP5")
NEXTPNR_ICE40 = _tool("ice40", "place and route for iCE40")

_TOOLS = {"ecp5": NEXTPNR_ECP5, "ice40": NEXTPNR_ICE40}


def place(
    synthesis: Synthesis,
    device: Device,
    directory: Path,
    *,
    target_mhz: float = 200.0,
    seed: int = 1,
) -> Report:
    """Place and route a netlist on `device` and give frequency and use; logs go to `directory`.

    No pin is assigned: the figures are of the design alone. Placement aims at `target_mhz`.
    Raises `ToolError` when the design does not fit, `UnsupportedError` for a device that nextpnr
    does not know or of another family than the netlist.
    """
    if device.family not in _TOOLS or not device.nextpnr_option:
        raise UnsupportedError(
            f"device {device.name!r} must be one that nextpnr places (ecp5-…, ice40-…);"
            " for others there is the synthesis report"
        )
    if device.family != synthesis.family.name:
        raise UnsupportedError(
            f"a netlist for {device.name!r} must be synthesized for {device.family}, not for"
            f" {synthesis.family.name}"
        )
    nextpnr = require(_TOOLS[device.family])
    netlist = synthesis.json
    if device.family == "ice40":
        netlist = wrap(synthesis.json, synthesis.top, directory)
    options = _options(device, target_mhz, seed)
    key = digest(nextpnr.identity, nextpnr.version, *options, netlist.read_bytes())

    def build(folder: Path) -> None:
        (folder / "netlist.json").write_bytes(netlist.read_bytes())
        run(Job(nextpnr, options, folder, folder / "place.log"))
        (folder / "netlist.json").unlink()

    found, _ = cached("placement", key, build)
    copy_files(found, directory)
    facts = json.loads((directory / "place.json").read_text())
    report = read_report(facts, f"nextpnr {nextpnr.version}", synthesis.report.resources)
    return replace(report, largest_fan_out=synthesis.report.largest_fan_out)


def _options(device: Device, target_mhz: float, seed: int) -> tuple[str, ...]:
    # File names without a folder: the WebAssembly build sees its own /tmp.
    common = (device.nextpnr_option, "--package", device.package, "--json", "netlist.json")
    aims = ("--freq", f"{target_mhz:g}", "--timing-allow-fail", "--seed", str(seed))
    pins = ("--out-of-context",) if device.family == "ecp5" else ("--pcf-allow-unconstrained",)
    return (*common, *aims, *pins, "--report", "place.json")


def read_report(facts: Any, tool: str, synthesized: Resources) -> Report:
    """Give the report in nextpnr's JSON; what it does not count is as synthesized.

    Raises `ToolError` for a report that is not one of nextpnr.
    """
    try:
        clocks = [clock["achieved"] for clock in facts["fmax"].values()]
        used = {name: item["used"] for name, item in facts["utilization"].items()}
    except (KeyError, TypeError) as error:
        raise ToolError(
            f"a report of {tool} must tell fmax and utilization, and does not"
        ) from error
    fmax = round(min(clocks), 2) if clocks else None
    return Report(tool, _resources(used, synthesized), fmax)


def _resources(used: dict[str, int], synthesized: Resources) -> Resources:
    if "TRELLIS_COMB" not in used:
        return synthesized  # iCE40 is placed inside a ring of registers, which do not count
    return replace(
        synthesized,
        luts=used["TRELLIS_COMB"] + 2 * used["TRELLIS_RAMW"],
        ffs=used["TRELLIS_FF"],
        dsps=used["MULT18X18D"],
        bram_bits=18 * 1024 * used["DP16KD"],
    )
