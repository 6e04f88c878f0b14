"""The checks without pytest: chosen by name, each with its outcome."""

from dataclasses import replace
from pathlib import Path

import pytest

from litho import tools
from litho.errors import ConfigError, MismatchError, ToolMissingError
from litho.rtl import Case
from litho.testing import CHECKS, SYNTHESIS, Subject, bench, chosen_subjects, run_checks


@pytest.mark.parametrize(
    ("name", "modules"),
    [
        ("rtl-fifo_2", {"litho_stream_fifo"}),
        ("relu", {"litho_relu"}),
        ("stream_fork", {"litho_stream_fork"}),
        ("litho_stream_fork", {"litho_stream_fork"}),
        ("round", {"bench_round"}),
        ("litho_dot_stream", {"litho_linear", "litho_loaded_linear", "litho_matmul"}),
    ],
)
def test_a_case_an_operation_and_a_module_are_names(name, modules):
    assert {subject.case.block.module for subject in chosen_subjects(name)} == modules


def test_an_unknown_name_is_answered_with_near_ones():
    with pytest.raises(ConfigError, match="not 'rtl-fifo_22'; did you mean rtl-fifo_2"):
        chosen_subjects("rtl-fifo_22")
    with pytest.raises(ConfigError, match="not '%%%'; see `litho rtl list`"):
        chosen_subjects("%%%")
    with pytest.raises(ConfigError, match="is found by --folder or LITHO_OPS"):
        chosen_subjects("tilted")


def small() -> Subject:
    return chosen_subjects("rtl-register_1b_1of5")[0]


def test_every_check_has_an_outcome():
    for name in ("verilator", "c++", "iverilog"):
        try:
            tools.find(name)
        except ToolMissingError as error:
            pytest.skip(f"{name} is missing: {error}")
    outcomes = list(run_checks([small()]))
    assert [(item.check, item.state) for item in outcomes] == [
        (name, "passed") for name in CHECKS if name != "lowering"
    ]


def test_a_check_that_fails_says_why_and_the_others_go_on():
    subject = small()
    wrong = tuple(1 - codes for codes in subject.case.inputs)
    broken = replace(subject, case=replace(subject.case, expected=wrong))
    chosen = {"reference": CHECKS["reference"], "again": lambda case, directory: None}
    first, second = run_checks([broken], chosen)
    assert (first.state, second.state) == ("failed", "passed")
    assert first.reason.startswith("stream 'out' must give ")
    assert "(the authority of the case), not -1 (the reference), in sample 0" in first.reason


def missing(case: object, directory: Path) -> None:
    raise ToolMissingError("a tool is missing")


def test_only_the_second_simulator_may_be_missing():
    (outcome,) = run_checks([small()], {"icarus": missing})
    assert (outcome.state, outcome.reason) == ("skipped", "a tool is missing")
    with pytest.raises(ToolMissingError):
        list(run_checks([small()], {"equality": missing}))


def test_a_check_works_in_an_empty_folder_that_stays_when_it_fails(tmp_path, monkeypatch):
    monkeypatch.setenv("LITHO_CACHE", str(tmp_path))
    seen = []

    def look(case: object, directory: Path) -> None:
        seen.append((directory, list(directory.iterdir())))
        (directory / "left").write_text("")

    def fail(case: object, directory: Path) -> None:
        look(case, directory)
        raise MismatchError(f"told; log: {directory / 'left'}")

    passed, *failed = run_checks([small()], {"look": look, "fail": fail, "again": fail})
    assert [content for _, content in seen] == [[], [], []]
    assert [item.folder for item in (passed, *failed)] == [None, seen[1][0], seen[2][0]]
    assert [folder.exists() for folder, _ in seen] == [False, True, True]
    assert len({item.fault for item in failed}) == 1


def test_a_check_that_leaves_no_file_leaves_no_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("LITHO_CACHE", str(tmp_path))
    (outcome,) = run_checks([small()], {"fail": fail_at_once})
    assert (outcome.state, outcome.folder) == ("failed", None)
    assert list((tmp_path / "checks").iterdir()) == []


def fail_at_once(case: object, directory: Path) -> None:
    raise MismatchError("told")


def test_the_checks_are_those_of_the_suite():
    names = {check.__name__ for check in CHECKS.values()} - {"_reference", "check_lowering"}
    assert names == {
        name
        for name in dir(bench.checks)
        if name.startswith("check_") and name != "check_reference"
    }
    assert set(SYNTHESIS) == {"resources", "netlist"}


def test_failures_that_differ_in_their_folders_alone_are_one_fault():
    counts = iter(range(9))

    def fail(case: object, directory: Path) -> None:
        raise MismatchError(
            f"told of every beat (no beat moved up to cycle {next(counts)}); 4 of 64 beats;"
            f" to repeat: cd {directory} && ./run {directory}"
        )

    def other(case: Case, directory: Path) -> None:
        raise MismatchError(f"another in case {case.name!r}")

    every = replace(small(), case=replace(small().case, name="every"))
    outcomes = list(run_checks([small(), every], {"fail": fail, "other": other}))
    assert [item.fault for item in outcomes] == ["told of every beat", "another in case "] * 2
