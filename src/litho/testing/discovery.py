"""Finds the cases of every operation and of every shared module."""

import importlib
import pkgutil
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from litho import ops
from litho.errors import ConfigError
from litho.rtl import Case
from litho.rtl import cases as shared_cases

__all__ = ["Subject", "find_subjects"]


@dataclass(frozen=True, slots=True, repr=False)
class Subject:
    """One case of the module or operation `owner`, the `place`-th of its module's cases."""

    owner: str
    case: Case
    place: int

    @property
    def name(self) -> str:
        """The name of the case, unique in the suite."""
        return f"{self.owner}-{self.case.name}"

    def __repr__(self) -> str:
        return self.name


def find_subjects(folders: tuple[Path, ...] = ()) -> tuple[Subject, ...]:
    """Give every case: of `folders`, each an op's folder; without folders, of all that is known.

    That is litho, installed operations, and those of the folders that LITHO_OPS lists.

    Raises `ConfigError` for a folder without cases and for two cases of one name.
    """
    modules = [_load(folder) for folder in folders] if folders else _known()
    found = [subject for module in modules for subject in _subjects(module)]
    for name, count in Counter(subject.name for subject in found).items():
        if count > 1:
            raise ConfigError(f"a case must have a name of its own, and {name!r} names {count}")
    return tuple(found)


def _known() -> list[ModuleType]:
    names = sorted(module.name for module in pkgutil.iter_modules(ops.__path__) if module.ispkg)
    own = (importlib.import_module(f"litho.ops.{name}.cases") for name in names)
    return [shared_cases, *own, *(_load(folder) for folder in ops.users_folders())]


def _load(folder: Path) -> ModuleType:
    """Import the package in `folder` under its own name, and its module `cases`."""
    if not (folder / "cases.py").is_file():
        raise ConfigError(f"the folder of an op must have cases.py, and {folder} has none")
    package = ops.import_folder(folder)
    return importlib.import_module(f"{package.__name__}.cases")


def _subjects(module: ModuleType) -> list[Subject]:
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
        subjects.append(Subject(owner, case, seen[case.block.module]))
        seen[case.block.module] += 1
    return subjects
