"""Families of chips and the devices among them."""

import difflib
from dataclasses import dataclass

from litho.errors import ConfigError
from litho.hw.resources import Resources

__all__ = ["DEVICES", "FAMILIES", "Device", "Family", "find_device", "find_family"]


@dataclass(frozen=True, slots=True)
class Family:
    """What the resource formulas need to know of a family of chips.

    `dsp_width_a`/`dsp_width_b` are the signed operand widths of one multiplier (0: the family has
    none), `dsp_min_product` the narrowest product that Yosys puts into one, `bram_unit_bits` the
    capacity of one block RAM and `bram_max_width` its widest port. `dsp_has_registers` says
    whether Yosys packs the registers around a product into its multiplier.
    """

    name: str
    lut_inputs: int
    dsp_width_a: int
    dsp_width_b: int
    dsp_min_product: int
    bram_unit_bits: int
    bram_max_width: int
    dsp_has_registers: bool = False


@dataclass(frozen=True, slots=True)
class Device:
    """One chip: its family, what it holds, and the name nextpnr knows it by (empty: none)."""

    name: str
    family: str
    capacity: Resources
    nextpnr_option: str = ""
    package: str = ""


_BRAM18 = 18 * 1024

FAMILIES = {
    family.name: family
    for family in (
        Family("xc7", 6, 25, 18, 9, 18 * 1024, 36, dsp_has_registers=True),
        Family("xcup", 6, 27, 18, 9, 18 * 1024, 36, dsp_has_registers=True),
        Family("ecp5", 4, 18, 18, 4, 18 * 1024, 36),
        Family("ice40", 4, 0, 0, 0, 4 * 1024, 16),
    )
}

DEVICES = {
    device.name: device
    for device in (
        Device("ecp5-25k", "ecp5", Resources(24288, 24288, 28, 56 * _BRAM18), "--25k", "CABGA381"),
        Device("ecp5-45k", "ecp5", Resources(43848, 43848, 72, 108 * _BRAM18), "--45k", "CABGA381"),
        Device(
            "ecp5-85k", "ecp5", Resources(83640, 83640, 156, 208 * _BRAM18), "--85k", "CABGA381"
        ),
        Device("ice40-hx8k", "ice40", Resources(7680, 7680, 0, 32 * 4096), "--hx8k", "ct256"),
        Device("xc7a35t", "xc7", Resources(20800, 41600, 90, 100 * _BRAM18)),
        Device("xc7a100t", "xc7", Resources(63400, 126800, 240, 270 * _BRAM18)),
        Device("xczu3eg", "xcup", Resources(70560, 141120, 360, 432 * _BRAM18)),
        Device("xczu7ev", "xcup", Resources(230400, 460800, 1728, 624 * _BRAM18)),
    )
}


def find_device(name: str) -> Device:
    """Give the device called `name`.

    Raises `ConfigError` with the nearest names when there is none.
    """
    if name in DEVICES:
        return DEVICES[name]
    raise ConfigError(_unknown("device", name, list(DEVICES)))


def find_family(name: str) -> Family:
    """Give the family called `name`.

    Raises `ConfigError` with the nearest names when there is none.
    """
    if name in FAMILIES:
        return FAMILIES[name]
    raise ConfigError(_unknown("family", name, list(FAMILIES)))


def _unknown(what: str, name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"{what} must be one of {', '.join(known)}, not {name!r}{hint}"
