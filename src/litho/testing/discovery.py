"""Finds the cases of every operation and of every shared module."""

import importlib
import pkgutil
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

from litho import ops
from litho.errors import ConfigError
from litho.ops.casework import Example
from litho.rtl import Case, sources_of
from litho.rtl import cases as shared_cases

__all__ = ["Subject", "find_subjects"]


@dataclass(frozen=True, slots=True, repr=False)
class Subject:
    """One case of the module or operation `owner`, the `place`-th of its module's cases.

    `folder` is where an operation lies that is not litho's own.
    """

    owner: str
    case: Case
    place: int
    folder: Path | None = None

    @property
    def name(self) -> str:
        """The name of the case, unique in the suite."""
        return f"{self.owner}-{self.case.name}"

    def __repr__(self) -> str:
        return self.name


def find_subjects(folders: tuple[Path, ...] = ()) -> tuple[Subject, ...]:
    """Give every case: of `folders`, each an op's folder; without folders, of all that is known.

    That is litho, installed operations, and those of the folders that LITHO_OPS lists.

    Raises `DataError` for a block whose source is not there, and
    `ConfigError` for a folder without cases or whose cases fail, for two cases of one name,
    and what `litho.ops.registry` raises for an operation that does not fit.
    """
    ops.registry(folders)
    found = [] if folders else _own()
    for folder in folders or ops.users_folders():
        found += _users(folder.resolve())
    for name, count in Counter(subject.name for subject in found).items():
        if count > 1:
            raise ConfigError(f"a case must have a name of its own, and {name!r} names {count}")
    return tuple(found)


def _own() -> list[Subject]:
    names = sorted(module.name for module in pkgutil.iter_modules(ops.__path__) if module.ispkg)
    modules = [importlib.import_module(f"litho.ops.{name}.cases") for name in names]
    return [subject for module in (shared_cases, *modules) for subject in _subjects(module)]


def _users(folder: Path) -> list[Subject]:
    """Give the cases of an operation that is not litho's own; its code tells where it fails."""
    if not (folder / "cases.py").is_file():
        raise ConfigError(f"the folder of an op must have cases.py, and {folder} has none")
    package = ops.import_folder(folder)
    with ops.faults_of(f"cases.py of operation {folder.name!r}", folder):
        subjects = _subjects(importlib.import_module(f"{package.__name__}.cases"), folder)
    for subject in subjects:
        _check(subject)
        _check_example(subject)
        sources_of((subject.case.block,))  # a file that is not there is told now
    return [
        replace(
            subject,
            case=replace(
                subject.case, block=ops.watched_block(subject.case.block, subject.owner, folder)
            ),
            folder=folder,
        )
        for subject in subjects
    ]


def _check(subject: Subject) -> None:
    """Demand an array for each stream; `Case` takes what it is given."""
    case = subject.case
    for what, given, streams in (
        ("inputs", case.inputs, case.block.inputs),
        ("expected", case.expected, case.block.outputs),
    ):
        wanted = [["samples", stream.rows, stream.row] for stream in streams]
        if given is None and what == "expected":
            continue
        if not isinstance(given, tuple):
            found = f"{type(given).__name__}; write `(codes,)`"
        elif [list(getattr(codes, "shape", ()))[1:] for codes in given] == [w[1:] for w in wanted]:
            continue
        else:
            found = f"of {[list(getattr(codes, 'shape', ())) for codes in given]}"
        raise ConfigError(
            f"{what} of case {subject.name!r} must be a tuple of codes, an array a stream, of"
            f" shapes {wanted}, not {found}".replace("'samples'", "samples")
        )


def _check_example(subject: Subject) -> None:
    """Demand a type for each input stream, which holds as many codes."""
    example, streams = subject.case.example, subject.case.block.inputs
    if example is None:
        return
    if not isinstance(example, Example):
        raise ConfigError(
            f"the example of case {subject.name!r} must be an Example(module, types), not"
            f" {example!r}; see litho.ops.casework"
        )
    wanted = [stream.rows * stream.row for stream in streams]
    given = [kind.size for kind in example.types]
    if given != wanted:
        raise ConfigError(
            f"the example of case {subject.name!r} must have the type of each input, of {wanted}"
            f" elements, not of {given}"
        )


def _subjects(module: ModuleType, folder: Path | None = None) -> list[Subject]:
    make: Callable[[], Iterable[Case]] | None = getattr(module, "cases", None)
    owner = module.__name__.split(".")[-2]
    listed = list(make()) if make else []
    if not listed:
        raise ConfigError(
            f"{module.__name__} must give cases by a function `cases`, and gives none"
        )
    seen: Counter[str] = Counter()
    subjects = []
    for case in listed:
        if not isinstance(case, Case):
            raise ConfigError(f"{module.__name__} must give each a Case, not {case!r}")
        example = case.example
        if isinstance(example, Example):
            case = replace(case, example=replace(example, op=owner, folder=folder))
        subjects.append(Subject(owner, case, seen[case.block.module]))
        seen[case.block.module] += 1
    return subjects
