"""A study as a person meets it: tables, pictures, a kill, a failure, bad requests."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

import litho
from litho import tasks
from litho.errors import ConfigError, DataError, SweepError
from litho.flow import Config, read_sweep, run, run_study
from litho.flow import sensitivity_cases as cases_module
from litho.flow.config import Sensitivity
from litho.flow.networks import data_of
from litho.flow.sensitivity import _failed, draw_study_again, is_study_folder
from litho.flow.sensitivity_cases import cases_of
from litho.flow.sensitivity_page import read_study
from litho.flow.strict import convert

pytest.importorskip("matplotlib", reason="matplotlib is missing: no curves can be drawn")
pytest.importorskip("transformers", reason="transformers is missing: model 'bert' needs it")

COMMAND = (sys.executable, "-c", "from litho.app import main; main()")

SMALL = """\
task = "sentences"
task_options = { train = 300, test = 200 }
seed = 1
[model]
name = "bert"
options = { layers = 2, hidden = 32, heads = 2, intermediate = 64 }
[train]
epochs = 4
learning_rate = 3e-3
[calibrate]
samples = 32
[sensitivity]
targets = ["layer", "kind"]
match = "*.encoder.*"
sparsities = [0.5, 0.9]
shapes = ["element", "2:4"]
formats = ["int2"]
rank = [0.9, "int2"]
"""
KINDS = [
    *("attention.self.query", "attention.self.key", "attention.self.value"),
    *("attention.output.dense", "intermediate.dense", "output.dense"),
]


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache of their own for the tests of this file."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        patch.setenv("LITHO_CACHE", str(folder))
        yield folder


def config(text: str = SMALL, **changes: Any) -> Config:
    tables = tomllib.loads(text)
    inner = {key: changes.pop(key) for key in tuple(changes) if hasattr(Sensitivity, key)}
    return convert(
        {**tables, **changes, "sensitivity": {**tables["sensitivity"], **inner}}, Config, "here"
    )


def command(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        (*COMMAND, *arguments),
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


@pytest.fixture(scope="module")
def studied(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Path:
    """A study that has ended."""
    del cache
    folder = tmp_path_factory.mktemp("studied")
    (folder / "small.toml").write_text(SMALL)
    done = command(folder, "run", "small.toml", "--out", "out", "--workers", "2", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == json.loads((folder / "out" / "result.json").read_text())
    return folder / "out"


def test_a_study_leaves_what_the_page_names(studied: Path) -> None:
    assert {path.name for path in studied.iterdir()} == {
        *("config.toml", "result.json", "report.html", "sensitivity.csv", "ranking.csv"),
        *("plots", "logs", "checkpoint"),
    }
    names = [
        f"{group}-{what}" for group in ("layer", "kind") for what in ("element", "N-M", "formats")
    ]
    assert {path.name for path in (studied / "plots").iterdir()} == {
        f"{name}.{kind}" for name in names for kind in ("svg", "png")
    }
    assert is_study_folder(studied)


def test_the_table_has_a_row_for_each_target_and_what_is_done_to_it(studied: Path) -> None:
    with (studied / "sensitivity.csv").open(newline="") as file:
        first, *rows = csv.DictReader(file)
    layers = [f"network.bert.encoder.layer.{number}" for number in (0, 1)]
    done = [("element", "0.5", ""), ("element", "0.9", ""), ("2:4", "0.5", ""), ("", "", "int2")]
    assert [(r["group"], r["target"], r["shape"], r["sparsity"], r["format"]) for r in rows] == [
        (group, target, *what)
        for group, names in (("layer", layers), ("kind", KINDS))
        for target in names
        for what in done
    ]
    assert (first["group"], first["target"], first["drop"]) == ("as it is", "", "")
    for row in rows:
        accuracy, drop = (
            [float(row[f"{n}{e}"]) for e in ("_low", "", "_high")] for n in ("accuracy", "drop")
        )
        assert accuracy == sorted(accuracy)
        assert drop == sorted(drop)
        assert float(first["accuracy"]) - accuracy[1] == pytest.approx(drop[1], abs=2e-6)


def test_the_study_is_of_the_network_that_was_trained(studied: Path) -> None:
    data = tasks.find("sentences").load(1, options={"train": 300, "test": 200})
    options = {"layers": 2, "hidden": 32, "heads": 2, "intermediate": 64}
    model = tasks.build("bert", data, options, 1)
    tasks.load_weights(studied / "checkpoint" / "float.pt", model)
    found = read_study(studied / "result.json")
    logits = tasks.predict(model, data.test_inputs)
    assert found.base.mean == tasks.accuracy(logits, data.test_targets)
    assert found.samples == 200
    pruned = next(r for r in found.rows if (r.target, r.value) == (KINDS[0], 0.9))
    for layer in (0, 1):
        weight = model.get_parameter(f"network.bert.encoder.layer.{layer}.{KINDS[0]}.weight")
        with torch.no_grad():
            weight.view(-1)[weight.abs().flatten().argsort()[: round(0.9 * 1024)]] = 0.0
    logits = tasks.predict(model, data.test_inputs)
    assert pruned.accuracy.mean == tasks.accuracy(logits, data.test_targets)
    assert pruned.achieved == 922 / 1024


def test_the_same_seed_gives_the_same_bytes_whatever_the_workers(
    studied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LITHO_CACHE", str(tmp_path / "cache"))
    again = run_study(config(), tmp_path / "one", title="small").folder
    pictures = [path.relative_to(studied) for path in studied.glob("plots/*.svg")]
    assert len(pictures) == 6
    for name in ("result.json", "sensitivity.csv", "ranking.csv", "report.html", *pictures):
        assert (again / name).read_bytes() == (studied / name).read_bytes(), name


def test_the_ranking_has_the_greatest_drop_first(studied: Path) -> None:
    with (studied / "ranking.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    places = [(row["group"], row["shape"], row["at"], row["rank"]) for row in rows]
    assert places == [
        (group, shape, at, str(rank))
        for group, count in (("layer", 2), ("kind", 6))
        for shape, at in (("element", "0.9"), ("", "int2"))
        for rank in range(1, count + 1)
    ]
    drops = {place[:3]: [] for place in places}
    for row in rows:
        drops[row["group"], row["shape"], row["at"]].append(float(row["drop"]))
    assert all(found == sorted(found, reverse=True) for found in drops.values())
    assert {row["target"] for row in rows if row["group"] == "kind"} == set(KINDS)


def test_the_page_says_what_was_found_and_is_drawn_again_as_it_was(studied: Path) -> None:
    page = (studied / "report.html").read_text()
    for text in (
        *("One layer pruned at a time (element, l1)", "One kind of matrix quantized in all layers"),
        *(">sparsity<", ">accuracy<", "as it is", ">layer.1<", "kept of each group"),
        *("the most sensitive kind", "95 % interval", *KINDS),
    ):
        assert text in page, text
    (studied / "report.html").unlink()
    assert litho.report(studied) == draw_study_again(studied)
    assert (studied / "report.html").read_text() == page


def test_a_study_shows_itself(studied: Path, tmp_path: Path) -> None:
    found = litho.run(config(), tmp_path / "out")
    assert found.record()["rows"] == json.loads((studied / "result.json").read_text())["rows"]
    shown = str(found)
    assert "accuracy as it is: 0." in shown
    assert f"study: {tmp_path / 'out'}" in shown
    assert [line.split()[0] for line in shown.splitlines()[1:3]] == ["layer", "layer"]


def test_a_study_that_was_killed_continues(studied: Path, tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text(SMALL)
    environment = {**os.environ, "LITHO_CACHE": str(tmp_path / "cache")}
    arguments = (*COMMAND, "run", "small.toml", "--out", "out")
    with subprocess.Popen(
        arguments,
        cwd=tmp_path,
        env=environment,
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    ) as process:
        deadline = time.monotonic() + 300
        while len(kept(tmp_path)) < 3:
            assert time.monotonic() < deadline, "three cases must be judged in five minutes"
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
    before = kept(tmp_path)
    assert not (tmp_path / "out" / "result.json").exists()
    done = subprocess.run(
        (*arguments, "-v"),
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    after = kept(tmp_path)
    assert before.items() <= after.items()
    assert len(after) == 33
    assert "as it is" not in done.stderr  # it was judged first, before the kill
    assert (tmp_path / "out" / "result.json").read_text() == (studied / "result.json").read_text()


def kept(folder: Path) -> dict[str, int]:
    """The cases that are kept, each with the time it was judged at."""
    found = folder.glob("cache/cases/*/scores.npz")
    return {p.parent.name: p.stat().st_mtime_ns for p in found if p.parent.suffix != ".part"}


def test_targets_of_the_same_matrices_are_judged_once(tmp_path: Path) -> None:
    text = SMALL.replace('["layer", "kind"]', '["layer", "matrix"]').replace("*.encoder.*", "fc?")
    tables = tomllib.loads(text)
    tables |= {"task": "digits", "task_options": {}, "train": {"epochs": 2}}
    tables["model"] = {"name": "mlp", "options": {"hidden": [8]}}
    tables["sensitivity"] |= {"samples": 100, "formats": [], "rank": [0.9]}
    before = set(Path(os.environ["LITHO_CACHE"]).glob("cases/*/scores.npz"))
    record = run_study(convert(tables, Config, "here"), tmp_path / "out").record
    new = set(Path(os.environ["LITHO_CACHE"]).glob("cases/*/scores.npz")) - before
    assert len(new) == 1 + 2 * 3
    assert record.samples == 100
    layers, alone = ([r for r in record.rows if r.group == g] for g in ("layer", "matrix"))
    assert [row.target for row in layers] == ["fc1"] * 3 + ["fc2"] * 3
    assert [(r.value, r.accuracy, r.drop) for r in layers] == [
        (r.value, r.accuracy, r.drop) for r in alone
    ]


def test_a_case_that_fails_takes_no_other_with_it(studied: Path, tmp_path: Path) -> None:
    del studied  # whose cases are kept
    inner = {"match": "*.word_embeddings", "targets": ["matrix"], "parts": ["inputs"]}
    wrong = config(**inner, shapes=["element"], sparsities=[0.9], rank=[0.9])
    with pytest.raises(SweepError) as caught:
        run_study(wrong, tmp_path / "out")
    said = str(caught.value)
    assert "cases of the study must be judged, and" in said
    assert "matrix network.bert.embeddings.word_embeddings, int2: " in said
    assert "and the same command judges again what failed" in said
    assert not (tmp_path / "out" / "result.json").exists()
    log = tmp_path / "out" / "logs" / "matrix_network.bert.embeddings.word_embeddings_int2.log"
    assert "Error" in log.read_text()


def test_a_study_starts_from_the_float_network_of_another_run(tmp_path: Path) -> None:
    tables: dict[str, Any] = {
        "task": "digits",
        "seed": 2,
        "model": {"name": "mlp", "options": {"hidden": [8]}},
        "train": {"epochs": 3},
    }
    before = run(
        convert({**tables, "quantize": [{"weights": "fixed3"}]}, Config, "here"), tmp_path / "a"
    )
    asked = {"sparsities": [0.5], "shapes": ["row"], "targets": ["layer"]}
    study = {**tables, "seed": 5, "train": {}, "sensitivity": asked}
    found = litho.run(study, tmp_path / "b", start=tmp_path / "a").record()
    assert before.result.accuracy is not None
    assert found["base"]["mean"] == before.result.accuracy.float
    assert found["samples"] == 360
    mine = {"model": {"name": "mlp", "options": {"hidden": [9]}}}
    with pytest.raises(ConfigError, match=r"key .model.options. must be that of the run to"):
        litho.run({**study, **mine}, tmp_path / "c", start=tmp_path / "a")


def test_every_source_that_a_case_is_judged_by_counts_for_its_name() -> None:
    (closure,) = cases_module.closures_of([cases_module._write_scores])
    assert {
        "litho.compress.sensitivity.case:compressed",
        "litho.compress.sensitivity.study:score",
        "litho.compress.prune.pruning:prune",
        "litho.compress.quantize:quantize",
        "litho.tasks.training:predict",
        "litho.tasks.training:scores",
    } <= closure.names
    assert "litho.compress.sensitivity.bootstrap:bootstrap" not in closure.names


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (
            {"rank": [0.7]},
            "key 'sensitivity.rank' must name sparsities and formats that are tried, not 0.7; tried"
            " are 0.5, 0.9, int2",
        ),
        ({"shapes": []}, "keys 'sensitivity.shapes' and 'sensitivity.sparsities' must both be giv"),
        ({"sparsities": []}, "must both be given, unless all shapes are N:M or none is there, not"),
        (
            {"shapes": [], "sparsities": [], "formats": []},
            r"table \[sensitivity\] must say what is tried, by 'shapes' and 'sparsities' or by",
        ),
        ({"shapes": ["blob"]}, "key 'sensitivity.shapes' must be element, row, column, block4x8"),
        ({"shapes": ["block3x3"]}, "rows of block3x3 must divide the 32 of the weight of"),
        ({"formats": ["int99x"]}, "int99x"),
        ({"match": "*.decoder.*"}, "pattern of the study '[*].decoder.[*]' must match a module"),
        (
            {"samples": 201},
            "key 'sensitivity.samples' must be at most the 200 samples that task 'sentences' has",
        ),
    ],
)
def test_a_wrong_request_is_refused_before_the_network_is_trained(
    changes: dict[str, Any], text: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=text):
        run_study(config(**changes), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_what_sees_inputs_needs_samples_to_train_with(monkeypatch: pytest.MonkeyPatch) -> None:
    data = data_of(config())
    monkeypatch.setattr(
        cases_module, "data_of", lambda config: replace(data, train_inputs=data.train_inputs[:0])
    )
    text = "formats, and scores that see inputs, must have samples to train with to calibrate on"
    for changes in ({"formats": ["int2"]}, {"formats": [], "score": "wanda", "rank": [0.9]}):
        with pytest.raises(ConfigError, match=text):
            cases_of(config(**changes))
    assert cases_of(config(formats=[], rank=[0.9]))


def test_n_of_m_needs_no_sparsities() -> None:
    found = cases_of(config(shapes=["2:4", "1:4"], sparsities=[], formats=[], rank=[0.75]))
    assert {(case.shape, case.value) for case in found} == {("2:4", 0.5), ("1:4", 0.75)}


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (
            {"quantize": [{"weights": "int8"}]},
            "there must be no 'quantize' beside a table 'sensiti",
        ),
        ({"tune": {"epochs": 1}}, "there must be no 'tune' beside a table 'sensitivity', which st"),
        ({"hardware": {"device": "ecp5-25k"}}, "there must be no 'hardware' beside a table 'sens"),
        ({"sparsities": [1.0]}, r"key 'sensitivity.sparsities\[0\]' must be"),
    ],
)
def test_a_study_stands_alone(changes: dict[str, Any], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        config(**changes)


def test_a_study_is_no_run_and_no_point_of_a_sweep(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"a run must have no table \[sensitivity\], which makes"):
        run(config(), tmp_path / "out")
    swept = {**tomllib.loads(SMALL), "seed": "{seed}", "sweep": [{"seed": [1, 2]}]}
    with pytest.raises(
        ConfigError, match=r"a sweep must have no table \[sensitivity\], and here h"
    ):
        read_sweep(swept, "here")


def test_of_many_failures_the_first_are_told(tmp_path: Path) -> None:
    said = _failed(dict.fromkeys("abcde", "no"), 9, tmp_path)
    assert said.startswith("all 9 cases of the study must be judged, and 5 failed: a: no; b: no; c")
    assert "c: no; and 2 more; logs are in" in said


def test_a_study_that_has_not_ended_is_not_drawn(studied: Path, tmp_path: Path) -> None:
    shutil.copytree(studied, tmp_path / "cut")
    (tmp_path / "cut" / "result.json").write_text("{}")
    with pytest.raises(DataError, match=r"a finished study must have a record of its cases, and"):
        draw_study_again(tmp_path / "cut")


def test_studies_are_drawn_only_with_matplotlib(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setattr("litho.flow.sweep.find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"table \[sensitivity\] must have matplotlib to draw"):
        run_study(config(), tmp_path / "out")
