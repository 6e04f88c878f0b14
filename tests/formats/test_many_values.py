"""Ten million values a family against tables of the format's values."""

import numpy as np
import pytest
from oracle import minifloat_values, nearest
from test_grouped import check, drawn

from litho.formats import Binary, Codebook, Fixed, GroupedFormat, Log, Minifloat, Scale, parse

BATCH = 500_000
ELEMENTS = {
    "fixed": ["fixed8f4", "ufixed8f4", "fixed12f3"],
    "integer": ["int8", "uint4"],
    "minifloat": ["e4m3fn", "e5m2", "e3m2fn", "e8m10", "e2m1fn", "e4m3fn_flush"],
    "log": ["log4", "log9"],
    "codebook": ["codebook4", "codebook8", "codebook2[-3,0,1,4]f2"],
    "binary": ["binary", "binary01"],
    "ternary": ["ternary"],
}
GROUPED = {
    "mx": ["mxint8g32", "mxfp8_e4m3g32", "mxfp8_e5m2g32", "mxfp6_e3m2g32", "mxfp4_e2m1g32"],
    "block_float": ["bfp8g16", "bfp4g16"],
    "block_minifloat": ["bmf8_e4m3g16", "bmf4_e2m1g16"],
    "block_log": ["blocklog4g16"],
}


def values_of(form: object) -> tuple[np.ndarray, np.ndarray]:
    """The values that codes stand for, ascending, and the code of each."""
    if isinstance(form, Log):
        form = form.minifloat
    if isinstance(form, Minifloat):
        count = form.limit + 1
        magnitudes = np.array(
            [
                float(value)
                for value in minifloat_values(
                    form.exponent_bits, form.mantissa_bits, form.offset, count, form.has_subnormals
                )
            ]
        )
        kept = np.flatnonzero((magnitudes > 0) | (np.arange(count) == 0))
        return magnitudes[kept], kept
    if isinstance(form, Fixed):
        codes = np.arange(form.low, form.high + 1)
        return np.ldexp(codes.astype(float), -form.frac), codes
    if isinstance(form, Codebook | Binary):
        entries = np.array(form.entries, dtype=float)
        return np.ldexp(entries, -getattr(form, "frac", 0)), np.arange(len(entries))
    return np.array([-1.0, 0.0, 1.0]), np.array([-1, 0, 1])


def nearest_code(values: np.ndarray, grid: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """The code nearest to each value, ties to the even code; the grid has both signs."""
    middles = (grid[1:] + grid[:-1]) / 2
    found = np.searchsorted(middles, values, side="left")
    is_tie = middles[np.minimum(found, len(middles) - 1)] == values
    odd = codes[found] % 2 == 1
    return codes[np.minimum(found + (is_tie & odd), len(codes) - 1)]


def stimuli(grid: np.ndarray, seed: int) -> np.ndarray:
    """Normal numbers of the grid's reach, all binades, and ties with their neighbours."""
    generator = np.random.default_rng(seed)
    reach = np.abs(grid).max()
    plain = generator.standard_normal(BATCH // 2) * reach / 3
    wide = generator.standard_normal(BATCH // 4) * 2.0 ** generator.integers(-160, 140, BATCH // 4)
    middles = np.concatenate([grid, (grid[1:] + grid[:-1]) / 2])
    ties = middles[generator.integers(0, len(middles), BATCH // 4)]
    ties = np.nextafter(ties, generator.choice([-np.inf, 0.0, np.inf], len(ties)))
    exact = middles[generator.integers(0, len(middles), BATCH // 4)]
    values = np.concatenate([plain, wide, ties, exact])
    return values * generator.choice([-1.0, 1.0], len(values))


def check_elements(form: object, scale: Scale, seed: int) -> int:
    grid, codes = values_of(form)
    grid = grid * scale.multipliers[0] * 2.0 ** -scale.shifts[0]  # exact: 45 bits at most
    values = stimuli(grid, seed)
    found = form.encode(values, scale)
    if isinstance(form, Minifloat | Log):
        width = form.bits - 1
        assert np.array_equal(found & ((1 << width) - 1), nearest(values, grid, codes))
        assert np.array_equal(found >> width, np.signbit(values))
    elif form == Binary():
        assert np.array_equal(found, values >= 0)
    else:
        assert np.array_equal(found, nearest_code(values, grid, codes))
    again = form.encode(form.decode(found, scale), scale)
    assert np.array_equal(form.decode(again, scale), form.decode(found, scale))
    return len(values)


def check_elements_until(family: str, total: int) -> None:
    seen, seed = 0, 0
    scales = [Scale(), Scale((40001,), (17,)), Scale((2**32 - 1,), (60,))]
    while seen < total:
        for spelling in ELEMENTS[family]:
            seen += check_elements(parse(spelling), scales[seed % 3], seed)
        seed += 1


def check_groups_until(family: str, total: int) -> None:
    seen, seed = 0, 0
    while seen < total:
        for spelling in GROUPED[family]:
            form = parse(spelling)
            assert isinstance(form, GroupedFormat)
            values = drawn(form, BATCH // (4 * form.group), seed)
            check(form, values)
            seen += values.size
        seed += 1


@pytest.mark.parametrize("family", ELEMENTS)
def test_half_a_million_values_are_rounded_to_the_nearest(family: str) -> None:
    check_elements_until(family, 1)


@pytest.mark.slow
@pytest.mark.parametrize("family", ELEMENTS)
def test_ten_million_values_are_rounded_to_the_nearest(family: str) -> None:
    check_elements_until(family, 10_000_000)


@pytest.mark.slow
@pytest.mark.parametrize("family", GROUPED)
def test_ten_million_values_are_grouped_as_the_definition_says(family: str) -> None:
    check_groups_until(family, 10_000_000)
