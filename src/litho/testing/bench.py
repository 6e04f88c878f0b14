"""The conformance suite without pytest: the checks of chosen cases, one outcome after another."""

import difflib
import re
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from litho import tools
from litho.errors import ConfigError, LithoError, MismatchError, ToolMissingError
from litho.hw import find_family
from litho.rtl import Case, sources_of
from litho.testing import checks, lowering, synthesis
from litho.testing.discovery import Subject, find_subjects

__all__ = ["CHECKS", "SYNTHESIS", "Check", "Outcome", "chosen_subjects", "run_checks"]

Check = Callable[[Case, Path], None]


def _reference(case: Case, directory: Path) -> None:
    del directory
    checks.check_reference(case)


CHECKS: Mapping[str, Check] = {
    "reference": _reference,
    "lowering": lowering.check_lowering,
    "equality": checks.check_equality,
    "timing": checks.check_timing,
    "schedule": checks.check_schedule,
    "reset": checks.check_reset,
    "icarus": checks.check_second_simulator,
    "lint": checks.check_lint,
}
"""By name: reference against authority, what lowering makes of PyTorch's module (where the case has
an example), every code under stalls, latency and interval, the schedule
of late inputs, reset in mid-transfer, the second simulator, lint."""

SYNTHESIS: Mapping[str, Check] = {
    "resources": lambda case, directory: synthesis.check_resources(
        case, directory, find_family("xc7")
    ),
    "netlist": lambda case, directory: synthesis.check_netlist(case, directory, find_family("xc7")),
}
"""By name: resources within their band, and every code of the netlist; of a synthesis for xc7."""

# What belongs to one simulation in a message: its folders, and how far it went.
_TEMPORARY = re.compile(r"; to repeat: .*|\btmp\w{8}\b| \(no beat moved .*", re.DOTALL)
_OPTIONAL = {"icarus": "iverilog"}  # checks that are skipped when their tool is missing


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one check of one case ended: `passed`, `failed` or `skipped`, with the reason.

    `fault` is the reason without what belongs to this check of this case alone: outcomes of one
    fault have it in common. `folder` is what a check that failed left: the design and its logs.
    """

    subject: Subject
    check: str
    state: str
    seconds: float
    reason: str = ""
    fault: str = ""
    folder: Path | None = None


def chosen_subjects(name: str, folders: tuple[Path, ...] = ()) -> tuple[Subject, ...]:
    """Give the cases that `name` stands for, of `folders` or of all of litho.

    It names a case (`rtl-fifo_2`), an operation (`relu`), or a module with or without its prefix
    (`litho_stream_fifo`, `stream_fifo`); a module without cases of its own stands for those of the
    modules that instantiate it. Raises `ConfigError` when it is none of these.
    """
    subjects = find_subjects(folders)
    module = name if name.startswith("litho_") else f"litho_{name}"
    modules = {name, module, module.replace("litho", "bench", 1)}
    ways: tuple[Callable[[Subject], bool], ...] = (
        lambda subject: subject.name == name,
        lambda subject: subject.owner == name,
        lambda subject: subject.case.block.module in modules,
        lambda subject: bool({name, module} & _stems(subject)),
    )
    for way in ways:
        found = tuple(subject for subject in subjects if way(subject))
        if found:
            return found
    known = [subject.name for subject in subjects]
    known += sorted({subject.owner for subject in subjects})
    known += sorted({subject.case.block.module for subject in subjects})
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
    hint = f"did you mean {' or '.join(near)}?" if near else "see `litho rtl list`"
    where = (
        f"looked for in {', '.join(map(str, folders))} alone"
        if folders
        else "an operation of your own is found by --folder or LITHO_OPS"
    )
    raise ConfigError(
        f"a block must be a case, an operation or a module with cases, not {name!r}; {hint}"
        f" ({where})"
    )


def _stems(subject: Subject) -> set[str]:
    return {path.stem for path in sources_of((subject.case.block,))}


def run_checks(
    subjects: Iterable[Subject], chosen: Mapping[str, Check] = CHECKS
) -> Iterator[Outcome]:
    """Give the outcome of each of `chosen` on each case, one after another.

    Lowering is checked in the cases that have an example.

    Raises `ToolMissingError` when a tool is missing, except for the second simulator.
    """
    for subject in subjects:
        for name, check in chosen.items():
            if name != "lowering" or subject.case.example is not None:
                yield _outcome(subject, name, check)


def _outcome(subject: Subject, name: str, check: Check) -> Outcome:
    started, state, reason, fault, left = time.perf_counter(), "passed", "", "", Path()
    try:
        with tools.kept_on_failure("checks") as left:
            _run(check, subject.case, left)
    except ToolMissingError as error:
        if name not in _OPTIONAL:
            raise
        state = "skipped"
        reason = fault = str(error)
    except LithoError as error:
        state, reason, fault = "failed", str(error), _fault(error, subject, left)
    seconds = round(time.perf_counter() - started, 3)
    kept = left if state == "failed" and left.is_dir() else None
    return Outcome(subject, name, state, seconds, reason, fault, kept)


def _run(check: Check, case: Case, directory: Path) -> None:
    """Run a check, and keep the traceback of what the code of its operation raised, if it did."""
    try:
        check(case, directory)
    except LithoError as error:
        if error.__cause__ and not isinstance(error.__cause__, LithoError):
            text = "".join(traceback.format_exception(error.__cause__))
            (directory / "traceback.log").write_text(text)
        raise


def _fault(error: LithoError, subject: Subject, left: Path) -> str:
    inner = error.__cause__ if isinstance(error.__cause__, MismatchError) else error
    told = str(inner).partition("; log: ")[0].replace(str(left), "")
    return _TEMPORARY.sub("", told).replace(repr(subject.case.name), "")
