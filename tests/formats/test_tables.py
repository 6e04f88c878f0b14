"""Codebooks, binary and ternary against their values in exact rationals."""

from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from oracle import pick

from litho.errors import FormatError
from litho.formats import Binary, Codebook, Scale, Ternary, arith, parse

# Published with QLoRA (Dettmers and others, 2023), appendix E.
NF4 = [
    -1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635,
    -0.18477343022823334, -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725,
    0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941,
    0.7229568362236023, 1.0,
]  # fmt: skip

codebooks = st.integers(1, 4).flatmap(
    lambda bits: st.builds(
        lambda entries, frac: Codebook(tuple(sorted(entries)), frac),
        st.sets(st.integers(-300, 300), min_size=1 << bits, max_size=1 << bits),
        st.integers(-20, 20),
    )
)
scales = st.builds(lambda m, n: Scale((m,), (n,)), st.integers(1, 2**32 - 1), st.integers(-40, 80))


def test_the_table_of_codebook4_is_nf4_on_its_grid() -> None:
    found = parse("codebook4").decode(np.arange(16), Scale())
    assert (found * 2**15).tolist() == [round(value * 2**15) for value in NF4]


@pytest.mark.parametrize("bits", range(2, 9))
def test_the_tables_ascend_through_zero_to_one(bits: int) -> None:
    form = Codebook.normal(bits)
    assert len(form.entries) == 1 << bits
    assert 0 in form.entries
    assert form.entries[-1] == 1 << 15
    assert form.entries[0] == -(1 << 15)
    assert parse(f"codebook{bits}") == form
    assert str(form) == f"codebook{bits}"


@given(form=codebooks)
def test_every_codebook_is_read_back_from_its_spelling(form: Codebook) -> None:
    assert parse(str(form)) == form


@given(form=codebooks, scale=scales, mode=st.sampled_from(arith.ROUNDINGS), data=st.data())
def test_any_float_is_rounded_among_the_entries_as_exact_rationals_are(
    form: Codebook, scale: Scale, mode: str, data: st.DataObject
) -> None:
    step = scale.fractions()[0] / Fraction(2) ** form.frac
    grid = [(step * entry, place) for place, entry in enumerate(form.entries)]
    index = data.draw(st.integers(0, len(grid) - 2))
    value = float((grid[index][0] + grid[index + 1][0]) / 2)
    value = data.draw(st.just(value) | st.floats(allow_nan=False, allow_infinity=False))
    values = [float(np.nextafter(value, -np.inf)), value, float(np.nextafter(value, np.inf))]
    values = [v for v in values if np.isfinite(v)]
    if mode == "toward_zero" and 0 not in form.entries:
        values = [v for v in values if not _spans_zero(v, grid)]
    for array in (np.array(values), torch.tensor(values, dtype=torch.float64)):
        found = form.decode(form.encode(array, scale, mode), scale).tolist()
        assert [Fraction(v) for v in found] == [pick(Fraction(v), grid, mode) for v in values]


def _spans_zero(value: float, grid: list[tuple[Fraction, int]]) -> bool:
    """Whether zero lies between the value's neighbours, where the page has a rule of its own."""
    below = [v for v, _ in grid if v <= value]
    above = [v for v, _ in grid if v >= value]
    return bool(below and above) and below[-1] < 0 < above[0]


@pytest.mark.parametrize(
    ("value", "code"), [(-1.9, 1), (-2.5, 0), (-0.1, 1), (0.0, 2), (0.1, 2), (2.9, 2), (3.0, 3)]
)
def test_toward_zero_does_not_pass_zero_where_there_is_none(value: float, code: int) -> None:
    form = Codebook((-3, -2, 1, 3))
    expected = {0: 1}.get(code, code) if value == -2.5 else code
    assert form.encode(np.array([value]), Scale(), "toward_zero").tolist() == [expected]


@pytest.mark.parametrize(
    ("spelling", "text"),
    [
        ("codebook1", "a codebook of its own must have 2 to 8 bits, not 1"),
        ("codebook2[0,1,2]f0", "must have 2, 4, 8, … 256 entries, not 3"),
        ("codebook2[0,2,1,3]f0", "must ascend, but 2 stands before 1"),
        ("codebook3[0,1,2,3]f0", r"must be spelled 'codebook2\[0,1,2,3\]f0'"),
        ("codebook1[0,9999999]f0", r"must be -2\^20 to 2\^20"),
        ("codebook1[0,1]f1000", "must be -900 to 900, not 1000"),
        ("ternary_t0", "threshold of ternary must be 1 to 255"),
        ("ternary_t128", "must be spelled 'ternary'"),
    ],
)
def test_an_impossible_table_is_refused(spelling: str, text: str) -> None:
    with pytest.raises(FormatError, match=text):
        parse(spelling)


@pytest.mark.parametrize("spelling", ["codebook4", "binary", "binary01", "ternary", "ternary_t9"])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_not_finite_is_an_error(spelling: str, bad: float) -> None:
    with pytest.raises(FormatError, match="must be finite, not NaN or infinity"):
        parse(spelling).encode(np.array([1.0, bad]), Scale())


def test_binary_takes_the_sign_of_a_matrix_and_gives_zero_a_plus() -> None:
    values = np.array([[-2.0, -1e-300, -0.0], [0.0, 1e-300, 5.0]])
    codes = parse("binary").encode(values, Scale((3,), (2,)))
    assert codes.tolist() == [[0, 0, 1], [1, 1, 1]]
    assert parse("binary").decode(codes, Scale((3,), (2,))).tolist() == [
        [-0.75, -0.75, 0.75],
        [0.75, 0.75, 0.75],
    ]


def test_binary01_rounds_at_half_of_the_scale() -> None:
    values = np.array([-3.0, 0.5, np.nextafter(0.5, 1), 9.0])
    assert parse("binary01").encode(values, Scale()).tolist() == [0, 0, 1, 1]
    assert parse("binary01").encode(values, Scale(), "half_up").tolist() == [0, 1, 1, 1]


@given(k=st.integers(1, 255).filter(lambda k: k != 128), scale=scales)
def test_a_threshold_decides_what_is_zero(k: int, scale: Scale) -> None:
    form = Ternary(k)
    border = float(scale.fractions()[0] * Fraction(k, 256))
    values = np.array(
        [border, np.nextafter(border, np.inf), -border, np.nextafter(-border, -np.inf)]
    )
    assert form.encode(values, scale).tolist() == [0, 1, 0, -1]
    assert form.encode(torch.from_numpy(values), scale).tolist() == [0, 1, 0, -1]


def test_a_threshold_takes_no_other_rounding() -> None:
    with pytest.raises(FormatError, match="ternary_t9 must be encoded with half_even, not 'floor'"):
        Ternary(9).encode(np.array([1.0]), Scale(), "floor")


def test_the_fits_follow_their_rules() -> None:
    weights = np.array([[1.0, -1.0, 0.1], [2.0, -0.25, 0.05]])  # mean 4.4/6, border .513
    assert Binary().fit(weights) == Scale.nearest(4.4 / 6)
    form, scale = Ternary.fit(weights)
    assert scale == Scale.nearest(4.0 / 3)
    assert form == Ternary(round(0.7 * 4.4 / 6 / (4 / 3) * 256))
    assert form.encode(weights, scale).tolist() == [[1, -1, 0], [1, 0, 0]]


def test_a_fit_of_zeros_is_refused() -> None:
    with pytest.raises(FormatError, match="scale must be positive and finite, not 0"):
        Ternary.fit(np.zeros(3))
    with pytest.raises(FormatError, match="scale must be positive and finite, not 0"):
        Binary().fit(np.zeros(3))
