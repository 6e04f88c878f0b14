"""The result record: exactly the keys of the plan, absent where they do not apply."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from litho.errors import DataError
from litho.hw import Estimate, Interval, Report
from litho.hw import Resources as Counts
from litho.report import (
    Accuracy,
    Compression,
    Provenance,
    Resources,
    Result,
    Timing,
    Verification,
    read_result,
    result_text,
    write_file,
)


def result(report: Report | None) -> Result:
    count = Interval(1, 2, 3)
    return Result(
        Accuracy("accuracy", 0.97, 0.96, 0.96),
        Compression(20.5, 4.0, 100, 250),
        Verification("verilator 5.48", 3600, 0, 1000, 20.0, 20000.0, 1.5, 0.25, 49),
        Resources(Estimate(count, count, count, count), report),
        Timing(40, 64, report.fmax_mhz if report else None),
        Provenance("0.1", {"yosys": "0.70", "verilator": "5.48"}, 1, "abc"),
    )


def test_a_result_reads_back_as_itself(tmp_path: Path) -> None:
    placed = Report("nextpnr-ecp5 0.11", Counts(10, 20, 3, 0), 87.5)
    for report in (None, placed, replace(placed, largest_fan_out=41)):
        path = write_file(tmp_path / "result.json", result_text(result(report)))
        assert read_result(path) == result(report)


def test_a_result_of_software_reads_back_as_itself(tmp_path: Path) -> None:
    judged = Accuracy("accuracy", 0.97, 0.96, before_tuning=0.91)
    provenance = result(None).provenance
    software = Result(judged, Compression(20.5, 4.0, 100, 250), None, None, None, provenance)
    text = result_text(software)
    assert list(json.loads(text)) == ["accuracy", "compression", "provenance"]
    assert list(json.loads(text)["accuracy"]) == [
        *("metric", "float", "fake_quantized", "before_tuning")
    ]
    assert read_result(write_file(tmp_path / "result.json", text)) == software


def test_a_pruned_network_in_floats_has_no_bits_of_quantized_weights(tmp_path: Path) -> None:
    judged = Accuracy("accuracy", 0.97, 0.96, before_tuning=0.5, before_compression=0.97)
    pruned = Compression(32.0, None, 0, 250, 100, 0.5)
    software = Result(judged, pruned, None, None, None, result(None).provenance)
    text = result_text(software)
    assert list(json.loads(text)["compression"]) == [
        *("bits_per_weight", "quantized_weights", "weights", "pruned_weights", "sparsity")
    ]
    assert list(json.loads(text)["accuracy"])[-2:] == ["before_tuning", "before_compression"]
    assert read_result(write_file(tmp_path / "result.json", text)) == software


def test_a_full_result_has_the_keys_of_the_plan() -> None:
    tables = json.loads(result_text(result(Report("nextpnr", Counts(1, 2, 3, 4), 87.5))))
    assert {name: list(table) for name, table in tables.items()} == {
        "accuracy": ["metric", "float", "fake_quantized", "hardware"],
        "compression": [
            *("bits_per_weight", "bits_per_quantized_weight", "quantized_weights", "weights")
        ],
        "verification": [
            *("simulator", "values", "mismatches", "cycles"),
            *("clock_ns", "simulated_ns", "build_s", "simulate_s", "sample_cycles"),
        ],
        "resources": ["estimate", "report"],
        "timing": ["latency_cycles", "interval_cycles", "fmax_mhz"],
        "provenance": ["litho", "tools", "seed", "config"],
    }
    keys = ["tool", "luts", "ffs", "dsps", "bram_bits"]
    assert list(tables["resources"]["report"]) == keys
    known = result_text(result(Report("nextpnr", Counts(1, 2, 3, 4), 87.5, 5)))
    assert list(json.loads(known)["resources"]["report"]) == [*keys, "largest_fan_out"]
    assert list(tables["resources"]["estimate"]) == [
        *("luts", "ffs", "dsps", "bram_bits", "calibration")
    ]
    assert tables["resources"]["estimate"]["luts"] == {"low": 1, "mid": 2, "high": 3}


def test_what_does_not_apply_is_absent() -> None:
    tables = json.loads(result_text(result(None)))
    assert list(tables["resources"]) == ["estimate"]
    assert list(tables["timing"]) == ["latency_cycles", "interval_cycles"]
    assert "null" not in result_text(result(None))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"accuracy": {"metric": 1}}'])
def test_a_file_that_is_no_result_is_named(tmp_path: Path, text: str) -> None:
    path = write_file(tmp_path / "result.json", text)
    with pytest.raises(DataError, match=r"result\.json must be a result record"):
        read_result(path)


def test_an_unfinished_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"result\.json is not there; `litho run` writes it last"):
        read_result(tmp_path / "result.json")
