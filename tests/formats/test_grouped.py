"""Grouped formats: vectors worked by hand, an independent oracle, and what all of them keep."""

import dataclasses
from fractions import Fraction

import ml_dtypes
import numpy as np
import pytest
import torch
from oracle import block, minifloat_values

from litho.errors import FormatError
from litho.formats import Encoded, GroupedFormat, Log, Minifloat, arith, families, parse

OTHERS = [
    "mxint8g32", "mxfp8_e4m3g32", "mxfp8_e5m2g32", "mxfp6_e2m3g32", "mxfp4_e2m1g32", "bfp2g3",
    "bfp24g4", "bmf4_e2m1g8", "bmf3_e1m1g2", "bmf9_e8m0g16", "bmf6_e2m3g16", "blocklog2g5",
]  # fmt: skip
GROUPED = [
    form
    for form in (parse(family.example) for family in families())
    if isinstance(form, GroupedFormat)
]
ALL = [pytest.param(form, id=str(form)) for form in [*GROUPED, *map(parse, OTHERS)]]


def magnitudes_of(form: GroupedFormat) -> tuple[np.ndarray, int]:
    """The element's magnitudes, and the exponent of the greatest, from their definition."""
    element = form.element
    if isinstance(element, Log):
        element = element.minifloat
    if isinstance(element, Minifloat):
        count = element.limit + 1
        values = minifloat_values(
            element.exponent_bits, element.mantissa_bits, element.offset, count
        )
        found = np.array([float(value) for value in values])
        return found, int(np.frexp(found[-1])[1]) - 1
    return np.arange(element.high + 1) * 2.0 ** (2 - element.bits), 0


def places_of(form: GroupedFormat, elements: np.ndarray) -> np.ndarray:
    if form.element.is_signed:
        return elements
    magnitude = elements & ((1 << (form.element.bits - 1)) - 1)
    return np.where(elements >> (form.element.bits - 1), -magnitude, magnitude)


def check(form: GroupedFormat, values: np.ndarray) -> None:
    magnitudes, most = magnitudes_of(form)
    places, scales = block(values, magnitudes, most, form.group, form.family != "mx")
    encoded = form.encode(values)
    assert np.array_equal(encoded.scales, scales)
    assert np.array_equal(places_of(form, encoded.elements), places)
    step = np.ldexp(1.0, np.repeat(scales, form.group, axis=-1) - 127)
    expected = np.sign(places) * magnitudes[np.abs(places)] * step
    assert np.array_equal(form.decode(encoded), expected)


def drawn(form: GroupedFormat, rows: int, seed: int) -> np.ndarray:
    """Groups of every size of exponent, of ties, of neighbours of ties, and of zeros."""
    generator = np.random.default_rng(seed)
    magnitudes, most = magnitudes_of(form)
    shape = (rows, 4 * form.group)
    plain = generator.standard_normal(shape) * 2.0 ** generator.integers(-8, 3, shape)
    middles = np.concatenate([magnitudes, (magnitudes[1:] + magnitudes[:-1]) / 2])
    ties = middles[generator.integers(0, len(middles), shape)] * generator.choice([-1, 1], shape)
    ties[generator.random(shape) < 0.3] *= 1 + 2.0**-30
    ties[generator.random(shape) < 0.3] *= 1 - 2.0**-30
    values = np.where(generator.random(shape) < 0.5, plain, ties * 2.0**-most)
    values *= 2.0 ** generator.integers(-160, 140, (rows, 1))
    values[generator.random(shape) < 0.1] = 0.0
    values.reshape(-1, form.group)[generator.random(rows * 4) < 0.05] = 0.0
    return values


@pytest.mark.parametrize("form", ALL)
def test_groups_are_encoded_as_the_definition_says(form: GroupedFormat) -> None:
    check(form, drawn(form, 400, seed=3))


@pytest.mark.parametrize("form", ALL)
def test_a_grouped_format_is_an_immutable_record_with_a_spelling(form: GroupedFormat) -> None:
    assert dataclasses.is_dataclass(form)
    assert parse(str(form)) == form
    assert hash(parse(str(form))) == hash(form)
    assert form.bits == form.element.bits + Fraction(8, form.group)


@pytest.mark.parametrize("form", ALL)
@pytest.mark.parametrize("mode", arith.ROUNDINGS)
def test_decoded_values_are_kept(form: GroupedFormat, mode: str) -> None:
    values = form.decode(form.encode(drawn(form, 100, seed=4), mode))
    again = form.decode(form.encode(values, mode))
    assert np.array_equal(again, values)


@pytest.mark.parametrize("form", ALL)
@pytest.mark.parametrize("mode", arith.ROUNDINGS)
def test_numpy_and_torch_agree_on_every_bit(form: GroupedFormat, mode: str) -> None:
    values = drawn(form, 50, seed=5)[:, : 4 * form.group - 1]
    encoded = form.encode(values, mode)
    on_torch = form.encode(torch.from_numpy(values), mode)
    assert encoded.elements.dtype == encoded.scales.dtype == np.int64
    assert on_torch.elements.dtype == on_torch.scales.dtype == torch.int64
    assert np.array_equal(on_torch.elements.numpy(), encoded.elements)
    assert np.array_equal(on_torch.scales.numpy(), encoded.scales)
    assert np.array_equal(form.decode(on_torch).numpy(), form.decode(encoded))


@pytest.mark.parametrize("form", ALL)
@pytest.mark.parametrize("mode", ["half_even", "toward_zero"])
def test_a_negated_group_is_the_negative(form: GroupedFormat, mode: str) -> None:
    values = drawn(form, 100, seed=6)
    assert np.array_equal(
        form.decode(form.encode(-values, mode)), -form.decode(form.encode(values, mode))
    )


@pytest.mark.parametrize("form", ALL)
@pytest.mark.parametrize("exponent", [-100, -40, -3, 0, 90, 126])
def test_a_carry_at_a_binade_is_the_power_of_two_or_saturates(
    form: GroupedFormat, exponent: int
) -> None:
    top = 2.0**exponent
    found = form.decode(form.encode(np.array([top * (1 - 2.0**-40), 0.0])))
    magnitudes, most = magnitudes_of(form)
    low, high = magnitudes[1] * 2.0**-127, magnitudes[-1] * 2.0**127
    expected = min(top, high) if top > low / 2 else 0.0
    if form.family == "mx":
        expected = min(expected, max(magnitudes[-1] * 2.0 ** (exponent - 1 - most), low))
    assert found.tolist() == [expected, 0.0]


@pytest.mark.parametrize("form", ALL)
@pytest.mark.parametrize("shape", [(0,), (2, 0), (0, 3), (1,), (2, 3, 7), (5, 64)])
def test_a_tensor_keeps_its_shape_and_a_short_group_counts(
    form: GroupedFormat, shape: tuple[int, ...]
) -> None:
    values = np.random.default_rng(1).standard_normal(shape)
    for array in (values, torch.from_numpy(values)):
        encoded = form.encode(array)
        assert tuple(encoded.elements.shape) == shape
        assert tuple(encoded.scales.shape) == (*shape[:-1], -(-shape[-1] // form.group))
        assert tuple(form.decode(encoded).shape) == shape


@pytest.mark.parametrize("form", ALL)
def test_a_group_of_zeros_has_the_least_scale(form: GroupedFormat) -> None:
    encoded = form.encode(np.zeros((2, form.group)))
    assert encoded.elements.tolist() == [[0] * form.group] * 2
    assert encoded.scales.tolist() == [[0], [0]]
    assert form.decode(encoded).tolist() == [[0.0] * form.group] * 2


@pytest.mark.parametrize("form", ALL)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_not_finite_is_an_error(form: GroupedFormat, bad: float) -> None:
    with pytest.raises(FormatError, match=f"values encoded as {form} must be finite"):
        form.encode(np.array([0.5, bad]))


@pytest.mark.parametrize("form", ALL)
def test_a_scale_of_all_ones_makes_its_group_nan(form: GroupedFormat) -> None:
    encoded = form.encode(np.ones((2, form.group)))
    encoded.scales[1] = 255
    found = form.decode(encoded)
    assert (found[0] == found[0]).all()
    assert np.isnan(found[1]).all()


def test_scales_read_as_e8m0_of_ml_dtypes() -> None:
    codes = np.arange(256)
    authority = codes.astype(np.uint8).view(ml_dtypes.float8_e8m0fnu).astype(np.float64)
    ones = np.full((256, 32), 1 << 6)
    found = parse("mxint8g32").decode(Encoded(ones, codes[:, None]))
    assert np.array_equal(found, np.repeat(authority[:, None], 32, axis=1), equal_nan=True)


HAND = [
    # Greatest 6 · 2^3: log2 is 5, less 2: scale 2^3. 5 · 8 = 40 ties between 4 and 6: even code.
    ("mxfp4_e2m1g32", [48.0, 40.0, 4.0, 2.0, 6.0, -1.9], 130, [7, 6, 1, 0, 2, 8]),
    # 7 · 2^0 lies past 6: it saturates, the scale stays.
    ("mxfp4_e2m1g32", [7.0, -7.9, 1.0], 127, [7, 15, 2]),
    # Greatest 1: scale 2^(0 − 8). 1 = 2^8 · 2^(−8): field 15, mantissa 0.
    ("mxfp8_e4m3g32", [1.0, -0.5, 2.0**-18], 119, [0x78, 0xF0, 0x00]),
    # 1.99 · 2^8 = 509.4 lies past 448.
    ("mxfp8_e4m3g32", [1.99, 1.75], 119, [0x7E, 0x7E]),
    # Greatest 1: scale 2^(0 − 15). 1 is 2^15: field 30. Least subnormal 2^(−16 − 15).
    ("mxfp8_e5m2g32", [1.0, 2.0**-31, -(2.0**-32)], 112, [0x78, 0x01, 0x80]),
    # Greatest 28: log2 is 4, less 4: scale 1. 1/16 is the least subnormal, 1/32 ties to zero.
    ("mxfp6_e3m2g32", [28.0, 0.0625, 0.03125, -30.0], 127, [31, 1, 0, 63]),
    # Greatest 7.5: log2 is 2, less 2: scale 1. 0.125 is the least subnormal.
    ("mxfp6_e2m3g32", [7.5, 0.125, 0.0625, -1.0], 127, [31, 1, 0, 40]),
    # Greatest 1.999: scale 1, 1.999 · 64 = 127.9 saturates at 127; −1 is −64; 1/128 ties to 0.
    ("mxint8g32", [1.999, -1.0, 1 / 64, 1 / 128, 3 / 128], 127, [127, -64, 1, 0, 2]),
    # −2 has the exponent 1: scale 2, −64. The code −128 stays unused.
    ("mxint8g32", [-2.0, 1.0], 128, [-64, 32]),
    # A magnitude below 2^(−127): the scale stops at 0.
    ("mxint8g32", [2.0**-133, 2.0**-134], 0, [1, 0]),
    # Above 2^127 · 1.98 nothing but the greatest is left.
    ("mxint8g32", [2.0**200, -1.0], 254, [127, 0]),
    ("bfp8g16", [1.999, -1.0], 128, [64, -32]),
    ("bfp8g16", [1.98, -1.0], 127, [127, -64]),
    ("bmf8_e4m3g16", [1.99, 1.0], 120, [0x78, 0x70]),
    ("bmf8_e4m3g16", [1.75, 1.0], 119, [0x7E, 0x78]),
    ("blocklog4g16", [1.4, 1.6, 0.25, 2.0**-7], 124, [6, 7, 4, 0]),
]


@pytest.mark.parametrize(("spelling", "values", "scale", "elements"), HAND)
def test_a_vector_worked_by_hand_is_met(
    spelling: str, values: list[float], scale: int, elements: list[int]
) -> None:
    encoded = parse(spelling).encode(np.array(values))
    assert encoded.scales.tolist() == [scale]
    assert encoded.elements.tolist() == elements


def test_a_number_without_axes_has_no_groups() -> None:
    with pytest.raises(FormatError, match="encoded as bfp8g16 must have an axis of groups"):
        parse("bfp8g16").encode(np.array(1.0))


def test_scales_of_another_shape_are_refused() -> None:
    with pytest.raises(FormatError, match=r"must have one scale for each 16 elements .* \[2\]"):
        parse("bfp8g16").decode(Encoded(np.zeros(40, np.int64), np.zeros(2, np.int64)))


@pytest.mark.parametrize(
    ("spelling", "text"),
    [
        ("mxfp8_e3m4g32", "an MX format must be one of mxint8, mxfp8_e4m3, .*not 'mxfp8_e3m4'"),
        ("mxint4g32", "not 'mxint4'"),
        ("mxint8g0", "mxint8 must have groups of 1 to 65536, not 0"),
        ("bfp1g16", "elements of 2 to 24 bits, not 1"),
        ("bfp8g65537", "groups of 1 to 65536, not 65537"),
        ("bmf9_e4m3g16", "must be spelled 'bmf8_e4m3g16'"),
        ("bmf8_e9m3g16", "1 to 8 exponent bits, not 9"),
        ("blocklog1g16", "2 to 9 bits, not 1"),
        ("mxint8g032", "must be spelled 'mxint8g32'"),
    ],
)
def test_an_impossible_grouped_format_is_refused(spelling: str, text: str) -> None:
    with pytest.raises(FormatError, match=text):
        parse(spelling)
