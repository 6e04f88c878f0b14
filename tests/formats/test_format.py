"""Spellings of formats."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litho.errors import FormatError
from litho.formats import Fixed, Format, Host, families, parse


@given(st.integers(1, 62), st.integers(-2000, 2000), st.booleans())
def test_every_fixed_format_is_read_back_from_its_spelling(w: int, f: int, signed: bool) -> None:
    assert parse(str(Fixed(w, f, signed))) == Fixed(w, f, signed)


@given(st.integers(1, 62), st.booleans())
def test_every_scaled_integer_is_read_back_from_its_spelling(w: int, signed: bool) -> None:
    form = Fixed(w, 0, signed, is_integer=True)
    assert parse(str(form)) == form


@pytest.mark.parametrize(
    ("spelling", "form"),
    [
        ("fixed8f4", Fixed(8, 4)),
        ("ufixed8f4", Fixed(8, 4, is_signed=False)),
        ("fixed8f-2", Fixed(8, -2)),
        ("int8", Fixed(8, 0, is_integer=True)),
        ("uint1", Fixed(1, 0, is_signed=False, is_integer=True)),
        ("float32", Host("float32")),
        ("host_int64", Host("host_int64")),
    ],
)
def test_a_spelling_names_its_format(spelling: str, form: Format) -> None:
    assert parse(spelling) == form
    assert str(form) == spelling


@pytest.mark.parametrize("spelling", ["fixed08f4", "fixed8f04", "fixed8f-0", "int08", "fixed٨f4"])
def test_a_second_spelling_is_refused_with_the_first(spelling: str) -> None:
    with pytest.raises(FormatError, match=f"format '{spelling}' must be spelled '"):
        parse(spelling)


@pytest.mark.parametrize(
    "spelling", ["", "fixed", "fixed8", "int", "Int8", " int8", "int8 ", "sfixed8f4", "fixed8.4"]
)
def test_an_unknown_spelling_is_refused_with_examples(spelling: str) -> None:
    with pytest.raises(FormatError, match=r"must be a known spelling \(such as .*fixed8f4, .*int8"):
        parse(spelling)


def test_an_endless_number_is_refused_like_any_other() -> None:
    with pytest.raises(FormatError, match="known spelling"):
        parse("int" + "9" * 5000)


@pytest.mark.parametrize("spelling", ["fixed0f0", "fixed63f0", "int0", "uint100"])
def test_a_width_that_no_code_has_is_refused(spelling: str) -> None:
    with pytest.raises(FormatError, match="fixed-point width must be 1 to 62, not"):
        parse(spelling)


def test_a_host_type_is_one_of_pytorch() -> None:
    with pytest.raises(FormatError, match=r"a host type must be one of float64, .*, not 'int8'"):
        Host("int8")


def test_families_come_by_name() -> None:
    names = [family.name for family in families()]
    assert names == sorted(names)
    assert {"fixed", "host", "integer"} <= set(names)
