"""The SystemVerilog library: what is in it, what a module is, whether it is right, a copy of it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from litho.api.show import Shown, Table
from litho.errors import ConfigError, MismatchError

if TYPE_CHECKING:
    from litho.rtl import Module
    from litho.testing import Outcome

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
    """How each check of each case of a block ended."""

    name: str
    outcomes: tuple["Outcome", ...]

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
        rows = tuple((case, *(cells[case, check] for check in checks)) for case in cases)
        return (Table(("case", *checks), rows, checks),)

    def lines(self) -> Iterable[str]:
        """Give the counts, and why something was skipped or failed."""
        counts = Counter(item.state for item in self.outcomes)
        yield ", ".join(f"{count} {state}" for state, count in counts.items())
        for state in ("skipped", "failed"):
            reasons = (
                f"{state}: {item.subject.name} {item.check}: {item.reason}"
                if state == "failed"
                else f"{state}: {item.check}: {item.reason}"
                for item in self.outcomes
                if item.state == state
            )
            yield from dict.fromkeys(reasons)

    def record(self) -> Any:
        """Give the outcomes as JSON holds them."""
        counts = Counter(item.state for item in self.outcomes)
        states = {state: counts[state] for state in ("passed", "failed", "skipped")}
        return {"block": self.name, **states, "checks": [_outcome(o) for o in self.outcomes]}

    def demand(self) -> None:
        """Raise `MismatchError` when a check failed."""
        if self.failed:
            first = self.failed[0]
            raise MismatchError(
                f"{self.name} must pass every check, and {len(self.failed)} of"
                f" {len(self.outcomes)} failed; first: {first.subject.name} {first.check}:"
                f" {first.reason}"
            )


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


def modules() -> ModulesResult:
    """Give the modules of the library: the shared ones, then those of the operations."""
    from litho.rtl import read_module

    return ModulesResult(tuple(read_module(path) for path in _files().values()))


def module(name: str) -> ModuleResult:
    """Give the module called `name`, with or without its prefix.

    Raises `ConfigError` when there is none.
    """
    from litho.rtl import read_module

    files = _files()
    path = files.get(name) or files.get(f"litho_{name}")
    if path is None:
        raise ConfigError(f"a module must be one of {', '.join(files)}, not {name!r}")
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
    from litho import tools
    from litho.testing import CHECKS, SYNTHESIS, chosen_subjects, run_checks

    names = tuple(CHECKS)
    if simulator == "icarus":
        tools.find("iverilog")
        names = ("reference", "icarus")
    chosen = {key: CHECKS[key] for key in names} | (dict(SYNTHESIS) if synthesis else {})
    subjects = chosen_subjects(name, tuple(Path(folder) for folder in folders))
    return CheckResult(name, tuple(run_checks(subjects, chosen)))


def export(directory: Path | str) -> ExportResult:
    """Copy all modules into `directory`, with a list of them in order, whole or not at all."""
    from litho.rtl import export as exported

    return ExportResult(Path(directory), exported(Path(directory), _files()))


def _files() -> dict[str, Path]:
    from litho import ops
    from litho.rtl import shared_modules

    found = sorted(Path(ops.__path__[0]).glob("*/litho_*.sv"))
    return shared_modules() | {path.stem: path for path in found}


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
    }
