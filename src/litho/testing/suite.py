"""The conformance suite for pytest.

A test file that holds

    from pathlib import Path
    from litho.testing.suite import Conformance

    class TestMine(Conformance):
        folders = (Path(__file__).parent / "my_op",)

tests the op in the folder `my_op` beside it with each of its cases; a string will do for a path.
Without `folders`, all of litho.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from litho import testing, tools
from litho.errors import ToolMissingError
from litho.hw import find_family
from litho.testing.discovery import Subject, find_subjects

__all__ = ["Conformance"]

_SYNTHESIZED = 2  # cases of a module that are synthesized; the first belongs to the fast part
_find = cache(find_subjects)


class Conformance:
    """What every block must pass; a subclass names the folders of its ops in `folders`."""

    folders: tuple[Path | str, ...] | Path | str = ()

    def pytest_generate_tests(self, metafunc: Any) -> None:
        """Give a test each case it applies to."""
        _know_slow(metafunc.config)
        for name, generate in (
            ("module", _generate_modules),
            ("family", _generate_families),
            ("mapped", _generate_netlists),
            ("exemplified", _generate_examples),
            ("subject", _generate),
        ):
            if name in metafunc.fixturenames:
                generate(metafunc, _find(_places(self.folders)))
                return

    def test_each_module_has_an_authority_that_is_not_its_reference(
        self, module: tuple[Subject, ...]
    ) -> None:
        """Demand expected outputs in at least one case of each module."""
        assert any(subject.case.expected is not None for subject in module)

    def test_reference_agrees_with_the_authority(self, subject: Subject) -> None:
        """Compare `evaluate` with the expected outputs."""
        testing.check_reference(subject.case)

    def test_lowering_gives_what_the_case_expects(self, exemplified: Subject | None) -> None:
        """Capture the module of the case's example, lower it, compare every code."""
        if exemplified is None:
            pytest.skip("no case has an example: the lowering is not exercised")
        testing.check_lowering(exemplified.case, Path())

    def test_every_code_is_right_under_stalls(self, subject: Subject, tmp_path: Path) -> None:
        """Compare every code, the handshake rules watched."""
        _needs("verilator", "c++")
        testing.check_equality(subject.case, tmp_path)

    def test_latency_and_interval_are_the_models(self, subject: Subject, tmp_path: Path) -> None:
        """Compare what is measured with the model."""
        _needs("verilator", "c++")
        testing.check_timing(subject.case, tmp_path)

    def test_schedule_holds_for_late_inputs(self, subject: Subject, tmp_path: Path) -> None:
        """Compare the schedule with what is seen when sources stall."""
        _needs("verilator", "c++")
        testing.check_schedule(subject.case, tmp_path)

    def test_reset_in_mid_transfer_leaves_nothing_behind(
        self, subject: Subject, tmp_path: Path
    ) -> None:
        """Compare every code of what is sent after a reset."""
        _needs("verilator", "c++")
        testing.check_reset(subject.case, tmp_path)

    def test_second_simulator_agrees(self, subject: Subject, tmp_path: Path) -> None:
        """Compare every code by Icarus, which knows unknown bits."""
        _needs("iverilog")
        testing.check_second_simulator(subject.case, tmp_path)

    def test_lint_is_clean_without_waivers(self, subject: Subject, tmp_path: Path) -> None:
        """Demand silence of Verilator with every warning on."""
        _needs("verilator")
        testing.check_lint(subject.case, tmp_path)

    def test_resources_lie_in_their_band(
        self, synthesized: Subject, family: str, tmp_path: Path
    ) -> None:
        """Hold a synthesis report against the formula."""
        _needs("yosys")
        testing.check_resources(synthesized.case, tmp_path, find_family(family))

    def test_netlist_gives_the_same_codes(self, mapped: Subject, tmp_path: Path) -> None:
        """Compare every code of the netlist after synthesis."""
        _needs("yosys", "verilator", "c++")
        testing.check_netlist(mapped.case, tmp_path, find_family("xc7"))


def _know_slow(config: Any) -> None:
    """Register the marker of the slow part where the user's own configuration does not."""
    if not any(line.startswith("slow") for line in config.getini("markers")):
        config.addinivalue_line("markers", "slow: left out of a quick run by -m 'not slow'")


def _places(folders: tuple[Path | str, ...] | Path | str) -> tuple[Path, ...]:
    listed = (folders,) if isinstance(folders, Path | str) else folders
    return tuple(Path(folder) for folder in listed)


def _needs(*names: str) -> None:
    for name in names:
        try:
            tools.find(name)
        except ToolMissingError as error:
            pytest.skip(f"{name} is missing: {error}")


def _generate(metafunc: Any, subjects: tuple[Subject, ...]) -> None:
    metafunc.parametrize("subject", subjects, ids=[subject.name for subject in subjects])


def _generate_examples(metafunc: Any, subjects: tuple[Subject, ...]) -> None:
    having = [subject for subject in subjects if subject.case.example is not None]
    found: list[Subject | None] = [*having] or [None]
    ids = [subject.name if subject else "none" for subject in found]
    metafunc.parametrize("exemplified", found, ids=ids)


def _generate_modules(metafunc: Any, subjects: tuple[Subject, ...]) -> None:
    names = sorted({subject.case.block.module for subject in subjects})
    groups = [tuple(s for s in subjects if s.case.block.module == name) for name in names]
    metafunc.parametrize("module", groups, ids=names)


def _generate_families(metafunc: Any, subjects: tuple[Subject, ...]) -> None:
    chosen = [subject for subject in subjects if subject.place < _SYNTHESIZED]
    found = [
        _marked(subject.place > 0, f"{subject.name}-{family}", subject, family)
        for subject in chosen
        for family in ("xc7", "ecp5")
    ]
    metafunc.parametrize(("synthesized", "family"), found)


def _generate_netlists(metafunc: Any, subjects: tuple[Subject, ...]) -> None:
    chosen = _with_cell_models(subjects, lambda subject: subject.case.block.module)
    found = [_marked(place > 0, subject.name, subject) for subject, place in chosen]
    metafunc.parametrize("mapped", found)


def _with_cell_models(
    subjects: tuple[Subject, ...], key: Callable[[Subject], str]
) -> list[tuple[Subject, int]]:
    """Give two cases of each module that need no block RAM, for which Yosys has no model."""
    counts: dict[str, int] = {}
    chosen = []
    for subject in subjects:
        if subject.case.block.resources(find_family("xc7")).bram_bits:
            continue
        place = counts.setdefault(key(subject), 0)
        counts[key(subject)] += 1
        if place < _SYNTHESIZED:
            chosen.append((subject, place))
    return chosen


def _marked(is_slow: bool, name: str, *values: Any) -> Any:
    return pytest.param(*values, id=name, marks=[pytest.mark.slow] if is_slow else [])
