"""A run without hardware ends with accuracies, formats and bits."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

import litho
from litho.errors import ConfigError, DataError
from litho.flow import Config, run
from litho.flow.formats import read_formats
from litho.flow.page import page_text
from litho.flow.run import key_of
from litho.flow.strict import convert

TABLES: dict[str, Any] = {
    "task": "digits",
    "seed": 1,
    "model": {"name": "mlp", "options": {"hidden": [6]}},
    "train": {"epochs": 2},
    "calibrate": {"samples": 100, "batch_size": 32},
    "quantize": [{"match": "fc1", "weights": "fixed4", "inputs": "ufixed4"}],
    "tune": {"epochs": 1},
}


def config(**changes: Any) -> Config:
    return convert({**TABLES, **changes}, Config, "here")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that has ended."""
    return run(config(), tmp_path_factory.mktemp("software") / "run", title="the title").folder


def test_its_record_has_the_keys_that_apply(folder: Path) -> None:
    record = json.loads((folder / "result.json").read_text())
    assert list(record) == ["accuracy", "compression", "provenance"]
    assert list(record["accuracy"]) == ["metric", "float", "fake_quantized", "before_tuning"]
    quantized, other = 64 * 6 + 6, 6 * 10 + 10
    taken = record["compression"]
    assert (taken["quantized_weights"], taken["weights"]) == (quantized, quantized + other)
    mean = taken["bits_per_quantized_weight"]
    assert taken["bits_per_weight"] == (quantized * mean + other * 32) / (quantized + other)
    assert 4 < mean < 5  # the bias stands on the grid of its sum


def test_its_table_has_every_parameter_and_what_is_quantized_beside(folder: Path) -> None:
    with (folder / "formats.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["module"], row["part"]) for row in rows] == [
        *(("fc1", "weights"), ("fc1", "bias"), ("fc1", "inputs")),
        *(("fc2", "weights"), ("fc2", "bias")),
    ]
    assert rows[0]["format"].startswith("fixed4f")
    assert (rows[0]["bits"], rows[0]["values"]) == ("4", "384")
    assert rows[2]["format"].startswith("ufixed4f")
    assert [row["format"] for row in rows[3:]] == ["float32", "float32"]


def test_its_page_is_drawn_again_as_it_was(folder: Path) -> None:
    page = (folder / "report.html").read_text()
    assert page_text(folder) == page
    for text in ("the title", "before tuning", "bits a quantized weight", "fc1"):
        assert text in page


def test_it_shows_itself(folder: Path, tmp_path: Path) -> None:
    shown = str(litho.run(config(), tmp_path / "run"))
    assert "before-tuning" in shown
    assert "that are quantized" in shown
    assert "mismatches" not in shown
    assert litho.run(config(), tmp_path / "run").record() == json.loads(
        (folder / "result.json").read_text()
    )


def test_what_quantizes_nothing_takes_no_bits(tmp_path: Path) -> None:
    rule = {"weights": "float32", "inputs": "float32"}
    found = run(config(quantize=[rule], tune={"epochs": 0}), tmp_path / "run").result
    assert found.compression is None
    assert found.accuracy is not None
    assert found.accuracy.fake_quantized == found.accuracy.float
    assert found.accuracy.before_tuning is None


def test_only_hardware_refuses_sums_that_it_cannot_requantize(tmp_path: Path) -> None:
    wide = [{"weights": "fixed30", "inputs": "ufixed30", "bias": "fixed30"}]
    changes = {"quantize": wide, "tune": {"epochs": 0}}
    found = run(config(**changes), tmp_path / "run").result.accuracy
    assert found is not None
    assert found.fake_quantized == found.float
    with pytest.raises(ConfigError, match="must fit 46 bits to be requantized, not take"):
        run(config(**changes, hardware={"device": "ecp5-25k"}), tmp_path / "hardware")


def test_sums_are_exact_wide_or_those_of_training(tmp_path: Path) -> None:
    rules = [{"weights": "fixed8", "inputs": "ufixed8", "bias": "fixed16"}]
    found = {
        sums: run(config(quantize=rules, tune={"epochs": 0}, sums=sums), tmp_path / sums).result
        for sums in ("exact", "wide", "float")
    }
    assert found["exact"].accuracy == found["wide"].accuracy == found["float"].accuracy
    wide = [{"weights": "fixed30", "inputs": "ufixed30", "bias": "fixed30"}]
    with pytest.raises(ConfigError, match="must fit 46 bits to be requantized, not take"):
        run(config(quantize=wide, sums="exact"), tmp_path / "refused")


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"quantize": []}, r"there must be a table \[\[quantize\]\] or \[\[compress\]\], or a run"),
        ({"synthesize": {}}, "there must be a table 'hardware' beside 'synthesize'"),
        ({"sums": "float", "hardware": {"device": "ecp5-25k"}}, "key 'sums' must be 'exact' with"),
        ({"simulate": {"wave": 9}}, "there must be a table 'hardware' beside 'simulate'"),
    ],
)
def test_what_would_do_nothing_is_refused(changes: dict[str, Any], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        config(**changes)


def test_data_are_where_the_option_the_key_or_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = [tmp_path / name for name in ("option", "key", "environment")]
    for place in places:
        (place / "text").mkdir(parents=True)
    option, key, environment = places
    tables = {**TABLES, "task": "imdb"}
    monkeypatch.setenv("LITHO_DATA", str(environment))
    for given, tables_of_run, place in (
        (option, {**tables, "data": str(key)}, option),
        (None, {**tables, "data": str(key)}, key),
        (None, tables, environment),
    ):
        with pytest.raises(DataError, match=str(place)):
            litho.run(tables_of_run, tmp_path / "run", data=given)


def test_a_run_has_one_name_wherever_its_data_lie() -> None:
    assert key_of(config(data="/here")) == key_of(config(data="/there")) == key_of(config())
    assert key_of(config(seed=2)) != key_of(config())


def test_a_table_of_formats_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"must be the table of formats of a run, and is not: "):
        read_formats(tmp_path / "formats.csv")
    (tmp_path / "formats.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match=r"formats\.csv must be the table of formats of a run, "):
        read_formats(tmp_path / "formats.csv")
