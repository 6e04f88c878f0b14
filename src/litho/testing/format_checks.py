"""What is asked of a format with a code for each value, each a function that raises when it fails.

The format must have at most 12 bits, so that every code is tried.
"""

import dataclasses
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from litho.errors import FormatError, MismatchError
from litho.formats import (
    CodeFormat,
    Format,
    Scale,
    arith,
    fake_quantize,
    parse,
    pass_gradient,
    scale_gradient,
)
from litho.formats.reach import reach

__all__ = [
    "Array",
    "check_float32_is_the_grids",
    "check_gradient_is_that_of_the_clipped_line",
    "check_not_finite_is_loud",
    "check_order_is_kept",
    "check_products_are_integers",
    "check_record",
    "check_roundings_are_exact",
    "check_scales_gradient_is_its_slope",
    "check_signs_are_alike",
    "check_the_nearest_is_taken",
    "check_values_are_kept",
    "demand",
    "floats_of_every_size",
    "significands",
    "values_of",
]

Array = np.ndarray[Any, np.dtype[Any]]

_WIDEST = 12
_SCALES = (Scale(), Scale.power_of_two(-3), Scale((40001,), (17,)))


def demand(holds: bool, form: Format, rule: str, found: object) -> None:
    """Raise `MismatchError` unless `holds`."""
    if not holds:
        raise MismatchError(f"{form} must {rule}, not {found}; see docs/numerics.md section 2")


def check_record(form: Format) -> None:
    """Demand a frozen record that its spelling gives back."""
    is_record = dataclasses.is_dataclass(form) and hash(form) == hash(parse(str(form)))
    demand(is_record and parse(str(form)) == form, form, "be a record of its spelling", repr(form))
    demand(form.bits >= 1, form, "take a bit or more", form.bits)


def values_of(form: CodeFormat, scale: Scale) -> Array:
    """Give the finite values of all codes, ascending, each once."""
    demand(form.bits <= _WIDEST, form, f"have an example of at most {_WIDEST} bits", form.bits)
    values = form.decode(np.arange(form.low, form.high + 1), scale)
    return np.unique(values[np.isfinite(values)])


def _near(values: Array) -> Array:
    """Give values, the middles between them, and the floats on either side of these."""
    exact = np.concatenate([values, (values[1:] + values[:-1]) / 2])
    return np.concatenate([exact, np.nextafter(exact, np.inf), np.nextafter(exact, -np.inf)])


def floats_of_every_size(seed: int) -> Array:
    """Give float32 of all binades and both signs, subnormals, zeros, as float64."""
    generator = np.random.default_rng(seed)
    powers = np.repeat(np.arange(-149, 128), 8)
    found = np.ldexp(generator.uniform(1, 2, len(powers)), powers).astype(np.float32)
    return np.concatenate([found, -found, [0.0, -0.0, 5e-324, -5e-324]]).astype(np.float64)


def check_values_are_kept(form: CodeFormat) -> None:
    """Decode every code, encode it again: codes of their width that read the same."""
    for scale in _SCALES:
        values = values_of(form, scale)
        codes = form.encode(values, scale)
        demand(codes.dtype == np.int64, form, "give int64 codes", codes.dtype)
        is_narrow = bool(((codes >= form.low) & (codes <= form.high)).all())
        demand(is_narrow, form, f"give codes {form.low} to {form.high}", codes)
        found = form.decode(codes, scale)
        differs = values[found != values]
        demand(not len(differs), form, f"keep its value {differs[:1]}", found[found != values][:1])


def check_the_nearest_is_taken(form: CodeFormat) -> None:
    """Round what lies at and beside each value and each tie, and what lies far outside."""
    for scale in _SCALES:
        values = values_of(form, scale)
        wanted = np.concatenate([_near(values), floats_of_every_size(1), [0.0]])
        wanted = wanted.clip(values[0], values[-1])
        found = form.decode(form.encode(wanted, scale), scale)
        places = np.searchsorted(values, wanted).clip(1, len(values) - 1)
        least = np.minimum(abs(values[places - 1] - wanted), abs(values[places] - wanted))
        differs = np.flatnonzero(abs(found - wanted) != least)
        if len(differs):
            demand(False, form, f"round {wanted[differs[0]]!r} to the nearest", found[differs[0]])
        ends = form.decode(form.encode(np.array([-1e30, 1e30]) * values[-1], scale), scale)
        is_end = (ends == values[[0, -1]]) | ~np.isfinite(ends)
        demand(bool(is_end.all()), form, "saturate or overflow", ends)


def check_order_is_kept(form: CodeFormat) -> None:
    """Round ascending numbers in every mode: what comes out never descends."""
    values = np.sort(np.concatenate([_near(values_of(form, Scale())), floats_of_every_size(2)]))
    for mode in arith.ROUNDINGS:
        found = form.decode(form.encode(values, Scale(), mode), Scale())
        falls = np.flatnonzero(found[1:] < found[:-1])
        demand(not len(falls), form, f"keep the order of values under {mode}", values[falls[:1]])


def check_signs_are_alike(form: CodeFormat) -> None:
    """Where values are symmetric, demand of −x the negative of what x becomes, ties aside."""
    values = values_of(form, Scale())
    if not np.array_equal(values, -values[::-1]):
        return
    middles = (values[1:] + values[:-1]) / 2
    tried = np.concatenate([np.nextafter(middles, np.inf), values])
    plus = form.decode(form.encode(tried, Scale()), Scale())
    minus = form.decode(form.encode(-tried, Scale()), Scale())
    demand(np.array_equal(minus, -plus), form, "treat both signs alike", minus[minus != -plus][:1])


def check_not_finite_is_loud(form: CodeFormat) -> None:
    """Demand an error for NaN and infinity, or a code that reads as such."""
    for bad in (np.nan, np.inf, -np.inf):
        try:
            found = form.decode(form.encode(np.array([bad]), Scale()), Scale())
        except FormatError:
            continue
        demand(not np.isfinite(found[0]), form, f"refuse {bad} or have a code for it", found[0])


def check_float32_is_the_grids(form: CodeFormat) -> None:
    """Compare `fake_quantize` with what decode makes of encode, every bit."""
    axis = Scale((1, 40001, 3), (2, 17, 5), -1)
    for scale in (*_SCALES, axis):
        values = np.concatenate([values_of(form, _SCALES[0]), floats_of_every_size(3)])
        with np.errstate(over="ignore"):
            x = np.resize(values, (len(values) // 3 + 1, 3)).astype(np.float32)
            expected = form.decode(form.encode(x, scale), scale).astype(np.float32)
            found = fake_quantize(x, form, scale)
        demand(found.dtype == np.float32, form, "keep the number type", found.dtype)
        differs = found.view(np.int32) != expected.view(np.int32)
        demand(not differs.any(), form, "have one value in float32", found[differs][:1])


def check_gradient_is_that_of_the_clipped_line(form: CodeFormat) -> None:
    """Compare `pass_gradient` with the slope of the line clipped at the reach, by differences."""
    for scale in _SCALES:
        (step,) = scale.fractions()
        low, high = (float(end * step) for end in reach(form))
        x = np.linspace(2 * low - high, 2 * high - low, 1201)
        width = (high - low) * 2.0**-20
        away = (abs(x - low) > width) & (abs(x - high) > width)
        rise = (x + width).clip(low, high) - (x - width).clip(low, high)
        slope = np.round(rise / (2 * width))
        for kind in (np.float64, np.float32):
            gradient = np.linspace(-1, 2, len(x)).astype(kind)
            found = pass_gradient(x.astype(kind), gradient, form, scale)
            differs = (found != gradient * slope) & away
            demand(not differs.any(), form, "stop gradients outside its reach", x[differs][:1])


def check_scales_gradient_is_its_slope(form: CodeFormat) -> None:
    """Compare `scale_gradient` with differences of s · (rounded + clip(x / s) − clip(x / s₀))."""
    generator = np.random.default_rng(4)
    scale = Scale((40001,), (17,))
    step = float(scale.fractions()[0])
    low, high = (float(end) for end in reach(form))
    v = generator.uniform(1.3 * low - 0.3 * high, 1.3 * high - 0.3 * low, 300)
    v = v[(abs(v - low) > 1e-3) & (abs(v - high) > 1e-3)]
    v = v[np.isfinite(fake_quantize(v * step, form, scale))]
    x, gradient = v * step, generator.standard_normal(len(v))
    rounded = fake_quantize(x, form, scale) / step

    def surrogate(s: float) -> float:
        moved = (x / s).clip(low, high) - (x / step).clip(low, high)
        return float((gradient * s * (rounded + moved)).sum())

    width = step * 1e-6
    slope = (surrogate(step + width) - surrogate(step - width)) / (2 * width)
    found = float(scale_gradient(x, gradient, form, scale))
    scaled = max(abs(slope), float(abs(gradient * rounded).max()))
    demand(abs(found - slope) <= 1e-5 * scaled, form, f"give its scale the slope {slope}", found)


def significands(form: CodeFormat) -> tuple[dict[int, int], int]:
    """Give the integer of each finite code, in steps of 2^exponent, and the exponent."""
    codes = np.arange(form.low, form.high + 1)
    values = form.decode(codes, Scale())
    kept = [(int(code), Fraction(value)) for code, value in zip(codes, values, strict=True)
            if np.isfinite(value)]  # fmt: skip
    exponent = -max(value.denominator.bit_length() - 1 for _, value in kept)
    return {code: int(value / Fraction(2) ** exponent) for code, value in kept}, exponent


def check_products_are_integers(form: CodeFormat) -> None:
    """Compare sums of products of codes, in integers alone, with exact sums of their values."""
    table, exponent = significands(form)
    codes = np.random.default_rng(5).choice(list(table), (8, 33))
    scale = Scale((40001,), (17,))
    whole = np.array([[table[int(code)] for code in row] for row in codes], object)
    sums = whole @ whole.T
    values = form.decode(codes, scale)
    unit = (scale.fractions()[0] * Fraction(2) ** exponent) ** 2
    for left in range(len(codes)):
        for right in range(len(codes)):
            pairs = zip(values[left].tolist(), values[right].tolist(), strict=True)
            exact = sum((Fraction(a) * Fraction(b) for a, b in pairs), Fraction(0))
            found = int(sums[left, right]) * unit
            demand(found == exact, form, f"have products that sum to {exact}", found)


def _floor(grid: list[Fraction], value: Fraction) -> Fraction:
    below = [entry for entry in grid if entry <= value]
    return below[-1] if below else grid[0]


def _nearest(grid: list[Fraction], value: Fraction) -> Fraction:
    return min(abs(entry - value) for entry in grid)


def check_roundings_are_exact(form: CodeFormat) -> None:
    """Round floats beside values and ties under a scale of 16 bits, and compare with rationals."""
    scale = _SCALES[-1]
    values = values_of(form, scale)
    grid = [Fraction(value) for value in values]
    places = np.linspace(0, len(values) - 1, 40).round().astype(int)
    tried = np.concatenate([_near(values[np.unique(places)]), _near(values[:8])])
    tried = tried.clip(values[0], values[-1])
    modes: tuple[tuple[str, Callable[[Fraction, Fraction], bool]], ...] = (
        ("half_even", lambda x, y: abs(y - x) == _nearest(grid, x)),
        ("floor", lambda x, y: y == _floor(grid, x)),
    )
    for mode, holds in modes:
        found = form.decode(form.encode(tried, scale, mode), scale)
        for value, rounded in zip(tried.tolist(), found.tolist(), strict=True):
            is_right = holds(Fraction(value), Fraction(rounded))
            demand(is_right, form, f"round {value!r} exactly under {mode}", rounded)
