"""What is asked of a format whose elements share scales, each a function that raises."""

from fractions import Fraction

import numpy as np

from litho.errors import FormatError
from litho.formats import Encoded, GroupedFormat, arith, fake_quantize, pass_gradient
from litho.formats.scale import Scale
from litho.testing.format_checks import Array, demand, floats_of_every_size, significands, values_of

__all__ = [
    "check_a_group_of_zeros_stays_zero",
    "check_elements_are_the_nearest",
    "check_group_gradients_stop_at_saturation",
    "check_group_products_are_integers",
    "check_groups_are_kept",
    "check_groups_not_finite_are_loud",
    "check_groups_of_float32",
    "check_negated_groups_are_negative",
]

_ROWS = 60


def _drawn(form: GroupedFormat, seed: int) -> Array:
    """Give rows of three full groups and a short one, of every size."""
    generator = np.random.default_rng(seed)
    length = 3 * form.group + (form.group + 1) // 2
    rows = generator.standard_normal((_ROWS, length))
    rows *= 2.0 ** generator.integers(-6, 3, rows.shape)
    rows *= 2.0 ** generator.integers(-130, 120, (_ROWS, 1))
    rows[generator.random(rows.shape) < 0.1] = 0.0
    return rows.astype(np.float32).astype(np.float64)


def _coarse(form: GroupedFormat, encoded: Encoded) -> Array:
    """Give the power of two of each element's group, by decoding the greatest element under it."""
    code, value = _greatest(form)
    whole = form.decode(Encoded(encoded.elements * 0 + code, encoded.scales))
    return np.asarray(whole / value)


def _greatest(form: GroupedFormat) -> tuple[int, float]:
    codes = np.arange(form.element.low, form.element.high + 1)
    values = form.element.decode(codes, Scale())
    values[~np.isfinite(values)] = 0
    place = int(np.argmax(values))
    return int(codes[place]), float(values[place])


def check_groups_are_kept(form: GroupedFormat) -> None:
    """Decode and encode again in every mode: the same values, codes of their widths."""
    for mode in arith.ROUNDINGS:
        encoded = form.encode(_drawn(form, 1), mode)
        scales, elements = encoded.scales, encoded.elements
        demand(scales.shape == (_ROWS, 4), form, "have a scale for each group", scales.shape)
        is_narrow = scales.min() >= 0 and int(scales.max()) < 1 << form.scale_bits
        demand(bool(is_narrow), form, f"have scales of {form.scale_bits} bits", scales.max())
        inside = (elements >= form.element.low) & (elements <= form.element.high)
        demand(bool(inside.all()), form, f"have elements of {form.element}", elements[~inside][:1])
        values = form.decode(encoded)
        again = form.decode(form.encode(values, mode))
        demand(np.array_equal(again, values), form, "keep its values", again[again != values][:1])


def check_elements_are_the_nearest(form: GroupedFormat) -> None:
    """Under its group's scale, demand of each value the nearest element."""
    x = _drawn(form, 2)
    encoded = form.encode(x)
    scales, found = _coarse(form, encoded), form.decode(encoded)
    grid = values_of(form.element, Scale())
    grid = grid[abs(grid) <= grid[-1]]  # a least code without its negative may stay unused
    v = (x / scales).clip(grid[0], grid[-1])
    places = np.searchsorted(grid, v).clip(1, len(grid) - 1)
    least = np.minimum(abs(grid[places - 1] - v), abs(grid[places] - v))
    differs = abs(found / scales - v) != least
    demand(not differs.any(), form, f"round {x[differs][:1]} to the nearest", found[differs][:1])


def check_negated_groups_are_negative(form: GroupedFormat) -> None:
    """Demand the negative of what a group becomes for the group negated."""
    x = _drawn(form, 3)
    plus, minus = form.decode(form.encode(x)), form.decode(form.encode(-x))
    demand(np.array_equal(minus, -plus), form, "treat both signs alike", minus[minus != -plus][:1])


def check_a_group_of_zeros_stays_zero(form: GroupedFormat) -> None:
    """Demand zeros of zeros, and of values too small for the least scale."""
    for value in (0.0, -0.0, 5e-324):
        found = form.decode(form.encode(np.full((2, form.group), value)))
        demand(not found.any(), form, f"leave a group of {value} at zero", found.max())


def check_groups_not_finite_are_loud(form: GroupedFormat) -> None:
    """Demand an error for NaN and infinity, or a group that reads as such."""
    for bad in (np.nan, np.inf, -np.inf):
        x = np.ones(form.group)
        x[form.group // 2] = bad
        try:
            found = form.decode(form.encode(x))
        except FormatError:
            continue
        is_loud = not np.isfinite(found[form.group // 2])
        demand(is_loud, form, f"refuse {bad} or have a code for it", found)


def check_groups_of_float32(form: GroupedFormat) -> None:
    """Compare `fake_quantize` with what decode makes of encode, every bit."""
    wild = np.resize(floats_of_every_size(5), (40, 2 * form.group + 1))
    for x in (_drawn(form, 4).astype(np.float32), wild.astype(np.float32)):
        with np.errstate(over="ignore"):
            expected = form.decode(form.encode(x)).astype(np.float32)
        found = fake_quantize(x, form)
        differs = found.view(np.int32) != expected.view(np.int32)
        demand(not differs.any(), form, "have one value in float32", found[differs][:1])


def check_group_gradients_stop_at_saturation(form: GroupedFormat) -> None:
    """Demand the gradient within the greatest element of each group, and none a step outside."""
    x = _drawn(form, 6)
    gradient = np.asarray(np.random.default_rng(7).standard_normal(x.shape))
    grid = values_of(form.element, Scale())
    scales = _coarse(form, form.encode(x))
    inside = abs(x) <= grid[-1] * scales
    outside = abs(x) > (2 * grid[-1] - grid[-2]) * scales
    for kind in (np.float64, np.float32):
        found = pass_gradient(x.astype(kind), gradient.astype(kind), form)
        wrong = (found != gradient.astype(kind)) & inside | (found != 0) & outside
        demand(not wrong.any(), form, "stop gradients where elements saturate", x[wrong][:1])


def check_group_products_are_integers(form: GroupedFormat) -> None:
    """Compare sums of integer products of elements, shifted by both scales, with exact sums."""
    table, exponent = significands(form.element)
    left, right = (form.encode(_drawn(form, seed)[:6]) for seed in (8, 9))
    whole = [
        np.array([[table[int(code)] for code in row] for row in part.elements], object)
        for part in (left, right)
    ]
    powers = [_coarse(form, part) for part in (left, right)]
    values = [form.decode(part) for part in (left, right)]
    for row in range(6):
        for start in range(0, values[0].shape[1], form.group):
            here = slice(start, start + form.group)
            first, second = (part[row, here] for part in whole)
            unit = Fraction(powers[0][row, start]) * Fraction(powers[1][row, start])
            found = int(first @ second) * unit * Fraction(2) ** (2 * exponent)
            pairs = zip(*(part[row, here].tolist() for part in values), strict=True)
            exact = sum((Fraction(a) * Fraction(b) for a, b in pairs), Fraction(0))
            demand(found == exact, form, f"have products that sum to {exact}", found)
