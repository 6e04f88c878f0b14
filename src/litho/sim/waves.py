"""Reads what was recorded of a simulation: the streams of its top module, cycle by cycle."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from litho.errors import DataError

__all__ = ["Signal", "StreamWave", "changes_in", "lines_of", "read_waves"]

_CLOCK, _RESET = "clk_i", "rst_ni"


@dataclass(frozen=True, slots=True)
class StreamWave:
    """What one stream did.

    `data[n]`, `valid[n]`, `ready[n]` are the values that the rising edge of the n-th recorded cycle
    out of reset sees: bits as text, the highest first, `x` where they are unknown.
    """

    name: str
    data: tuple[str, ...]
    valid: tuple[str, ...]
    ready: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.data)


def lines_of(path: Path) -> Iterator[str]:
    """Give the lines of a VCD file; raises `DataError` for one that cannot be read."""
    try:
        return iter(path.read_text(encoding="ascii").splitlines())
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"waves must be a readable VCD file, and {path} is not: {error}") from error


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal of the file: the short name that stands for it, and its bits."""

    code: str
    width: int


def read_waves(path: Path, names: Sequence[str]) -> tuple[StreamWave, ...]:
    """Give the wave of each stream in `names`, wires `<name>_data`, `_valid`, `_ready` of the top.

    Raises `DataError` for a file that is no VCD, and for a stream that was not recorded.
    """
    lines = lines_of(path)
    wires = [f"{name}_{part}" for name in names for part in ("data", "valid", "ready")]
    signals = _find(lines, (_CLOCK, _RESET, *wires), path)
    cycles = list(_sampled(lines, signals, path))
    columns = {wire: tuple(values[wire] for values in cycles) for wire in wires}
    return tuple(
        StreamWave(name, *(columns[f"{name}_{part}"] for part in ("data", "valid", "ready")))
        for name in names
    )


def _find(lines: Iterator[str], wanted: tuple[str, ...], path: Path) -> dict[str, Signal]:
    """Read the declarations and give the signals of the first module that has all `wanted`."""
    scopes: list[dict[str, Signal]] = []
    found: list[dict[str, Signal]] = []
    for line in lines:
        words = line.split()
        if words[:1] == ["$scope"]:
            scopes.append({})
            found.append(scopes[-1])
        elif words[:1] == ["$upscope"]:
            scopes.pop()
        elif words[:1] == ["$var"]:
            scopes[-1][words[4]] = Signal(words[3], int(words[2]))
        elif words[:1] == ["$enddefinitions"]:
            break
    for known in found:
        if all(name in known for name in wanted):
            return {name: known[name] for name in wanted}
    nearest = max(found, key=lambda known: len(known.keys() & set(wanted)), default={})
    absent = ", ".join(name for name in wanted if name not in nearest)
    raise DataError(
        f"waves in {path} must have the signals {absent}, and do not; record them again"
    )


def _sampled(
    lines: Iterator[str], signals: dict[str, Signal], path: Path
) -> Iterator[dict[str, str]]:
    """Give the values before each rising edge of the clock out of reset."""
    values = {signal.code: "x" * signal.width for signal in signals.values()}
    clock, reset = signals[_CLOCK].code, signals[_RESET].code
    for changes in changes_in(lines, signals, path):
        rises = values[clock] == "0" and changes.get(clock) == "1"
        if rises and values[reset] == "1":
            yield {name: values[signal.code] for name, signal in signals.items()}
        values |= changes


def changes_in(
    lines: Iterator[str], signals: dict[str, Signal], path: Path
) -> Iterator[dict[str, str]]:
    """Give what changes at each moment, up to where recording was switched off."""
    widths = {signal.code: signal.width for signal in signals.values()}
    changes: dict[str, str] = {}
    for line in lines:
        if line.startswith("#"):
            yield changes
            changes = {}
        elif line.startswith("$dumpoff"):
            break
        elif line[:1] in ("b", "B"):
            bits, _, code = line[1:].partition(" ")
            if code in widths:
                changes[code] = _extended(bits, widths[code])
        elif line[:1] in "01xzXZ" and line[1:] in widths:
            changes[line[1:]] = line[0].lower().replace("z", "x")
        elif line and not line.startswith("$") and line[0] not in "01xzXZ":
            raise DataError(f"waves in {path} must be changes of bits, not {line[:40]!r}")
    yield changes


def _extended(bits: str, width: int) -> str:
    """Give all `width` bits: the file leaves out those that equal the highest, or are 0."""
    known = bits.lower().replace("z", "x")
    return known.rjust(width, "x" if known[0] == "x" else "0")
