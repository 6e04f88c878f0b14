"""A user's own op folder gets the whole suite by naming it."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from litho.errors import ConfigError
from litho.testing import find_subjects

CASES = '''\
"""Cases of an op that delays by one beat."""

import numpy as np

from litho.rtl import Case
from litho.rtl.stream.register import register


def cases():
    codes = np.arange(-8, 8).reshape(2, 1, 8)
    yield Case("every", "every code of 4 bits", register(4, 3, 8), (codes,), (codes,))
'''

RECORD = """\
from litho.ir import Op
from litho.ops.relu.reference import ReluParams, evaluate, infer_type

OP = Op("{name}", ReluParams, infer_type, evaluate, (), {{}})
"""

TEST = """\
from pathlib import Path

from litho.testing.suite import Conformance


class TestMine(Conformance):
    folders = str(Path(__file__).parent / "delay_by_one")
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield written(tmp_path / "delay_by_one", CASES)
    for name in ("delay_by_one", "delay_by_one.cases"):
        sys.modules.pop(name, None)


def written(place: Path, cases: str) -> Path:
    """Give a folder of an op with these cases."""
    place.mkdir()
    (place / "__init__.py").write_text(RECORD.format(name=place.name))
    (place / "cases.py").write_text(cases)
    return place


def test_the_suite_runs_every_check_on_a_users_folder(folder: Path) -> None:
    test = folder.parent / "test_mine.py"
    test.write_text(TEST)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "--strict-markers",
        "-p",
        "no:cacheprovider",
        "-k",
    ]
    wanted = "not band and not netlist"
    done = subprocess.run(
        [*command, wanted, str(test)], capture_output=True, text=True, cwd=folder.parent
    )
    assert done.returncode == 0, done.stdout
    assert "8 passed, 1 skipped" in done.stdout or "7 passed, 2 skipped" in done.stdout


def test_a_subject_is_named_by_its_folder_and_case(folder: Path) -> None:
    assert [subject.name for subject in find_subjects((folder,))] == ["delay_by_one-every"]


def test_the_folders_of_the_variable_are_tested_with_ours(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LITHO_OPS", str(folder))
    owners = {subject.owner for subject in find_subjects()}
    assert {"relu", "delay_by_one"} <= owners


def test_a_folder_without_cases_is_refused(folder: Path) -> None:
    (folder / "cases.py").unlink()
    with pytest.raises(ConfigError, match=r"must have cases\.py"):
        find_subjects((folder,))


def test_cases_that_give_nothing_are_refused(tmp_path: Path) -> None:
    place = written(tmp_path / "op_without_cases", "def cases():\n    return ()\n")
    with pytest.raises(ConfigError, match="and gives none"):
        find_subjects((place,))


def test_two_cases_of_one_name_are_refused(tmp_path: Path) -> None:
    twice = CASES.replace("def cases", "def once") + "\n\ndef cases():\n    yield from once()\n"
    place = written(tmp_path / "op_with_twins", twice + "    yield from once()\n")
    with pytest.raises(ConfigError, match="names 2"):
        find_subjects((place,))


def test_every_operation_and_shared_module_is_found() -> None:
    from litho import ops
    from litho.rtl import shared_modules

    subjects = find_subjects()
    assert set(ops.registry().ops) <= {subject.owner for subject in subjects}
    driven = {name for subject in subjects for name in _modules(subject.case.block)}
    assert set(shared_modules()) <= driven


def _modules(block: object) -> set[str]:
    from litho.rtl import Block, sources_of

    assert isinstance(block, Block)
    return {path.stem for path in sources_of((block,))}
