"""The rounding primitive."""

from litho.formats.arith import ROUNDINGS, check_rounding
from litho.hw import Family, Resources

__all__ = ["round_resources", "rounding_code"]

_MODES = ("half_even", "floor", "toward_zero", "half_up")


def rounding_code(rounding: str) -> int:
    """Give the value of the parameter `Rounding` of `litho_round`.

    Raises `FormatError` for a rounding that has no name.
    """
    check_rounding(rounding)
    return _MODES.index(rounding)


def round_resources(
    in_bits: int, out_bits: int, shift_bits: int, rounding: str, family: Family
) -> Resources:
    """Give the resources of a `litho_round`; `shift_bits` 0 stands for a constant shift."""
    check_rounding(rounding)
    shifter = in_bits * shift_bits // 2
    adder = 0 if rounding == "floor" else in_bits
    ties = in_bits // 3 if rounding in ("half_even", "toward_zero") else 0
    limit = 0 if out_bits > in_bits else out_bits + in_bits // 3
    luts = shifter + adder + ties + limit
    return Resources(luts=luts if family.lut_inputs >= 6 else 2 * luts)


assert set(_MODES) == set(ROUNDINGS)
