"""The SystemVerilog library: what is in it, what a module is, whether it is right, a copy of it."""

import shlex
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from litho.api.show import Shown, Table
from litho.errors import ConfigError, MismatchError

if TYPE_CHECKING:
    from litho.rtl import Module
    from litho.testing import Outcome, Subject

__all__ = [
    "CheckResult",
    "ExportResult",
    "ModuleResult",
    "ModulesResult",
    "check",
    "export",
    "module",
    "modules",
]


_STATES = ("passed", "failed", "skipped")
_NAMED = 3  # outcomes of one fault that are named beside the first


@dataclass(frozen=True, repr=False)
class ModulesResult(Shown):
    """The modules of the library."""

    modules: tuple["Module", ...]

    def tables(self) -> Iterable[Table]:
        """Give a row for each module."""
        rows = tuple(
            (
                item.name,
                item.purpose,
                ", ".join(parameter.name for parameter in item.parameters),
                item.timing,
            )
            for item in self.modules
        )
        return (Table(("module", "purpose", "parameters", "timing"), rows),)

    def __repr__(self) -> str:
        # Sentences are too long for columns: a terminal gets a paragraph a module.
        return "\n\n".join(
            f"{name}\n  {purpose}\n  #({parameters})\n  {timing}"
            for name, purpose, parameters, timing in next(iter(self.tables())).rows
        )

    def record(self) -> Any:
        """Give the modules as JSON holds them."""
        return [_facts(item) for item in self.modules]


@dataclass(frozen=True, repr=False)
class ModuleResult(Shown):
    """One module of the library: its head, its parameters, its ports, its file."""

    module: "Module"

    def tables(self) -> Iterable[Table]:
        """Give the parameters and the ports."""
        item = self.module
        parameters = tuple((p.name, p.kind or "text", p.default, p.text) for p in item.parameters)
        ports = tuple((port.name, port.direction, port.range or "[0:0]") for port in item.ports)
        return (
            Table(("parameter", "type", "default", "what it is"), parameters),
            Table(("port", "direction", "range"), ports),
        )

    def lines(self) -> Iterable[str]:
        """Give where it lies."""
        return (str(self.module.path),)

    def __repr__(self) -> str:
        parts = (self.module.header, *(table.text for table in self.tables()), *self.lines())
        return f"{self.module.name}\n\n" + "\n\n".join(parts)

    def record(self) -> Any:
        """Give the module as JSON holds it."""
        return _facts(self.module)


@dataclass(frozen=True, repr=False)
class CheckResult(Shown):
    """How each check of each case of a block ended.

    `unlowered` are the user's own operations of which no case has an example to be lowered.
    """

    name: str
    outcomes: tuple["Outcome", ...]
    synthesis: bool = False
    unlowered: tuple[str, ...] = ()

    @property
    def failed(self) -> tuple["Outcome", ...]:
        """The checks that failed."""
        return tuple(item for item in self.outcomes if item.state == "failed")

    def tables(self) -> Iterable[Table]:
        """Give a row for each case: the seconds a check took, or how it ended otherwise."""
        checks = tuple(dict.fromkeys(item.check for item in self.outcomes))
        cells = {
            (item.subject.name, item.check): (
                f"{item.seconds:.2f} s" if item.state == "passed" else item.state
            )
            for item in self.outcomes
        }
        cases = dict.fromkeys(item.subject.name for item in self.outcomes)
        rows = tuple((case, *(cells.get((case, check), "") for check in checks)) for case in cases)
        return (Table(("case", *checks), rows, checks),)

    def lines(self) -> Iterable[str]:
        """Give the counts, and why something was skipped or failed: a line for each reason."""
        counts = Counter(item.state for item in self.outcomes)
        yield ", ".join(f"{counts[state]} {state}" for state in _STATES if counts[state])
        skipped = (item for item in self.outcomes if item.state == "skipped")
        yield from dict.fromkeys(f"skipped: {item.check}: {item.reason}" for item in skipped)
        faults: dict[str, list[Outcome]] = {}
        for item in self.failed:
            faults.setdefault(item.fault, []).append(item)
        yield from (_told(equal) for equal in faults.values())
        if self.unlowered:
            yield (
                f"not checked: the lowering of {', '.join(self.unlowered)}; give a case an"
                " `example`, the PyTorch module that becomes its block (litho.ops.casework.Example)"
            )

    def record(self) -> Any:
        """Give the outcomes as JSON holds them."""
        counts = Counter(item.state for item in self.outcomes)
        states = {state: counts[state] for state in _STATES}
        return {"block": self.name, **states, "checks": [_outcome(o) for o in self.outcomes]}

    def demand(self) -> None:
        """Raise `MismatchError` when a check failed."""
        if self.failed:
            first = self.failed[0]
            raise MismatchError(
                f"{self.name} must pass every check, and {len(self.failed)} of"
                f" {len(self.outcomes)} failed; first: {first.subject.name} {first.check}:"
                f" {first.reason}; to check this case alone: {self._command(first)}"
            )

    def _command(self, item: "Outcome") -> str:
        """Give the command that checks the case of `item` again."""
        folder = item.subject.folder
        words = ("litho", "rtl", "test", item.subject.name)
        where = ("--folder", str(folder)) if folder else ()
        return shlex.join((*words, *where, *(("--synthesis",) if self.synthesis else ())))


@dataclass(frozen=True, repr=False)
class ExportResult(Shown):
    """A copy of the library: its folder, and the files in the order in which tools read them."""

    path: Path
    files: tuple[Path, ...]

    def lines(self) -> Iterable[str]:
        """Give the folder and what is in it."""
        return (f"{self.path}: {len(self.files)} modules, listed in library.f",)

    def record(self) -> Any:
        """Give the folder and its files as JSON holds them."""
        return {
            "folder": str(self.path),
            "list": "library.f",
            "files": [p.name for p in self.files],
        }


def modules(*folders: Path | str) -> ModulesResult:
    """Give the modules of the operations in `folders` alone, or all of the library without any.

    That is the shared ones, those of the operations, and last those where LITHO_OPS says.
    """
    from litho.rtl import read_module

    places = [Path(folder).resolve() for folder in folders]
    files = _files(folders).values()
    chosen = [path for path in files if not places or path.resolve().parent in places]
    return ModulesResult(tuple(read_module(path) for path in chosen))


def module(name: str, *folders: Path | str) -> ModuleResult:
    """Give the module called `name`, with or without its prefix.

    `folders` are those of operations that do not come with litho; LITHO_OPS names more.
    Raises `ConfigError` when there is none.
    """
    from litho.rtl import read_module

    files = _files(folders)
    path = files.get(name) or files.get(f"litho_{name}")
    if path is None:
        raise ConfigError(
            f"a module must be one of {', '.join(files)}, not {name!r}; one of your own is found by"
            " --folder or LITHO_OPS"
        )
    return ModuleResult(read_module(path))


def check(
    name: str,
    *folders: Path | str,
    simulator: str = "verilator",
    synthesis: bool = False,
) -> CheckResult:
    """Run the conformance checks of the case, operation or module called `name`.

    `folders` are those of operations that do not come with litho. With the simulator `icarus` the
    reference is checked, and every code in that simulator; `synthesis` adds resources and netlist.
    A check that fails is told in the result; `ToolMissingError` when a tool is missing.
    """
    from litho import ops, tools
    from litho.testing import CHECKS, SYNTHESIS, chosen_subjects, run_checks

    names = tuple(CHECKS)
    if simulator == "icarus":
        tools.find("iverilog")
        names = ("reference", "icarus")
    chosen = {key: CHECKS[key] for key in names} | (dict(SYNTHESIS) if synthesis else {})
    places = tuple(Path(folder) for folder in folders)
    subjects = chosen_subjects(name, places)
    if ops.users_folders(places):
        from litho.frontend import check_operators

        check_operators(ops.registry(places))
    unlowered = _without_example(subjects) if "lowering" in chosen else ()
    return CheckResult(name, tuple(run_checks(subjects, chosen)), synthesis, unlowered)


def _without_example(subjects: "Iterable[Subject]") -> tuple[str, ...]:
    users = [item for item in subjects if item.folder]
    shown = {item.owner for item in users if item.case.example is not None}
    return tuple(dict.fromkeys(item.owner for item in users if item.owner not in shown))


def export(directory: Path | str, *folders: Path | str) -> ExportResult:
    """Copy all modules into `directory`, with a list of them in order, whole or not at all.

    Those in `folders`, and where LITHO_OPS says, are among them.
    """
    from litho.rtl import export as exported

    return ExportResult(Path(directory), exported(Path(directory), _files(folders)))


def _files(folders: Iterable[Path | str] = ()) -> dict[str, Path]:
    """Give the files of all modules by name, litho's and those of `folders`."""
    from litho import ops
    from litho.rtl import shared_modules

    found = sorted(Path(ops.__path__[0]).glob("*/litho_*.sv"))
    files = shared_modules() | {path.stem: path for path in found}
    named = tuple(Path(folder) for folder in folders)
    ops.registry(named)
    for folder in ops.users_folders(named):
        for path in sorted(folder.glob("*.sv")):
            files[path.stem] = path
    return files


def _told(equal: "list[Outcome]") -> str:
    """Give one line for outcomes that have one fault."""
    first, *others = equal
    line = f"failed: {first.subject.name} {first.check}: {first.reason}"
    if first.folder:
        line += f"; its files: {first.folder}"
    if others:
        named = [f"{item.subject.name} {item.check}" for item in others[:_NAMED]]
        more = len(others) - len(named)
        line += f" (and {len(others)} more so: {', '.join(named)}{f', {more} others' * (more > 0)})"
    return line


def _facts(item: "Module") -> dict[str, Any]:
    return {
        "module": item.name,
        "purpose": item.purpose,
        "timing": item.timing,
        "parameters": [
            {"name": p.name, "type": p.kind or "text", "default": p.default, "text": p.text}
            for p in item.parameters
        ],
        "ports": [
            {"name": port.name, "direction": port.direction, "range": port.range}
            for port in item.ports
        ],
        "file": str(item.path),
        "header": item.header,
    }


def _outcome(item: "Outcome") -> dict[str, Any]:
    return {
        "case": item.subject.name,
        "module": item.subject.case.block.module,
        "check": item.check,
        "state": item.state,
        "seconds": item.seconds,
        **({"reason": item.reason} if item.reason else {}),
        **({"files": str(item.folder)} if item.folder else {}),
    }
