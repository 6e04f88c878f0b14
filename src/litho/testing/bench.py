"""The conformance suite without pytest: the checks of chosen cases, one outcome after another."""

import difflib
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from litho.errors import ConfigError, LithoError, ToolMissingError
from litho.hw import find_family
from litho.rtl import Case, shared_modules, sources_of
from litho.testing import checks, synthesis
from litho.testing.discovery import Subject, find_subjects

__all__ = ["CHECKS", "SYNTHESIS", "Check", "Outcome", "chosen_subjects", "run_checks"]

Check = Callable[[Case, Path], None]


def _reference(case: Case, directory: Path) -> None:
    del directory
    checks.check_reference(case)


CHECKS: Mapping[str, Check] = {
    "reference": _reference,
    "equality": checks.check_equality,
    "timing": checks.check_timing,
    "schedule": checks.check_schedule,
    "reset": checks.check_reset,
    "icarus": checks.check_second_simulator,
    "lint": checks.check_lint,
}
"""By name: reference against authority, every code under stalls, latency and interval, the schedule
of late inputs, reset in mid-transfer, the second simulator, lint."""

SYNTHESIS: Mapping[str, Check] = {
    "resources": lambda case, directory: synthesis.check_resources(
        case, directory, find_family("xc7")
    ),
    "netlist": lambda case, directory: synthesis.check_netlist(case, directory, find_family("xc7")),
}
"""By name: resources within their band, and every code of the netlist; of a synthesis for xc7."""

_OPTIONAL = {"icarus": "iverilog"}  # checks that are skipped when their tool is missing


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one check of one case ended: `passed`, `failed` or `skipped`, with the reason."""

    subject: Subject
    check: str
    state: str
    seconds: float
    reason: str = ""


def chosen_subjects(name: str, folders: tuple[Path, ...] = ()) -> tuple[Subject, ...]:
    """Give the cases that `name` stands for, of `folders` or of all of litho.

    It names a case (`rtl-fifo_2`), an operation (`relu`), or a module with or without its prefix
    (`litho_stream_fifo`, `stream_fifo`); a module without cases of its own stands for those of the
    modules that instantiate it. Raises `ConfigError` when it is none of these.
    """
    subjects = find_subjects(folders)
    module = name if name.startswith("litho_") else f"litho_{name}"
    ways: tuple[Callable[[Subject], bool], ...] = (
        lambda subject: subject.name == name,
        lambda subject: subject.owner == name,
        lambda subject: subject.case.block.module in (module, module.replace("litho", "bench", 1)),
        lambda subject: module in {path.stem for path in sources_of((subject.case.block,))},
    )
    for way in ways:
        found = tuple(subject for subject in subjects if way(subject))
        if found:
            return found
    if module in shared_modules():
        raise ConfigError(
            f"a block must have cases to be checked, and {module} has none: it serves benches alone"
        )
    known = [subject.name for subject in subjects]
    known += sorted({subject.owner for subject in subjects})
    known += sorted({subject.case.block.module for subject in subjects})
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
    hint = f"did you mean {' or '.join(near)}?" if near else "see `litho rtl list`"
    raise ConfigError(
        f"a block must be a case, an operation or a module with cases, not {name!r}; {hint}"
    )


def run_checks(
    subjects: Iterable[Subject], chosen: Mapping[str, Check] = CHECKS
) -> Iterator[Outcome]:
    """Give the outcome of each of `chosen` on each case, one after another.

    Raises `ToolMissingError` when a tool is missing, except for the second simulator.
    """
    for subject in subjects:
        for name, check in chosen.items():
            with tempfile.TemporaryDirectory(prefix="litho-") as folder:
                yield _outcome(subject, name, check, Path(folder))


def _outcome(subject: Subject, name: str, check: Check, directory: Path) -> Outcome:
    started, state, reason = time.perf_counter(), "passed", ""
    try:
        check(subject.case, directory)
    except ToolMissingError as error:
        if name not in _OPTIONAL:
            raise
        state, reason = "skipped", str(error)
    except LithoError as error:
        state, reason = "failed", str(error)
    return Outcome(subject, name, state, round(time.perf_counter() - started, 3), reason)
