"""What litho knows by name, and which outside programs are there."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from litho.api.show import Shown, Table
from litho.errors import ConfigError

if TYPE_CHECKING:
    from litho.tools import ToolStatus

__all__ = ["KINDS", "DoctorResult", "ListResult", "doctor", "list"]


@dataclass(frozen=True, repr=False)
class ListResult(Shown):
    """What litho knows of one kind."""

    table: Table

    def tables(self) -> Iterable[Table]:
        """Give the table."""
        return (self.table,)

    def record(self) -> Any:
        """Give the rows as JSON holds them."""
        return self.table.records


@dataclass(frozen=True, repr=False)
class DoctorResult(Shown):
    """The outside programs: found, needed, what for, how to install them.

    Then `facts`, each a name and what there is to say: which kernels run, what is configured.
    """

    tools: tuple["ToolStatus", ...]
    facts: tuple[tuple[str, str], ...]

    def tables(self) -> Iterable[Table]:
        """Give a row for each program."""
        rows = (
            (
                status.tool.name,
                status.found.version if status.found else "nothing",
                status.tool.minimum,
                status.tool.purpose,
                "ok" if status.is_usable else ("too old" if status.found else "missing"),
                "" if status.is_usable else status.tool.install,
            )
            for status in self.tools
        )
        headers = ("tool", "found", "needed", "what for", "state", "install")
        return (Table(headers, tuple(rows)),)

    def lines(self) -> Iterable[str]:
        """Say which kernels run, compiled ones or the plain reference, and what is configured."""
        return (f"{name}: {text}" for name, text in self.facts)

    def record(self) -> Any:
        """Give the rows as JSON holds them, and one of each fact."""
        facts = ({"tool": name, "found": text} for name, text in self.facts)
        return [*(row for table in self.tables() for row in table.records), *facts]


def doctor() -> DoctorResult:
    """Look for every outside program, for the compiled kernels, and for what is configured."""
    from litho import kernels, tools

    facts = (
        ("kernels", kernels.describe()),
        ("cache", f"{tools.cache_root()} ({_origin('LITHO_CACHE')})"),
        ("data", _folders("LITHO_DATA", "the tasks that read files need --data or this")),
        ("operations", _folders("LITHO_OPS", "those of litho, and installed ones")),
    )
    return DoctorResult(tuple(tools.survey()), facts)


def _origin(variable: str) -> str:
    return variable if os.environ.get(variable) else f"{variable} chooses another"


def _folders(variable: str, without: str) -> str:
    """Say which folders a variable names, and which of them are not there."""
    value = os.environ.get(variable)
    if not value:
        return f"{variable} is not set: {without}"
    names = [name for name in value.split(os.pathsep) if name]
    said = [name if Path(name).is_dir() else f"{name}, which is not there" for name in names]
    return f"{'; '.join(said)} ({variable})"


def list(kind: str) -> ListResult:
    """Give what litho knows of `kind`: ops, formats, passes, devices, tasks or models.

    Raises `ConfigError` for another kind.
    """
    if kind not in KINDS:
        raise ConfigError(f"a kind must be one of {', '.join(KINDS)}, not {kind!r}")
    return ListResult(KINDS[kind]())


def _ops() -> Table:
    from litho.ops import registry, users_folders

    if users_folders():
        from litho.frontend import check_operators

        check_operators(registry())
    rows = (
        (
            op.name,
            ", ".join(sorted(op.blocks)) or "none",
            ", ".join(name for lowering in op.lowerings for name in lowering.aten) or "none",
        )
        for op in registry()
    )
    return Table(("op", "hardware for", "PyTorch operators"), tuple(rows))


def _formats() -> Table:
    from litho.ops import registry
    from litho.testing.formats import PROPERTIES, table_of_formats

    rows = (
        (
            row.family,
            row.example,
            f"{float(row.bits):g}",
            *("yes" if checks else "none" for checks in row.checks),
            *(f"{len(ops)} ops" if ops else "none" for ops in (row.ops, row.costs)),
            row.page or "none",
        )
        for row in table_of_formats(registry())
    )
    headers = ("family", "example", "bits", *PROPERTIES, "RTL", "cost", "page")
    return Table(headers, tuple(rows), ("bits",))


def _devices() -> Table:
    from litho.hw import DEVICES

    rows = (
        (
            device.name,
            device.family,
            str(device.capacity.luts),
            str(device.capacity.ffs),
            str(device.capacity.dsps),
            str(device.capacity.bram_bits),
            "yes" if device.nextpnr_option else "no",
        )
        for device in DEVICES.values()
    )
    counts = ("LUTs", "FFs", "DSPs", "BRAM bits")
    return Table(("device", "family", *counts, "place and route"), tuple(rows), counts)


def _passes() -> Table:
    import dataclasses

    from litho import passes
    from litho.passes.choose_lanes import ChooseLanes

    known = {*(getattr(passes, name) for name in passes.__all__), ChooseLanes}
    rows = (
        (
            item.__name__,
            ", ".join(field.name for field in dataclasses.fields(item)) or "none",
            (item.__doc__ or "").strip().split("\n", 1)[0],
        )
        for item in sorted(known, key=lambda item: item.__name__)
        if dataclasses.is_dataclass(item) and isinstance(item, type)
    )
    return Table(("pass", "options", "what it does"), tuple(rows))


def _tasks() -> Table:
    from litho.tasks import TASKS

    rows = (
        (task.name, task.metric, (task.load.__doc__ or "").strip().split("\n", 1)[0])
        for task in TASKS.values()
    )
    return Table(("task", "metric", "what it is"), tuple(rows))


def _models() -> Table:
    import inspect

    from litho.tasks.models import GIVEN, MODELS

    rows = (
        (
            name,
            ", ".join(name for name in inspect.signature(maker).parameters if name not in GIVEN),
            (maker.__doc__ or "").strip().split("\n", 1)[0],
        )
        for name, maker in MODELS.items()
    )
    return Table(("model", "options", "what it is"), tuple(rows))


KINDS: dict[str, Callable[[], Table]] = {
    "devices": _devices,
    "formats": _formats,
    "models": _models,
    "ops": _ops,
    "passes": _passes,
    "tasks": _tasks,
}
