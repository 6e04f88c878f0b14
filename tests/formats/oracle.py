"""What formats must give, worked out from tables of their values: no code of litho.formats."""

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

__all__ = ["E8M0", "block", "minifloat_values", "nearest", "pick"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

E8M0 = [Fraction(2) ** (code - 127) for code in range(255)]


def minifloat_values(
    exponent: int, mantissa: int, bias: int, count: int, has_subnormals: bool = True
) -> list[Fraction]:
    """Give the values of the magnitude bits 0 to count − 1, as the definition reads them."""
    values = []
    for bits in range(count):
        field, fraction = divmod(bits, 1 << mantissa)
        part = Fraction(fraction, 1 << mantissa)
        if field:
            values.append((1 + part) * Fraction(2) ** (field - bias))
        else:
            values.append(part * Fraction(2) ** (1 - bias) * has_subnormals)
    return values


def nearest(values: Floats, magnitudes: Floats, places: Codes) -> Codes:
    """Give the place of the magnitude nearest to each |value|, ties to the even place.

    `magnitudes` ascend from 0; middles between them must be exact in float64.
    """
    middles = (magnitudes[1:] + magnitudes[:-1]) / 2
    found = np.searchsorted(middles, np.abs(values), side="left")
    is_tie = (found < len(middles)) & (
        middles[np.minimum(found, len(middles) - 1)] == np.abs(values)
    )
    is_odd = places[found] % 2 == 1
    return places[np.minimum(found + (is_tie & is_odd), len(magnitudes) - 1)]


def block(
    values: Floats, magnitudes: Floats, most: int, group: int, carries: bool
) -> tuple[Codes, Codes]:
    """Give (signed places, scale codes) of `values`, whose last axis is a multiple of `group`."""
    grouped = values.reshape(*values.shape[:-1], -1, group)
    greatest = np.abs(grouped).max(axis=-1, keepdims=True)
    exponent = np.frexp(greatest)[1] - 1 - most
    exponent = np.where(greatest == 0, -127, np.clip(exponent, -127, 127)).astype(np.int64)
    if carries:
        spacing = magnitudes[-1] - magnitudes[-2]
        if len(magnitudes) > 2 and magnitudes[-1] == 2 * magnitudes[-2]:
            spacing = 2 * spacing  # powers of two: the next value is one octave away
        edge = magnitudes[-1] + spacing / 2
        scaled = np.ldexp(greatest, -exponent)
        is_last_even = (len(magnitudes) - 1) % 2 == 0
        is_over = (scaled > edge) | ((scaled == edge) & (not is_last_even))
        exponent = np.minimum(exponent + is_over, 127)
    scaled = np.ldexp(grouped, -exponent)
    places = nearest(scaled, magnitudes, np.arange(len(magnitudes)))
    signed = np.where(np.signbit(grouped), -places, places)
    return signed.reshape(values.shape), exponent[..., 0] + 127


def pick(value: Fraction, grid: list[tuple[Fraction, int]], rounding: str) -> Fraction:
    """Give the value of `grid` (ascending pairs of value and place) that `value` rounds to."""
    low, high = grid[0], grid[-1]
    if value <= low[0]:
        return low[0]
    if value >= high[0]:
        return high[0]
    above = next(pair for pair in grid if pair[0] >= value)
    below = [pair for pair in grid if pair[0] <= value][-1]
    if above == below or rounding == "floor":
        return below[0]
    if rounding == "toward_zero":
        return below[0] if below[0] >= 0 else above[0]
    if value - below[0] != above[0] - value:
        return below[0] if value - below[0] < above[0] - value else above[0]
    if rounding == "half_up":
        return above[0]
    return below[0] if below[1] % 2 == 0 else above[0]
