"""What the verbs show of estimates, proofs, reports and whole runs."""

from typing import Any

from litho.app.output import print_table
from litho.flow.proof import Proof
from litho.flow.run import Finished
from litho.hw import Device, Estimate, Report, Timing

__all__ = [
    "estimate_tables",
    "print_estimate",
    "print_proof",
    "print_report",
    "print_summary",
    "proof_tables",
    "report_tables",
]

_COUNTS = ("luts", "ffs", "dsps", "bram_bits")


def estimate_tables(estimate: Estimate, timing: Timing) -> dict[str, Any]:
    """Give an estimate and the computed cycles as JSON holds them."""
    counts = {name: getattr(estimate, name) for name in _COUNTS}
    return {
        "estimate": {
            name: {"low": part.low, "mid": part.mid, "high": part.high}
            for name, part in counts.items()
        }
        | {"calibration": estimate.calibration},
        "timing": {"latency_cycles": timing.latency, "interval_cycles": timing.interval},
    }


def print_estimate(estimate: Estimate, timing: Timing, device: Device) -> None:
    """Print an estimate beside what `device` has, and the computed cycles."""
    rows = []
    for name in _COUNTS:
        part = getattr(estimate, name)
        has = getattr(device.capacity, name)
        rows.append((name, str(part.low), str(part.mid), str(part.high), str(has)))
    print_table(("resource", "low", "mid", "high", device.name), rows)
    print(f"{estimate.calibration}; latency {timing.latency}, interval {timing.interval} cycles")


def proof_tables(proof: Proof) -> dict[str, Any]:
    """Give a proof as JSON holds it."""
    return {
        "verification": {
            "simulator": proof.simulator,
            "values": proof.values,
            "mismatches": proof.mismatches,
            "cycles": proof.cycles,
            "build_s": round(proof.build_s, 3),
            "simulate_s": round(proof.simulate_s, 3),
        },
        "timing": {
            "latency_cycles": proof.timing.latency,
            "interval_cycles": proof.timing.interval,
        },
    }


def print_proof(proof: Proof) -> None:
    """Print the verdict of a simulation."""
    print(
        f"{proof.mismatches} mismatches in {proof.values} values,"
        f" {proof.cycles} cycles with stalls ({proof.simulator})"
    )
    print(f"latency {proof.timing.latency}, interval {proof.timing.interval} cycles, as computed")


def report_tables(report: Report) -> dict[str, Any]:
    """Give the report of an outside tool as JSON holds it."""
    counts = {name: getattr(report.resources, name) for name in _COUNTS}
    clock = {} if report.fmax_mhz is None else {"fmax_mhz": report.fmax_mhz}
    return {"tool": report.tool, **counts, **clock}


def print_report(report: Report, device: Device) -> None:
    """Print what an outside tool said, beside what `device` has."""
    rows = [
        (name, str(getattr(report.resources, name)), str(getattr(device.capacity, name)))
        for name in _COUNTS
    ]
    print_table(("resource", report.tool, device.name), rows)
    if report.fmax_mhz is not None:
        print(f"greatest clock {report.fmax_mhz:.1f} MHz")


def print_summary(finished: Finished) -> None:
    """Print what a run came to, and where it lies."""
    result = finished.result
    accuracy, verification, timing = result.accuracy, result.verification, result.timing
    rows = [
        (
            accuracy.metric,
            f"float {accuracy.float:.4f}, fake-quantized {accuracy.fake_quantized:.4f},"
            f" hardware {accuracy.hardware:.4f}",
        ),
        (
            "verification",
            f"{verification.mismatches} mismatches in {verification.values} values,"
            f" {verification.cycles} cycles ({verification.simulator})",
        ),
        ("timing", f"latency {timing.latency_cycles}, interval {timing.interval_cycles} cycles"),
    ]
    if result.resources.report is not None:
        counts = result.resources.report.resources
        rows.append(
            (
                "resources",
                f"{counts.luts} LUTs, {counts.ffs} FFs, {counts.dsps} DSPs,"
                f" {counts.bram_bits} block-RAM bits ({result.resources.report.tool})",
            )
        )
    if timing.fmax_mhz is not None:
        rows.append(("clock", f"{timing.fmax_mhz:.1f} MHz after place and route"))
    rows.append(("run", str(finished.folder)))
    print_table(("what", "result"), rows)
