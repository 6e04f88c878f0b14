"""The format table claims what a collected test proves, and a family of one's own is in both."""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import litho
from litho.errors import FormatError, MismatchError
from litho.formats import Scale, fake_quantize, families, own, parse, register
from litho.formats import format as registered
from litho.ops import registry
from litho.testing.formats import (
    FORMAT_CHECKS,
    PROPERTIES,
    checks_of,
    run_format_checks,
    table_of_formats,
)

ROOT = Path(__file__).parents[2]
SUITE = ROOT / "tests" / "formats" / "test_conformance.py"
HARDWARE = {"fixed", "integer"}

PAGE = ROOT / "docs" / "formats" / "README.md"


def toy_family() -> str:
    """The family that the page writes."""
    (found,) = re.findall(r"`odd.py`:\n\n```python\n(.*?)```", PAGE.read_text(), re.S)
    return found


@dataclass(frozen=True)
class Planted:
    """`fixed8f4` with a fault in one of its methods."""

    fault: str
    family = "planted"
    bits, is_signed, low, high = 8, True, -128, 127

    def encode(self, values: Any, scale: Scale, rounding: str = "half_even") -> Any:
        form = parse("fixed8f4")
        if self.fault == "silent":
            return form.encode(np.nan_to_num(values), scale, rounding)
        if self.fault == "low":
            return form.encode(np.nextafter(values, -np.inf), scale, rounding)
        if self.fault == "float32":
            return form.encode(values.astype(np.float32), scale, rounding)
        if self.fault == "floor" and rounding == "floor":
            return form.encode(values, scale, "toward_zero")
        codes = form.encode(values, scale, rounding)
        if self.fault == "wide":
            return codes + 256 * (codes == 100)
        if self.fault == "order":
            return np.where(codes == 50, 49 * (rounding == "half_up") + 50, codes)
        return codes.astype(np.int32) if self.fault == "int32" else codes

    def decode(self, codes: Any, scale: Scale) -> Any:
        values = parse("fixed8f4").decode(codes, scale)
        return values + 0.01 * (codes == 7) if self.fault == "decode" else values

    def __str__(self) -> str:
        return f"planted_{self.fault}"


@pytest.fixture
def families_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registered, "_FAMILIES", dict(registered._FAMILIES))
    monkeypatch.setattr(own, "_loaded", set(own._loaded))
    return


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, families_alone: None) -> Path:
    path = tmp_path / "odd.py"
    path.write_text(toy_family())
    monkeypatch.setenv("LITHO_FORMATS", str(path))
    return path


def collected(environment: dict[str, str] | None = None) -> set[tuple[str, str]]:
    """The families and checks of the conformance tests that pytest collects."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", str(SUITE)],
        cwd=ROOT, capture_output=True, text=True, check=False, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    found = re.findall(r"test_a_format_keeps_what_its_family_claims\[(\w+)-(\w+)\]", done.stdout)
    return set(found)


def claimed() -> set[tuple[str, str]]:
    """The families and checks that the table builds its claims on."""
    return {
        (row.family, name)
        for row in table_of_formats(registry())
        for names in row.checks
        for name in names
    }


def test_every_claim_of_the_table_is_a_test_that_is_collected() -> None:
    assert claimed() == collected()


def test_every_family_with_codes_has_every_software_cell() -> None:
    rows = {row.family: row for row in table_of_formats(registry())}
    assert set(rows) == {family.name for family in families()}
    empty = {name for name, row in rows.items() if not all(row.checks)}
    assert empty == {"host"}


def test_hardware_cells_name_the_ops_with_blocks_for_the_family() -> None:
    for row in table_of_formats(registry()):
        assert bool(row.ops) == (row.family in HARDWARE)
        assert row.ops == tuple(op.name for op in registry() if row.family in op.blocks)


def test_a_cost_is_claimed_where_a_case_of_the_ops_suite_has_resources() -> None:
    from litho.hw import find_family
    from litho.testing import find_subjects

    owners = {subject.owner for subject in find_subjects()}
    for row in table_of_formats(registry()):
        assert set(row.costs) <= owners
    for subject in find_subjects()[:20]:
        assert subject.case.block.resources(find_family("xc7")).luts >= 0


def first_table() -> list[str]:
    """The lines of the first table of the page."""
    return re.search(r"((?:^\|.*\n)+)", PAGE.read_text(), re.M)[1].splitlines()


def test_the_page_of_formats_has_the_table_of_the_command() -> None:
    lines = [line.strip("|").split("|") for line in first_table()]
    shown = [tuple(cell.strip().strip("`") for cell in line) for line in lines]
    table = litho.list("formats").table
    pages = [re.sub(r"\[(.*)\]\(.*\)", r"docs/formats/\1", row[-1]) for row in shown[2:]]
    assert shown[0] == table.headers
    assert [(*row[:-1], page) for row, page in zip(shown[2:], pages, strict=True)] == [*table.rows]


def test_every_page_that_the_table_names_is_there() -> None:
    for row in table_of_formats(registry()):
        assert f"`{row.example}`" in (ROOT / row.page).read_text()


def test_a_family_of_ones_own_is_in_the_table_and_in_the_suite(toy: Path) -> None:
    assert ("odd", "odd3", "3", "yes", "yes", "yes", "yes", "none", "none", "none") in litho.list(
        "formats"
    ).table.rows
    import os

    odd = {pair for pair in collected(dict(os.environ)) if pair[0] == "odd"}
    assert odd == {("odd", check.name) for check in FORMAT_CHECKS if check.kind == "coded"}


def test_a_family_of_ones_own_passes_the_suite_and_is_used_like_any_other(toy: Path) -> None:
    form = parse("odd3")
    assert [outcome for outcome in run_format_checks(form) if outcome.state != "passed"] == []
    assert fake_quantize(np.array([0.1, -9.0, 3.2]), form).tolist() == [1.0, -7.0, 3.0]


@pytest.mark.parametrize(
    ("fault", "check"),
    [
        ("silent", "not_finite_is_loud"),
        ("low", "roundings_are_exact"),
        ("low", "the_nearest_is_taken"),
        ("float32", "the_nearest_is_taken"),
        ("floor", "roundings_are_exact"),
        ("wide", "values_are_kept"),
        ("order", "order_is_kept"),
        ("int32", "values_are_kept"),
        ("decode", "values_are_kept"),
        ("none", "record"),
    ],
)
def test_a_planted_fault_fails_its_check(fault: str, check: str) -> None:
    form = Planted(fault)
    (chosen,) = [item for item in checks_of(form) if item.name == check]
    with pytest.raises((MismatchError, FormatError)):
        chosen.run(form)


def test_a_fault_is_told_with_the_format_the_rule_and_the_value() -> None:
    (chosen,) = [item for item in checks_of(Planted("int32")) if item.name == "values_are_kept"]
    message = r"planted_int32 must give int64 codes, not int32; see docs/numerics.md section 2"
    with pytest.raises(MismatchError, match=message):
        chosen.run(Planted("int32"))
    (outcome,) = [
        outcome
        for outcome in run_format_checks(Planted("int32"))
        if outcome.check == "values_are_kept"
    ]
    assert outcome.state == "failed"
    assert "must give int64 codes, not int32" in outcome.reason


def test_a_missing_check_leaves_an_empty_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    from litho.testing import formats as suite

    kept = tuple(check for check in FORMAT_CHECKS if check.proves != "QAT gradient")
    monkeypatch.setattr(suite, "FORMAT_CHECKS", kept)
    place = litho.list("formats").table.headers.index("QAT gradient")
    assert {row[place] for row in litho.list("formats").table.rows} == {"none"}


def test_a_name_that_is_taken_is_refused(families_alone: None) -> None:
    message = "a format family must have a name of its own, and 'fixed' is there already"
    with pytest.raises(FormatError, match=message):
        register("fixed", "x", lambda match: parse("int8"), "x")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "LITHO_FORMATS must list Python files, and .* is none"),
        ("import nothing_of_this_name", "mine.py must be importable, and is not: No module named"),
    ],
)
def test_a_file_that_is_no_format_is_refused(
    text: str | None, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    families_alone: None,
) -> None:  # fmt: skip
    path = tmp_path / "mine.py"
    if text is not None:
        path.write_text(text)
    monkeypatch.setenv("LITHO_FORMATS", str(path))
    with pytest.raises(FormatError, match=message):
        families()


def test_an_installed_package_that_cannot_be_imported_is_refused(
    monkeypatch: pytest.MonkeyPatch, families_alone: None
) -> None:
    from importlib import metadata

    point = metadata.EntryPoint("mine", "nothing_of_this_name", "litho.formats")
    monkeypatch.setattr(metadata, "entry_points", lambda group: (point,))
    monkeypatch.setattr(own, "_loaded", set())
    message = "the entry point mine = nothing_of_this_name of the group litho.formats must be imp"
    with pytest.raises(FormatError, match=message):
        families()


def test_every_property_is_proved_for_formats_with_codes() -> None:
    for kind in ("coded", "grouped"):
        assert {check.proves for check in FORMAT_CHECKS if check.kind == kind} == set(PROPERTIES)
        names = [check.name for check in FORMAT_CHECKS if check.kind == kind]
        assert len(names) == len(set(names))
