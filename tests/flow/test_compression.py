"""A run that prunes, quantizes and replaces by [[compress]], at once or while it is tuned."""

import csv
import json
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import litho
from litho.errors import ConfigError, DataError
from litho.flow import Config, Finished, load_config, run
from litho.flow.layers import read_layers
from litho.flow.page import page_text
from litho.flow.run import stages_of
from litho.flow.start import with_start
from litho.flow.strict import convert

LABS = Path(__file__).parents[2] / "configs" / "labs"

BASE: dict[str, Any] = {
    "task": "digits",
    "seed": 1,
    "model": {"name": "mlp", "options": {"hidden": [8]}},
    "train": {"epochs": 2},
    "calibrate": {"samples": 100, "batch_size": 32},
}
QUANTIZED: dict[str, Any] = {
    **BASE,
    "quantize": [{"match": ["fc1", "fc2"], "weights": "fixed6", "inputs": "ufixed6"}],
}
HALF = {"prune": [{"match": "fc1", "sparsity": 0.5}]}
SLOWLY = {
    "prune": [{"match": ["fc1", "fc2"], "sparsity": 0.75, "score": "movement"}],
    "gradual": {"start": 0.1, "end": 0.6, "every": 4},
}
UNITS = 64 * 8


def config(tables: dict[str, Any] = QUANTIZED, **changes: Any) -> Config:
    return convert({**tables, **changes}, Config, "here")


def state(folder: Path) -> dict[str, torch.Tensor]:
    """The state dict that a run leaves."""
    found: dict[str, torch.Tensor] = torch.load(folder / "checkpoint" / "weights.pt")
    return found


def masks(folder: Path) -> dict[str, torch.Tensor]:
    """The masks of a run's checkpoint by the path of their module."""
    ending = ".parametrizations.weight.0.mask"
    return {k.removesuffix(ending): v for k, v in state(folder).items() if k.endswith(ending)}


def rows(folder: Path) -> dict[str, dict[str, str]]:
    with (folder / "layers.csv").open(newline="") as file:
        return {row["layer"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A run that was quantized, pruned and tuned."""
    folder = tmp_path_factory.mktemp("compressed") / "run"
    return run(config(compress=[HALF], tune={"epochs": 1}), folder, title="the title")


def test_accuracies_are_told_before_compression_before_tuning_and_after(
    done: Finished, tmp_path: Path
) -> None:
    record = json.loads((done.folder / "result.json").read_text())
    assert list(record["accuracy"]) == [
        *("metric", "float", "fake_quantized", "before_tuning", "before_compression")
    ]
    assert record["compression"]["pruned_weights"] == UNITS // 2
    assert record["compression"]["sparsity"] == 0.5
    found = done.result.accuracy
    assert found is not None
    plain = run(config(), tmp_path / "plain").result.accuracy
    assert plain is not None
    assert plain.fake_quantized == found.before_compression
    only = run(config(compress=[HALF]), tmp_path / "only").result.accuracy
    assert only is not None
    assert (only.fake_quantized, only.before_tuning) == (found.before_tuning, None)
    assert found.before_tuning != found.fake_quantized


def test_the_mask_is_held_in_tuning(done: Finished, tmp_path: Path) -> None:
    before = run(config(compress=[HALF]), tmp_path / "before").folder
    assert masks(done.folder).keys() == {"fc1"}
    mask, same = masks(done.folder)["fc1"], masks(before)["fc1"]
    assert torch.equal(mask, same)
    assert int((~mask).sum()) == UNITS // 2
    name = "fc1.parametrizations.weight.original"
    assert not torch.equal(state(done.folder)[name][mask], state(before)[name][mask])


def test_the_table_of_layers_is_in_a_file_and_on_the_page(done: Finished) -> None:
    found = rows(done.folder)
    assert list(found) == ["fc1", "fc2"]
    assert found["fc1"]["format"].startswith("fixed6f")
    assert {key: found["fc1"][key] for key in ("parameters", "bits", "shape", "score")} == {
        **{"parameters": str(UNITS + 8), "bits": "6", "shape": "element", "score": "l1"}
    }
    assert [found["fc1"][key] for key in ("asked", "achieved", "units", "kept")] == [
        *("0.5", "0.5", str(UNITS), str(UNITS // 2))
    ]
    assert [found["fc1"][key] for key in ("bits_saved", "bits_mask")] == ["3", "1"]
    assert found["fc2"]["asked"] == found["fc2"]["kept"] == ""
    page = (done.folder / "report.html").read_text()
    assert page_text(done.folder) == page
    for text in ("the title", "before compression", "before tuning", "50.00 %", "fixed6f"):
        assert text in page
    assert 'id="compression"' in page
    assert read_layers(done.folder / "layers.csv").rows[0][0] == "fc1"


def test_it_shows_itself(tmp_path: Path) -> None:
    shown = str(litho.run(config(compress=[HALF], tune={"epochs": 1}), tmp_path / "run"))
    assert "before-compression" in shown
    assert f"0.5000 of the pruned layers, {UNITS // 2} weights of all" in shown


def test_a_run_that_compresses_nothing_has_no_table_of_layers(tmp_path: Path) -> None:
    folder = run(config(), tmp_path / "run").folder
    assert not (folder / "layers.csv").exists()
    assert 'id="compression"' not in (folder / "report.html").read_text()


def test_a_network_in_floats_is_pruned_too(tmp_path: Path) -> None:
    found = run(config(BASE, compress=[HALF]), tmp_path / "run").result
    assert found.compression is not None
    assert found.compression.bits_per_quantized_weight is None
    assert found.compression.quantized_weights == 0
    record = json.loads((tmp_path / "run" / "result.json").read_text())
    assert "bits_per_quantized_weight" not in record["compression"]
    shown = str(litho.run(config(BASE, compress=[HALF]), tmp_path / "run"))
    assert "that are quantized" not in shown


def test_tables_come_in_their_order(tmp_path: Path) -> None:
    quantize = {"quantize": [{"match": "fc1", "weights": "fixed4"}]}
    first, last = (
        run(config(BASE, compress=tables), tmp_path / name).folder
        for name, tables in (("first", [HALF, quantize]), ("last", [quantize, HALF]))
    )
    assert rows(first)["fc1"]["format"].startswith("fixed4f")
    assert masks(first)["fc1"].equal(masks(last)["fc1"])
    whole = [{"prune": [{"match": "*", "sparsity": 0.5}, {"match": "fc2", "shape": "1:2"}]}]
    found = rows(run(config(BASE, compress=whole), tmp_path / "two").folder)
    assert [found[path]["shape"] for path in ("fc1", "fc2")] == ["element", "1:2"]


def test_layers_are_pruned_one_after_the_other_where_asked(tmp_path: Path) -> None:
    rule = {"match": "fc?", "sparsity": 0.5, "score": "sparsegpt"}
    found = {
        is_asked: state(
            run(
                config(compress=[{"prune": [rule], "sequential": is_asked}]),
                tmp_path / str(is_asked),
            ).folder
        )
        for is_asked in (False, True)
    }
    name = "fc2.parametrizations.weight.original"
    assert not torch.equal(found[False][name], found[True][name])


@pytest.mark.parametrize("score", ["wanda", "sparsegpt", "movement"])
def test_scores_see_the_samples_of_calibration(score: str, tmp_path: Path) -> None:
    rule = {"match": "fc1", "sparsity": 0.5, "score": score}
    found = {
        seed: masks(
            run(config(seed=seed, compress=[{"prune": [rule]}]), tmp_path / str(seed)).folder
        )
        for seed in (1, 2)
    }
    assert {int((~mask["fc1"]).sum()) for mask in found.values()} == {UNITS // 2}
    assert not torch.equal(found[1]["fc1"], found[2]["fc1"])


def test_masks_are_drawn_by_the_seed_of_the_run_unless_told(tmp_path: Path) -> None:
    start = run(config(), tmp_path / "start").folder
    rule: dict[str, Any] = {"match": "fc1", "sparsity": 0.5, "score": "random"}

    def mask(drawn: int, **more: int) -> torch.Tensor:
        tables = {**BASE, "seed": drawn, "start": str(start)}
        made = run(config(tables, compress=[{"prune": [{**rule, **more}]}]), tmp_path / "made")
        return masks(made.folder)["fc1"]

    assert not torch.equal(mask(1), mask(2))
    assert torch.equal(mask(1), mask(7, seed=1))


def test_masks_grow_while_the_network_is_tuned(tmp_path: Path) -> None:
    found = run(config(compress=[SLOWLY], tune={"epochs": 1}), tmp_path / "run")
    dropped = {path: float((~mask).float().mean()) for path, mask in masks(found.folder).items()}
    assert dropped == {"fc1": 0.75, "fc2": 0.75}
    assert rows(found.folder)["fc2"]["score"] == "movement"
    judged = found.result.accuracy
    assert judged is not None
    # Before tuning nothing is pruned yet.
    assert judged.before_tuning == judged.before_compression
    again = run(config(compress=[SLOWLY], tune={"epochs": 1}), tmp_path / "again")
    assert again.result == found.result


def test_a_schedule_without_room_is_refused(tmp_path: Path) -> None:
    table = {**SLOWLY, "gradual": {"every": 5000}}
    with pytest.raises(ConfigError, match=r"key 'compress\.gradual\.every' must be at most the"):
        run(config(compress=[table], tune={"epochs": 1}), tmp_path / "run")


NETWORK = """\
from torch import nn

def thin(path, old, rank):
    assert path == "fc1"
    inner = nn.Linear(old.in_features, rank, bias=False)
    return nn.Sequential(inner, nn.Linear(rank, old.out_features))

def none(path, old):
    return None
"""


def replacing(folder: Path, function: str = "thin", **options: Any) -> dict[str, Any]:
    (folder / "layers.py").write_text(NETWORK)
    rule = {"match": "fc1", "module": f"{folder}/layers.py:{function}", "options": options}
    return {"replace": [rule]}


def test_layers_are_replaced_whole(tmp_path: Path) -> None:
    torch.manual_seed(0)
    prune = {"prune": [{"match": "fc1.1", "sparsity": 0.5}]}
    tables = [replacing(tmp_path, rank=2), prune]
    done = run(config(compress=tables, tune={"epochs": 1}), tmp_path / "run").folder
    assert list(rows(done)) == ["fc1.0", "fc1.1", "fc2"]
    assert rows(done)["fc1.0"]["parameters"] == "128"
    assert rows(done)["fc1.1"]["kept"] == "8"
    kept = state(done)
    only = run(config(BASE, start=str(done)), tmp_path / "on").folder
    assert all(torch.equal(value, kept[name]) for name, value in state(only).items())
    with pytest.raises(ConfigError, match=r"must make a torch\.nn\.Module, not a NoneType"):
        run(config(compress=[replacing(tmp_path, "none")]), tmp_path / "none")


def test_a_change_of_what_replaces_a_layer_is_seen(tmp_path: Path) -> None:
    tables = config(compress=[replacing(tmp_path, rank=2)])
    first = run(tables, tmp_path / "first").folder
    (tmp_path / "layers.py").write_text(NETWORK.replace("bias=False", "bias=True"))
    second = run(tables, tmp_path / "second").folder
    assert [rows(f)["fc1.0"]["parameters"] for f in (first, second)] == ["128", "130"]


def test_a_run_starts_from_a_compressed_one(done: Finished, tmp_path: Path) -> None:
    saved = done.result.accuracy
    assert saved is not None
    only = config(BASE, start=str(done.folder))
    assert [stage.name for stage in stages_of(with_start(only))] == ["train", "quantize", "judge"]
    loaded = run(only, tmp_path / "only")
    assert loaded.result.accuracy is not None
    assert loaded.result.accuracy.fake_quantized == saved.fake_quantized
    assert loaded.result.accuracy.before_compression is None
    assert rows(loaded.folder) == rows(done.folder)

    more = {"prune": [{"match": "fc2", "sparsity": 0.5, "score": "random"}]}
    tables = config(BASE, seed=3, start=str(done.folder), compress=[more], tune={"epochs": 1})
    on = run(tables, tmp_path / "on")
    assert on.result.accuracy is not None
    assert on.result.accuracy.before_compression == saved.fake_quantized
    assert masks(on.folder).keys() == {"fc1", "fc2"}
    assert torch.equal(masks(on.folder)["fc1"], masks(done.folder)["fc1"])

    # Its configuration says all, makes the run again, and another may start from it.
    again = load_config(on.folder / "config.toml")
    assert [len(table.prune) for table in again.compress] == [1, 1]
    assert with_start(again) == again
    assert run(again, tmp_path / "again").result == on.result
    last = run(config(BASE, start=str(on.folder)), tmp_path / "last").result.accuracy
    assert last is not None
    assert last.fake_quantized == on.result.accuracy.fake_quantized


def test_points_that_come_to_the_same_network_are_judged_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LITHO_CACHE", str(tmp_path / "cache"))
    start = str(run(config(), tmp_path / "start").folder)

    def judgements() -> int:
        return len([p for p in (tmp_path / "cache" / "judgements").iterdir() if p.is_dir()])

    found, counts = [], [judgements()]
    for drawn, score in ((1, "l1"), (2, "l1"), (1, "random"), (2, "random")):
        half = {"prune": [{"match": "fc1", "sparsity": 0.5, "score": score}]}
        on = config(BASE, seed=drawn, start=start, compress=[half], tune={"epochs": 1})
        found.append(run(on, tmp_path / f"{score}{drawn}").result.accuracy)
        counts.append(judgements())
    assert found[0] is not None
    assert found[1] is not None
    assert found[0].before_tuning == found[1].before_tuning
    # As it was before compression it is judged already; L1 drops the same weights with any seed.
    assert np.diff(counts).tolist() == [2, 1, 2, 2]


def test_who_starts_from_gradual_pruning_prunes_no_more(tmp_path: Path) -> None:
    slow = run(config(compress=[SLOWLY], tune={"epochs": 1}), tmp_path / "slow")
    on = run(config(BASE, start=str(slow.folder)), tmp_path / "on")
    assert on.result.accuracy is not None
    assert slow.result.accuracy is not None
    assert on.result.accuracy.fake_quantized == slow.result.accuracy.fake_quantized
    assert rows(on.folder) == rows(slow.folder)


STIMULI: dict[str, Any] = {
    "stimuli": {"format": "fixed8f3", "shape": [8], "random": 20},
    "model": {"name": "one_layer"},
    "quantize": [{"weights": "fixed8f3", "inputs": "fixed8f3"}],
    "hardware": {"device": "ecp5-25k"},
    "simulate": {"simulator": "icarus"},
}


def test_hardware_holds_the_zeros_of_the_masks(tmp_path: Path) -> None:
    table = {"prune": [{"match": "fc", "sparsity": 0.75, "shape": "blocks2"}]}
    done = run(convert({**STIMULI, "compress": [table]}, Config, "here"), tmp_path / "run")
    assert done.result.verification is not None
    assert done.result.verification.mismatches == 0
    graph = np.load(done.folder / "graph.npz")
    zeros = [int((codes == 0).sum()) for codes in graph.values() if codes.size == 64]
    assert zeros[0] >= 48
    assert done.result.compression is not None
    assert done.result.compression.sparsity == 0.75
    assert rows(done.folder)["fc"]["kept"] == "4"
    assert 'id="compression"' in (done.folder / "report.html").read_text()


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"compress": [{}]}, "must have exactly one of quantize, prune and replace, not none"),
        (
            {"compress": [{**HALF, "quantize": [{"weights": "fixed4"}]}]},
            "must have exactly one of quantize, prune and replace, not quantize and prune",
        ),
        (
            {"compress": [{"quantize": [{"weights": "fixed4"}], "gradual": {}}]},
            "key 'gradual' must be beside 'prune', not 'quantize'",
        ),
        (
            {"compress": [{"quantize": [{"weights": "fixed4"}], "sequential": True}]},
            "key 'sequential' must be beside 'prune', not 'quantize'",
        ),
        (
            {"compress": [{**SLOWLY, "sequential": True}], "tune": {"epochs": 1}},
            "key 'sequential' must be without 'gradual', which knows no order",
        ),
        (
            {"compress": [{**HALF, "gradual": {"start": 0.5}}], "tune": {"epochs": 1}},
            "`start < end` must hold, not start 0.5 and end 0.5",
        ),
        ({"compress": [SLOWLY]}, r"there must be a task, and 'tune\.epochs' of 1 or more, for "),
        ({"compress": [{"prune": [{"sparsity": 1.0}]}]}, "sparsity"),
    ],
)
def test_a_table_that_says_nothing_clear_is_refused(changes: dict[str, Any], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        config(**changes)


def test_a_table_of_layers_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"must be the table of layers of a run, and is not: "):
        read_layers(tmp_path / "layers.csv")
    (tmp_path / "layers.csv").write_text("")
    with pytest.raises(DataError, match=r"layers\.csv must be the table of layers of a run, and"):
        read_layers(tmp_path / "layers.csv")


SWEEP = {
    **BASE,
    "seed": "{seed}",
    "compress": [
        {
            "prune": [{"match": "fc?", "sparsity": "{dropped}", "score": "{score}"}],
            "gradual": "{gradual}",
        }
    ],
    "tune": {"epochs": 1},
    "sweep": [
        {
            "method": ["random"],
            "share": [0.5],
            "dropped": ["{share}"],
            "score": ["random"],
            "seed": [1, 2],
        },
        {
            "method": ["slowly"],
            "share": [0.75],
            "dropped": ["{share}"],
            "score": ["movement"],
            "gradual": [{"end": 0.8, "every": 2}],
            "seed": [1],
        },
        {"method": ["not pruned"], "dropped": [0.0], "seed": [1]},
    ],
    "plot": {"x": "share", "curve": "method"},
}


def test_a_sweep_prunes_one_network_in_several_ways(done: Finished, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is missing: no curves can be drawn")
    start = run(config(tune={"epochs": 1}), tmp_path / "start").result.accuracy
    assert start is not None
    swept = litho.run(SWEEP, tmp_path / "out", start=tmp_path / "start")
    found = {point.name: point.result for point in swept.points}
    assert list(found) == [
        *("method=random,seed=1", "method=random,seed=2"),
        *("method=slowly,seed=1", "method=not_pruned,seed=1"),
    ]
    for result in found.values():
        assert result.accuracy.before_compression == start.fake_quantized
    sparsities = [round(result.compression.sparsity, 3) for result in found.values()]
    assert sparsities == [0.5, 0.5, 0.75, 0]
    first, second = (masks(tmp_path / "out" / "points" / name)["fc1"] for name in list(found)[:2])
    assert not torch.equal(first, second)
    with (tmp_path / "out" / "means.csv").open(newline="") as file:
        means = list(csv.DictReader(file))
    before = [found[name].accuracy.before_tuning for name in list(found)[:2]]
    assert means[0]["mean before tuning"] == f"{sum(before) / 2:.4f}"
    assert {row["mean before compression"] for row in means} == {f"{start.fake_quantized:.4f}"}
    assert [row["share"] for row in means] == ["0.5", "0.75", ""]
    with (tmp_path / "out" / "points.csv").open(newline="") as file:
        assert [row["sparsity"] for row in csv.DictReader(file)][2] == "0.7500"


@pytest.mark.slow
def test_the_twin_of_the_pruning_lab_runs_from_its_start_to_its_end(tmp_path: Path) -> None:
    pytest.importorskip("transformers", reason="transformers is missing: no BERT can be built")
    pytest.importorskip("matplotlib", reason="matplotlib is missing: no curves can be drawn")
    study = tomllib.loads((LABS / "ptq_qat_sentences.toml").read_text())
    rule = {"match": study["quantize"][0]["match"], "weights": "fixed8", "inputs": "fixed8"}
    alone = {key: value for key, value in study.items() if key not in ("sweep", "plot")}
    tuned = {**study["tune"], "epochs": 1}
    start = litho.run({**alone, "seed": 1, "quantize": [rule], "tune": tuned}, tmp_path / "start")
    swept = litho.run(
        LABS / "prune_sentences.toml", tmp_path / "out", start=tmp_path / "start", workers=2
    )
    before = start.result.accuracy.fake_quantized
    for point in swept.points:
        layers = rows(tmp_path / "out" / "points" / point.name)
        assert point.result.accuracy.before_compression == before
        pruned = {path for path, row in layers.items() if row["shape"]}
        assert len(pruned) == 2 * 6
        assert all(".encoder.layer." in path for path in pruned)
        asked = float(point.parameters["dropped"])
        assert {float(layers[path]["asked"]) for path in pruned} == {asked}
        assert point.result.compression.sparsity == pytest.approx(asked, abs=1e-3)
    judged = {p.name: p.result.accuracy for p in swept.points}
    for seed in (1, 2):
        half, most = (judged[f"method=L1,sparsity={share},seed={seed}"] for share in (0.5, 0.9))
        random = judged[f"method=random,sparsity=0.5,seed={seed}"]
        assert half.before_tuning > random.before_tuning
        assert most.fake_quantized > most.before_tuning
