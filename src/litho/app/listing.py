"""The tables of `litho list`."""

from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["KINDS", "Listing", "listing"]


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows under headers."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def listing(kind: str) -> Listing:
    """Give the table of what is known of `kind`, one of `KINDS`."""
    return KINDS[kind]()


def _ops() -> Listing:
    from litho.ops import registry

    rows = (
        (
            op.name,
            ", ".join(sorted(op.blocks)) or "none",
            ", ".join(name for lowering in op.lowerings for name in lowering.aten) or "none",
        )
        for op in registry()
    )
    return Listing(("op", "hardware for", "PyTorch operators"), tuple(rows))


def _formats() -> Listing:
    from litho.formats import families

    rows = ((family.name, family.pattern.pattern, family.example) for family in families())
    return Listing(("family", "spelling", "example"), tuple(rows))


def _devices() -> Listing:
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
    headers = ("device", "family", "LUTs", "FFs", "DSPs", "BRAM bits", "place and route")
    return Listing(headers, tuple(rows))


def _passes() -> Listing:
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
    return Listing(("pass", "options", "what it does"), tuple(rows))


def _tasks() -> Listing:
    from litho.tasks import TASKS

    rows = (
        (task.name, task.metric, (task.load.__doc__ or "").strip().split("\n", 1)[0])
        for task in TASKS.values()
    )
    return Listing(("task", "metric", "what it is"), tuple(rows))


def _models() -> Listing:
    import inspect

    from litho.tasks import MODELS

    rows = (
        (
            name,
            ", ".join(list(inspect.signature(maker).parameters)[2:]),
            (maker.__doc__ or "").strip().split("\n", 1)[0],
        )
        for name, maker in MODELS.items()
    )
    return Listing(("model", "options", "what it is"), tuple(rows))


KINDS: dict[str, Callable[[], Listing]] = {
    "devices": _devices,
    "formats": _formats,
    "models": _models,
    "ops": _ops,
    "passes": _passes,
    "tasks": _tasks,
}
