"""The result record: what `result.json` holds. A key that does not apply is absent."""

import dataclasses
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from litho.errors import DataError
from litho.hw import Estimate, Interval, Report
from litho.hw import Resources as Counts

__all__ = [
    "Accuracy",
    "Compression",
    "Provenance",
    "Resources",
    "Result",
    "Timing",
    "Verification",
    "read_result",
    "result_text",
    "tables_of",
    "write_file",
]

_Real = float  # the record has a field of that name


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The metric on the whole test set: of the float network, the fake-quantized, the integers.

    A run without hardware has no accuracy of integers. Of the fake-quantized network there is also
    that `before_compression`, if tables [[compress]] changed it, and `before_tuning`, after those
    and before it was trained on, if it was.
    """

    metric: str
    float: _Real
    fake_quantized: _Real
    hardware: _Real | None = None
    before_tuning: _Real | None = None
    before_compression: _Real | None = None


@dataclass(frozen=True, slots=True)
class Compression:
    """What a parameter's number takes, shared scales of groups counted in.

    `bits_per_weight` is the mean over all `weights` numbers of the network, those that stay float
    among them; `bits_per_quantized_weight` over the `quantized_weights` that are quantized. Where
    there are masks they drop `pruned_weights` numbers, the share `sparsity` of the weights that
    have one; bits are those of all numbers, as if what is dropped were stored.
    """

    bits_per_weight: float
    bits_per_quantized_weight: float | None
    quantized_weights: int
    weights: int
    pruned_weights: int | None = None
    sparsity: float | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """The comparison of the simulated design with the interpreter, code by code.

    `sample_cycles` are those of one sample alone, from its first beat in to its last beat out.
    """

    simulator: str
    values: int
    mismatches: int
    cycles: int
    clock_ns: float
    simulated_ns: float
    build_s: float
    simulate_s: float
    sample_cycles: int | None = None


@dataclass(frozen=True, slots=True)
class Resources:
    """The estimate from formulas, and the report of an outside tool when one was asked."""

    estimate: Estimate
    report: Report | None = None


@dataclass(frozen=True, slots=True)
class Timing:
    """Cycles of the whole design, measured; the clock that place and route allows."""

    latency_cycles: int
    interval_cycles: int
    fmax_mhz: float | None = None


@dataclass(frozen=True, slots=True)
class Provenance:
    """What made the result: litho's version, tools and versions, seed, digest of the config."""

    litho: str
    tools: Mapping[str, str]
    seed: int
    config: str


@dataclass(frozen=True, slots=True)
class Result:
    """One run's result.

    A run on stimuli has no accuracy; one without hardware has nothing to verify, no resources
    and no timing.
    """

    accuracy: Accuracy | None
    compression: Compression | None
    verification: Verification | None
    resources: Resources | None
    timing: Timing | None
    provenance: Provenance


def result_text(result: Result) -> str:
    """Give `result.json` of `result`: keys in the order of the records, two spaces deep."""
    return json.dumps(tables_of(result), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def tables_of(value: Any) -> Any:
    """Give what JSON holds of a result, or of a part of one."""
    if isinstance(value, Report):
        counts = value.resources
        loads = value.largest_fan_out
        return {
            "tool": value.tool,
            "luts": counts.luts,
            "ffs": counts.ffs,
            "dsps": counts.dsps,
            "bram_bits": counts.bram_bits,
            **({} if loads is None else {"largest_fan_out": loads}),
        }
    if dataclasses.is_dataclass(value):
        pairs = ((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))
        return {name: tables_of(inner) for name, inner in pairs if inner is not None}
    if isinstance(value, Mapping):
        return {name: tables_of(value[name]) for name in sorted(value)}
    return value


def read_result(path: Path) -> Result:
    """Read a `result.json`; raises `DataError`, naming the file, when it is not one."""
    if not path.is_file():
        raise DataError(
            f"a finished run must have a file result.json, and {path} is not there;"
            " `litho run` writes it last: run it again and it continues"
        )
    try:
        return _result(json.loads(path.read_text()))
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{path} must be a result record, and is not: {error!r}; run `litho run` again"
        ) from error


def _result(tables: dict[str, Any]) -> Result:
    return Result(
        Accuracy(**tables["accuracy"]) if "accuracy" in tables else None,
        _compression(tables["compression"]) if "compression" in tables else None,
        Verification(**tables["verification"]) if "verification" in tables else None,
        _resources(tables["resources"], tables["timing"]) if "resources" in tables else None,
        Timing(**tables["timing"]) if "timing" in tables else None,
        Provenance(**tables["provenance"]),
    )


def _compression(tables: dict[str, Any]) -> Compression:
    return Compression(**{"bits_per_quantized_weight": None, **tables})


def _resources(tables: dict[str, Any], timing: dict[str, Any]) -> Resources:
    report = tables.get("report")
    return Resources(
        _estimate(tables["estimate"]),
        _report(report, timing.get("fmax_mhz")) if report else None,
    )


def _estimate(tables: dict[str, Any]) -> Estimate:
    counts = {name: item for name, item in tables.items() if name != "calibration"}
    intervals = {name: Interval(**item) for name, item in counts.items()}
    return Estimate(**intervals, calibration=tables["calibration"])


def _report(tables: dict[str, Any], fmax_mhz: float | None) -> Report:
    counts = dict(tables)
    tool, loads = counts.pop("tool"), counts.pop("largest_fan_out", None)
    return Report(tool, Counts(**counts), fmax_mhz, loads)


def write_file(path: Path, content: str | bytes) -> Path:
    """Write `content` to `path`, which appears whole or not at all, and give the path."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_bytes(content.encode() if isinstance(content, str) else content)
    return temporary.replace(path)
