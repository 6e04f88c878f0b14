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
    return Listing((), ())


def _tasks() -> Listing:
    return Listing((), ())


KINDS: dict[str, Callable[[], Listing]] = {
    "devices": _devices,
    "formats": _formats,
    "ops": _ops,
    "passes": _passes,
    "tasks": _tasks,
}
