"""Minifloats against ml_dtypes, and against their definition in exact rationals."""

from fractions import Fraction

import ml_dtypes
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from oracle import minifloat_values, nearest, pick

from litho.errors import FormatError
from litho.formats import Log, Minifloat, Scale, arith, parse

AUTHORITIES = {
    "e3m4": ml_dtypes.float8_e3m4,
    "e4m3": ml_dtypes.float8_e4m3,
    "e4m3b11fnuz": ml_dtypes.float8_e4m3b11fnuz,
    "e4m3fn": ml_dtypes.float8_e4m3fn,
    "e4m3fnuz": ml_dtypes.float8_e4m3fnuz,
    "e5m2": ml_dtypes.float8_e5m2,
    "e5m2fnuz": ml_dtypes.float8_e5m2fnuz,
    "e2m3fn": ml_dtypes.float6_e2m3fn,
    "e3m2fn": ml_dtypes.float6_e3m2fn,
    "e2m1fn": ml_dtypes.float4_e2m1fn,
    "e8m7": ml_dtypes.bfloat16,
    "e5m10": np.float16,
}
NAMES = list(AUTHORITIES)
EVERY_HALF = np.arange(1 << 16, dtype=np.uint16).view(np.float16).astype(np.float64)
FINITE_HALF = EVERY_HALF[np.isfinite(EVERY_HALF)]

minifloats = st.builds(
    Minifloat,
    st.integers(2, 8),
    st.integers(1, 10),
    st.sampled_from(["ieee", "nan", "none", "fnuz"]),
    st.none() | st.integers(-20, 140),
    st.booleans(),
)
scales = st.builds(lambda m, n: Scale((m,), (n,)), st.integers(1, 2**32 - 1), st.integers(-40, 80))


def authority_codes(values: np.ndarray, name: str) -> np.ndarray:
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        found = values.astype(AUTHORITIES[name])
    return found.view(np.uint8 if found.dtype.itemsize == 1 else np.uint16).astype(np.int64)


def authority_values(codes: np.ndarray, name: str) -> np.ndarray:
    kind = np.dtype(AUTHORITIES[name])
    raw = codes.astype(np.uint8 if kind.itemsize == 1 else np.uint16)
    with np.errstate(invalid="ignore"):
        return raw.view(kind).astype(np.float64)


def same_bits(left: np.ndarray, right: np.ndarray) -> bool:
    is_nan = np.isnan(left) & np.isnan(right)
    return bool(((left.view(np.int64) == right.view(np.int64)) | is_nan).all())


@pytest.mark.parametrize("name", NAMES)
def test_every_code_reads_as_ml_dtypes_reads_it(name: str) -> None:
    form = parse(name)
    codes = np.arange(form.low, form.high + 1)
    assert same_bits(form.decode(codes, Scale()), authority_values(codes, name))
    assert same_bits(
        form.decode(torch.from_numpy(codes), Scale()).numpy(), form.decode(codes, Scale())
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_finite_float16_is_encoded_as_ml_dtypes_does_and_saturates(name: str) -> None:
    form = parse(name)
    limit = float(form.greatest)
    clipped = np.clip(FINITE_HALF, -limit, limit)
    assert np.array_equal(form.encode(FINITE_HALF, Scale()), authority_codes(clipped, name))


@pytest.mark.parametrize("name", [name for name in NAMES if parse(name).specials != "none"])
def test_every_float16_is_encoded_as_ml_dtypes_does_with_overflow(name: str) -> None:
    form = parse(f"{name}_overflow")
    is_payload = np.isnan(EVERY_HALF) & (name == "e5m10")  # float16 to float16 keeps its payload
    found, expected = form.encode(EVERY_HALF, Scale()), authority_codes(EVERY_HALF, name)
    assert np.array_equal(found[~is_payload], expected[~is_payload])
    assert np.isnan(form.decode(found[is_payload], Scale())).all()


@pytest.mark.parametrize("name", NAMES)
def test_floats_of_every_binade_are_encoded_as_ml_dtypes_does(name: str) -> None:
    generator = np.random.default_rng(7)
    significands = generator.integers(1 << 23, 1 << 24, size=(300, 500))
    values = np.ldexp(significands, np.arange(-170, 130)[:, None] - 23)
    values = np.concatenate([values, -values]).astype(np.float64)
    form = parse(name)
    limit = float(form.greatest)
    expected = authority_codes(np.clip(values, -limit, limit), name)
    assert np.array_equal(form.encode(values, Scale()), expected)


@given(form=minifloats, data=st.data())
def test_every_code_reads_as_the_definition_says(form: Minifloat, data: st.DataObject) -> None:
    magnitude = data.draw(st.integers(0, form.limit))
    expected = minifloat_values(
        form.exponent_bits, form.mantissa_bits, form.offset, magnitude + 1, form.has_subnormals
    )[magnitude]
    codes = np.array([magnitude, magnitude | 1 << (form.bits - 1)])
    plus, minus = form.decode(codes, Scale()).tolist()
    assert Fraction(plus) == expected
    assert np.isnan(minus) if form.specials == "fnuz" and not magnitude else minus == -plus


def grid_of(form: Minifloat, step: Fraction) -> list[tuple[Fraction, int]]:
    magnitudes = minifloat_values(
        form.exponent_bits, form.mantissa_bits, form.offset, form.limit + 1, form.has_subnormals
    )
    pairs = {step * value: place for place, value in reversed(list(enumerate(magnitudes)))}
    pairs |= {-value: place for value, place in pairs.items() if value}
    return sorted(pairs.items())


small = st.builds(
    Minifloat,
    st.integers(2, 4),
    st.integers(0, 3),
    st.sampled_from(["nan", "none", "fnuz"]),
    st.none() | st.integers(-20, 30),
)


@given(form=small, scale=scales, mode=st.sampled_from(arith.ROUNDINGS), data=st.data())
def test_any_finite_float_is_rounded_as_exact_rationals_are(
    form: Minifloat, scale: Scale, mode: str, data: st.DataObject
) -> None:
    (step,) = scale.fractions()
    grid = grid_of(form, step)
    index = data.draw(st.integers(0, len(grid) - 2))
    part = data.draw(st.sampled_from([0, Fraction(1, 2), Fraction(1, 3), Fraction(99, 100)]))
    near = float(grid[index][0] + part * (grid[index + 1][0] - grid[index][0]))
    value = data.draw(st.just(near) | st.floats(allow_nan=False, allow_infinity=False))
    values = [float(np.nextafter(value, -np.inf)), value, float(np.nextafter(value, np.inf))]
    values = [v for v in values if np.isfinite(v)]
    for array in (np.array(values), torch.tensor(values, dtype=torch.float64)):
        found = form.decode(form.encode(array, scale, mode), scale).tolist()
        assert [Fraction(v) for v in found] == [pick(Fraction(v), grid, mode) for v in values]


@pytest.mark.parametrize("exponent", range(1, 9))
@pytest.mark.parametrize("mantissa", range(11))
def test_a_carry_at_every_binade_raises_the_exponent(exponent: int, mantissa: int) -> None:
    form = Minifloat(exponent, mantissa, "none")
    tops = np.ldexp(1.0, np.arange(form.least, form.most + 1))
    below = tops * (1 - 2.0 ** -(mantissa + 12))
    assert np.array_equal(form.decode(form.encode(below, Scale()), Scale()), tops)
    assert np.array_equal(form.decode(form.encode(-below, Scale()), Scale()), -tops)


@pytest.mark.parametrize("exponent", range(1, 9))
@pytest.mark.parametrize("mantissa", range(11))
@pytest.mark.parametrize("flush", [False, True])
def test_all_widths_round_to_the_nearest_of_their_values(
    exponent: int, mantissa: int, flush: bool
) -> None:
    if flush and not mantissa:
        return
    form = Minifloat(exponent, mantissa, "none", has_subnormals=not flush)
    magnitudes = [
        float(value)
        for value in minifloat_values(
            exponent, mantissa, form.offset, form.limit + 1, form.has_subnormals
        )
    ]
    kept = [k for k, value in enumerate(magnitudes) if value or not k]
    grid, places = np.array(magnitudes)[kept], np.array(kept)
    middles = (grid[1:] + grid[:-1]) / 2
    exact = np.concatenate([grid, middles])
    values = np.concatenate([exact, np.nextafter(exact, np.inf), np.nextafter(exact, 0)])
    values = np.concatenate([values, -values])
    found = form.encode(values, Scale())
    assert np.array_equal(found & form.limit, nearest(values, grid, places))
    assert np.array_equal(found >> (form.bits - 1), np.signbit(values))


@pytest.mark.parametrize(
    ("mode", "codes"),
    [
        ("half_even", [0x7C, 0xFC, 0x7C, 0xFC, 0x7B]),
        ("half_up", [0x7C, 0xFC, 0x7C, 0xFB, 0x7B]),
        ("toward_zero", [0x7B, 0xFB, 0x7B, 0xFB, 0x7B]),
        ("floor", [0x7B, 0xFC, 0x7B, 0xFC, 0x7B]),
    ],
)
def test_overflow_takes_the_direction_of_the_rounding(mode: str, codes: list[int]) -> None:
    values = np.array([1e9, -1e9, 61440.0, -61440.0, 57344.0])
    assert parse("e5m2_overflow").encode(values, Scale(), mode).tolist() == codes


@pytest.mark.parametrize("spelling", ["e4m3fn", "e5m2", "e2m1fn", "e4m3fnuz", "log4"])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_not_finite_is_an_error(spelling: str, bad: float) -> None:
    with pytest.raises(FormatError, match=f"values encoded as {spelling} must be finite"):
        parse(spelling).encode(np.array([1.0, bad]), Scale())


@given(form=minifloats)
def test_every_minifloat_is_read_back_from_its_spelling(form: Minifloat) -> None:
    assert parse(str(form)) == form


@pytest.mark.parametrize(
    ("spelling", "form"),
    [
        ("e4m3fn", Minifloat(4, 3, "nan")),
        ("e4m3f", Minifloat(4, 3, "none")),
        ("e4m3", Minifloat(4, 3, "ieee")),
        ("e2m1fn", Minifloat(2, 1, "none")),
        ("e2m1fnan", Minifloat(2, 1, "nan")),
        ("e4m3b11fnuz", Minifloat(4, 3, "fnuz", 11)),
        ("e5m2_flush_overflow", Minifloat(5, 2, "ieee", None, False, False)),
        ("log4", Log(4)),
    ],
)
def test_a_spelling_names_its_format(spelling: str, form: Minifloat) -> None:
    assert parse(spelling) == form
    assert str(form) == spelling


@pytest.mark.parametrize(
    ("spelling", "text"),
    [
        ("e0m3", "must have 1 to 8 exponent bits, not 0"),
        ("e9m3", "must have 1 to 8 exponent bits, not 9"),
        ("e4m11", "must have 0 to 10 mantissa bits, not 11"),
        ("e1m0", "e1m0 must have a finite value besides zero"),
        ("e2m1fn_overflow", "must have infinity or NaN to overflow to"),
        ("e4m0fn_flush", "must have mantissa bits to flush subnormals"),
        ("e4m3b999", "bias of e4m3b999 must be -300 to 300"),
        ("e2m1f", "must be spelled 'e2m1fn'"),
        ("e4m3fnan", "must be spelled 'e4m3fn'"),
        ("e4m3b7", "must be spelled 'e4m3'"),
        ("log1", "a log format must have 2 to 9 bits, not 1"),
    ],
)
def test_an_impossible_minifloat_is_refused(spelling: str, text: str) -> None:
    with pytest.raises(FormatError, match=text):
        parse(spelling)


def test_a_scale_that_float64_cannot_hold_is_refused() -> None:
    with pytest.raises(FormatError, match=r"e8m7 with its scale must have values of 2\^-1022"):
        parse("e8m7").decode(np.array([1]), Scale.power_of_two(950))
