"""A sweep as a person meets it: points, pictures, a kill, a failure, the best to start from."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from litho.errors import ConfigError, DataError, SweepError
from litho.flow import read_sweep, run, run_sweep
from litho.flow.config import Accuracies, Config, Figures, Plot
from litho.flow.run import stages_of
from litho.flow.start import with_start
from litho.flow.strict import convert
from litho.flow.sweep import best_of, draw_again, is_sweep_folder, points_in
from litho.flow.sweep_page import charts_of, draw_sweep, point_rows
from litho.hw import Estimate, Interval, Report
from litho.hw import Resources as Counts
from litho.report import (
    COLUMNS,
    Accuracy,
    Compression,
    PointResult,
    Provenance,
    Resources,
    Result,
    Timing,
    read_result,
)

pytest.importorskip("matplotlib", reason="matplotlib is missing: no curves can be drawn")

LABS = Path(__file__).parents[2] / "configs" / "labs"
COMMAND = (sys.executable, "-c", "from litho.app import main; main()")

SMALL = """\
task = "digits"
seed = "{seed}"
[model]
name = "mlp"
options = { hidden = [6] }
[train]
epochs = 2
[[quantize]]
match = ["fc1", "fc2"]
weights = "fixed{bits}"
inputs = "ufixed4"
[tune]
epochs = "{epochs}"
[[sweep]]
method = ["PTQ"]
bits = [3, 6]
epochs = [0]
seed = [1, 2]
[[sweep]]
method = ["QAT"]
bits = [6]
epochs = [1]
seed = [1, 2]
[plot]
x = "bits"
curve = "method"
"""


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache of their own for the tests of this file."""
    before = os.environ.get("LITHO_CACHE")
    os.environ["LITHO_CACHE"] = str(tmp_path_factory.mktemp("cache"))
    yield Path(os.environ["LITHO_CACHE"])
    if before is None:
        del os.environ["LITHO_CACHE"]
    else:
        os.environ["LITHO_CACHE"] = before


def litho(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        (*COMMAND, *arguments),
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Path:
    """A sweep that has ended."""
    del cache
    folder = tmp_path_factory.mktemp("swept")
    (folder / "small.toml").write_text(SMALL)
    done = litho(folder, "run", "small.toml", "--out", "out", "--workers", "2", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == json.loads((folder / "out" / "result.json").read_text())
    return folder / "out"


def accuracies(folder: Path) -> dict[str, dict[str, Any]]:
    points = json.loads((folder / "result.json").read_text())["points"]
    return {point["name"]: point["result"]["accuracy"] for point in points}


def test_a_sweep_leaves_what_the_page_names(swept: Path) -> None:
    assert {path.name for path in swept.iterdir()} == {
        *("config.toml", "result.json", "report.html", "points", "logs", "best"),
        *("points.csv", "means.csv", "plot.svg", "plot.png"),
    }
    names = [f"method={m},bits={b},seed={s}" for m, b, s in _combinations()]
    assert list(accuracies(swept)) == names
    for name in names:
        made = {path.name for path in (swept / "points" / name).iterdir()}
        assert made == {
            *("config.toml", "result.json", "report.html", "formats.csv", "checkpoint", "logs")
        }
        assert (swept / "logs" / f"{name}.log").read_text()


def _combinations() -> list[tuple[str, int, int]]:
    found = [("PTQ", bits, seed) for bits in (3, 6) for seed in (1, 2)]
    return [*found, ("QAT", 6, 1), ("QAT", 6, 2)]


def test_points_of_one_seed_share_their_float_network(swept: Path) -> None:
    found = accuracies(swept)
    for seed in (1, 2):
        parts = [value for name, value in found.items() if name.endswith(f"seed={seed}")]
        assert len({part["float"] for part in parts}) == 1
    tuned, calibrated = found["method=QAT,bits=6,seed=1"], found["method=PTQ,bits=6,seed=1"]
    assert tuned["before_tuning"] == calibrated["fake_quantized"]
    assert "before_tuning" not in calibrated
    assert "hardware" not in calibrated


def test_results_are_the_same_bytes_whatever_the_workers(
    swept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LITHO_CACHE", str(tmp_path / "cache"))
    again = run_sweep(read_sweep(tomllib.loads(SMALL), "here"), tmp_path / "one", title="small")
    names = ("result.json", "points.csv", "means.csv", "plot.svg", "report.html")
    for name in names:
        assert (again.folder / name).read_bytes() == (swept / name).read_bytes(), name
    for path in sorted(swept.glob("points/*/result.json")):
        assert (again.folder / path.relative_to(swept)).read_bytes() == path.read_bytes()


def test_the_tables_and_the_picture_say_what_the_points_say(swept: Path) -> None:
    found = accuracies(swept)
    with (swept / "points.csv").open(newline="") as file:
        rows = {row["point"]: row for row in csv.DictReader(file)}
    assert {n: row["fake_quantized"] for n, row in rows.items()} == {
        name: f"{value['fake_quantized']:.4f}" for name, value in found.items()
    }
    with (swept / "means.csv").open(newline="") as file:
        means = list(csv.DictReader(file))
    assert [(row["curve"], row["bits"], row["runs"]) for row in means] == [
        *(("PTQ", "3", "2"), ("PTQ", "6", "2")),
        ("QAT", "6", "2"),
    ]
    pair = [found[f"method=QAT,bits=6,seed={seed}"]["fake_quantized"] for seed in (1, 2)]
    assert means[-1]["mean"] == f"{sum(pair) / 2:.4f}"
    assert means[-1]["least to greatest"] == f"{min(pair):.4f} to {max(pair):.4f}"
    page = (swept / "report.html").read_text()
    picture = (swept / "plot.svg").read_text()
    assert picture in page
    assert "currentColor" in picture
    assert "#13579b" not in picture
    assert 'href="points/method%3DPTQ%2Cbits%3D3%2Cseed%3D1/report.html"' in page
    assert (swept / "plot.png").read_bytes().startswith(b"\x89PNG")


def test_a_page_of_a_sweep_is_drawn_again(swept: Path) -> None:
    before = (swept / "report.html").read_text()
    assert draw_again(swept).read_text() == before
    done = litho(swept.parent, "report", "out", "--out", "other.html")
    assert done.returncode == 0, done.stderr
    assert (swept.parent / "other.html").read_text() == before
    assert is_sweep_folder(swept)
    assert not is_sweep_folder(swept / "best")


def test_a_folder_without_a_finished_sweep_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="a finished sweep must have a record of its points, and"):
        points_in(tmp_path)


def test_the_best_is_kept_with_its_configuration_and_starts_a_run(
    swept: Path, tmp_path: Path
) -> None:
    best = json.loads((swept / "result.json").read_text())["best"]
    found = accuracies(swept)
    assert found[best["point"]]["fake_quantized"] == max(
        value["fake_quantized"] for value in found.values()
    )
    point = swept / "points" / best["point"]
    for name in ("config.toml", "checkpoint/weights.pt", "result.json"):
        assert (swept / "best" / name).read_bytes() == (point / name).read_bytes()

    tables = {"task": "digits", "model": {"name": "mlp", "options": {"hidden": [6]}}}
    (tmp_path / "on.toml").write_text(
        'task = "digits"\nseed = 7\n[model]\nname = "mlp"\noptions = { hidden = [6] }\n'
        "[tune]\nepochs = 1\n"
    )
    done = litho(tmp_path, "run", "on.toml", "--from", str(swept), "--out", "on", "--json")
    assert done.returncode == 0, done.stderr
    accuracy = json.loads(done.stdout)["accuracy"]
    # Right after loading, exactly what was saved; then it is trained on.
    assert accuracy["before_tuning"] == found[best["point"]]["fake_quantized"]
    assert accuracy["float"] == found[best["point"]]["float"]
    kept = tomllib.loads((tmp_path / "on" / "config.toml").read_text())
    theirs = tomllib.loads((point / "config.toml").read_text())
    assert kept["quantize"] == theirs["quantize"]
    assert kept["split"] == theirs["seed"]

    only = convert({**tables, "start": str(point)}, Config, "here")
    loaded = run(only, tmp_path / "only").result.accuracy
    assert loaded is not None
    assert loaded.fake_quantized == found[best["point"]]["fake_quantized"]
    assert [stage.name for stage in stages_of(only)] == ["train", "quantize", "judge"]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"model": {"name": "residual_mlp"}}, "key 'model.name' must be that of the run to start"),
        ({"split": 9}, "key 'split' must be that of the run to start from, .*, not 9; that run is"),
        (
            {"quantize": [{"weights": "fixed9"}]},
            r"table \[\[quantize\]\] must be that of the run to start from, whose quantization",
        ),
    ],
)
def test_a_run_that_contradicts_its_start_is_refused(
    swept: Path, changes: dict[str, Any], text: str
) -> None:
    tables = {
        "task": "digits",
        "model": {"name": "mlp", "options": {"hidden": [6]}},
        "start": str(swept),
    }
    with pytest.raises(ConfigError, match=text):
        with_start(convert({**tables, **changes}, Config, "here"))


def test_a_start_without_a_checkpoint_is_named(tmp_path: Path) -> None:
    config = convert(
        {"task": "digits", "model": {"name": "mlp"}, "start": str(tmp_path)}, Config, "here"
    )
    with pytest.raises(DataError, match="a run to start from must have left its checkpoint, and"):
        with_start(config)


def test_a_point_that_fails_loses_no_other(tmp_path: Path) -> None:
    text = SMALL.replace("hidden = [6]", 'hidden = ["{width}"]').replace(
        "bits = [3, 6]", "width = [0, 6]\nbits = [6]"
    )
    text = text.replace("epochs = [1]", "epochs = [1]\nwidth = [6]").replace("[1, 2]", "[1]")
    (tmp_path / "fails.toml").write_text(text)
    done = litho(tmp_path, "run", "fails.toml", "--out", "out")
    assert done.returncode == 1
    assert "all 3 points of the sweep must end well, and 1 failed: " in done.stderr
    assert "hidden sizes must be 1 or more, not 0" in done.stderr
    assert "the same command repeats what failed, and `litho run " in done.stderr
    record = json.loads((tmp_path / "out" / "result.json").read_text())
    assert ["result" in point for point in record["points"]] == [False, True, True]
    assert "hidden sizes" in record["points"][0]["error"]
    assert "hidden sizes must be 1 or more" in (tmp_path / "out" / "report.html").read_text()
    name = record["points"][0]["name"]
    assert "ConfigError" in (tmp_path / "out" / "logs" / f"{name}.log").read_text()
    with pytest.raises(SweepError, match="points of the sweep must end well"):
        run_sweep(read_sweep(tomllib.loads(text), "here"), tmp_path / "out")


def test_a_sweep_that_was_killed_continues(swept: Path, tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text(SMALL)
    environment = {**os.environ, "LITHO_CACHE": str(tmp_path / "cache")}
    with subprocess.Popen(
        (*COMMAND, "run", "small.toml", "--out", "out"),
        cwd=tmp_path,
        env=environment,
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    ) as process:
        _wait_for(tmp_path, "cache/stages/judge/*/accuracy.json")
        process.send_signal(signal.SIGKILL)
    assert not (tmp_path / "out" / "result.json").exists()
    kept = {path.parent.name for path in tmp_path.glob("cache/stages/*/*/stage.json")}
    done = subprocess.run(
        (*COMMAND, "run", "small.toml", "--out", "out"),
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    first = tmp_path / "out" / "logs" / "method=PTQ,bits=3,seed=1.log"
    assert first.read_text().startswith("train: cached")
    assert kept <= {path.parent.name for path in tmp_path.glob("cache/stages/*/*/stage.json")}
    assert accuracies(tmp_path / "out") == accuracies(swept)


def _wait_for(folder: Path, pattern: str) -> None:
    deadline = time.monotonic() + 300
    while not any(folder.glob(pattern)):
        assert time.monotonic() < deadline, "the first point must be judged in five minutes"
        time.sleep(0.05)


def test_workers_are_for_sweeps_and_studies(tmp_path: Path) -> None:
    tables = SMALL[: SMALL.index("[[sweep]]")].replace('"{seed}"', "1").replace("{bits}", "6")
    (tmp_path / "one.toml").write_text(tables.replace('"{epochs}"', "0"))
    done = litho(tmp_path, "run", "one.toml", "--workers", "2")
    assert done.returncode == 2
    text = "workers must be given with [[sweep]] or [sensitivity], and one.toml has none of them"
    assert text in done.stderr


def point(name: str, fake: float, taken_bits: float | None, **parameters: Any) -> PointResult:
    taken = None if taken_bits is None else Compression(taken_bits, taken_bits, 10, 10)
    accuracy = Accuracy("accuracy", 0.9, fake)
    result = Result(accuracy, taken, None, None, None, Provenance("0", {}, 1, ""))
    return PointResult(name, parameters, 1, result)


def test_the_best_quantizes_is_accurate_and_takes_fewest_bits() -> None:
    points = [
        *(point("float", 0.99, None), point("wide", 0.9, 8.0), point("narrow", 0.9, 4.0)),
        *(point("same", 0.9, 4.0), point("worse", 0.8, 2.0)),
    ]
    assert best_of(points) == "narrow"
    assert best_of(points[:1]) is None
    assert best_of([PointResult("failed", {}, 1, None, "why")]) is None


def test_runs_without_a_place_are_a_line_across() -> None:
    points = [
        *(point("a", 0.8, 8.0, bits=8, method="PTQ"), point("b", 0.7, 4.0, bits=4, method="PTQ")),
        point("f", 0.9, None, method="float"),
    ]
    (chart,) = charts_of(Plot(x="bits", curve="method"), points)
    assert [curve.label for curve in chart.curves] == ["PTQ", "float"]
    assert [x for x, _ in chart.curves[0].points] == [4, 8]
    assert [curve.is_level for curve in chart.curves] == [False, True]
    assert chart.places == (4, 8)


def test_only_runs_that_differ_in_the_seed_are_averaged() -> None:
    points = [
        *(point("a", 0.8, 8.0, bits=8, seed=1), point("b", 0.7, 8.0, bits=8, seed=2)),
        point("c", 0.6, 8.0, bits=8, seed=1, epochs=1),
    ]
    (curve,) = charts_of(Plot(x="bits"), points[:2])[0].curves
    mean = curve.points[0][1]
    assert (mean.mean, mean.low, mean.high) == (0.75, 0.7, 0.8)
    assert mean.deviation == pytest.approx(0.0707106781)
    with pytest.raises(ConfigError, match=r"must differ in 'seed' alone, and 'a' and 'c' differ"):
        charts_of(Plot(x="bits"), points)


def test_a_picture_asks_for_figures_that_there_are() -> None:
    for name in ("hardware", "luts"):
        message = (
            rf"key 'plot\.y' must be a figure that every point has, not '{name}'; \[hardware\]"
        )
        with pytest.raises(ConfigError, match=message):
            charts_of(Plot(x="bits", y=name), [point("a", 0.8, 8.0, bits=8)])


def built(name: str, interval: int, luts: int, **parameters: Any) -> PointResult:
    """A point on stimuli whose hardware was placed."""
    count = Interval(1, 2, 3)
    report = Report("nextpnr 0.11", Counts(luts, 20, 3, 18432), 87.5, 41)
    resources = Resources(Estimate(count, count, count, count), report)
    timing = Timing(interval + 9, interval, 87.5)
    result = Result(None, None, None, resources, timing, Provenance("0", {}, 1, ""))
    return PointResult(name, parameters, 1, result)


BUILT = [
    *(built("a", 64, 900, rows=8), built("b", 128, 1200, rows=16)),
    PointResult("c", {"rows": 32}, 1, None, "why"),
]


def test_hardware_has_a_column_for_each_figure() -> None:
    headers, rows = point_rows(BUILT)
    assert headers == (
        *("point", "latency", "interval", "luts", "ffs", "dsps", "bram_bits", "fmax_mhz"),
        *("largest_fan_out", "error"),
    )
    assert rows[0] == ("a", "73", "64", "900", "20", "3", "18432", "87.50", "41", "")
    assert rows[2] == ("c", *[""] * 8, "why")


def test_figures_of_hardware_are_drawn_each_in_a_picture_of_its_own(tmp_path: Path) -> None:
    plot = Plot(x="rows", y=("interval", "luts", "fmax_mhz"), title="what is drawn")
    charts = charts_of(plot, BUILT)
    assert [chart.y_label for chart in charts] == [
        *("cycles a sample (interval)", "LUTs", "greatest clock in MHz")
    ]
    assert [chart.from_zero for chart in charts] == [True] * 3
    assert [[value.mean for _, value in chart.curves[0].points] for chart in charts] == [
        *([64, 128], [900, 1200], [87.5, 87.5])
    ]
    (tmp_path / "config.toml").write_text("")
    draw_sweep(tmp_path, plot, BUILT, None, "title")
    assert (tmp_path / "means.csv").read_text().splitlines() == [
        "curve,rows,mean,least to greatest,standard deviation,runs,mean luts,mean fmax mhz",
        "all,8,64,,,1,900,87.50",
        "all,16,128,,,1,1200,87.50",
    ]
    picture = (tmp_path / "plot.svg").read_text()
    assert picture.count("what is drawn</text>") == 1
    for chart in charts:
        assert f">{chart.y_label}</text>" in picture
    assert ">73</td>" in (tmp_path / "report.html").read_text()


def test_what_may_be_drawn_is_what_tables_have() -> None:
    drawn = [*get_args(Accuracies), *get_args(Figures)]
    taken = ("bits_per_weight", "bits_per_quantized_weight", "sparsity")
    assert drawn == [item.name for item in COLUMNS if item.name not in taken]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="the folder of the sweep must be writable, and"):
        run_sweep(read_sweep(tomllib.loads(SMALL), "here"), tmp_path / "file" / "out")


def test_a_picture_without_matplotlib_is_refused_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("litho.flow.sweep.find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"table \[plot\] must have matplotlib to draw with, wh"):
        run_sweep(read_sweep(tomllib.loads(SMALL), "here"), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_the_twin_of_the_lab_runs_from_start_to_end(tmp_path: Path) -> None:
    pytest.importorskip("transformers", reason="transformers is missing: no BERT can be built")
    config = LABS / "ptq_qat_sentences.toml"
    done = litho(tmp_path, "run", str(config), "--out", "out", "--workers", "2")
    assert done.returncode == 0, done.stderr
    found = points_in(tmp_path / "out")
    assert all(item.result for item in found)
    best = json.loads((tmp_path / "out" / "result.json").read_text())["best"]["point"]
    assert read_result(tmp_path / "out" / "best" / "result.json").accuracy is not None
    settings = tomllib.loads((tmp_path / "out" / "best" / "config.toml").read_text())
    tables = {key: settings[key] for key in ("task", "task_options", "model")}
    start = {"start": str(tmp_path / "out")}
    loaded = run(convert({**tables, **start}, Config, "here"), tmp_path / "on").result.accuracy
    saved = next(item.result for item in found if item.name == best)
    assert saved is not None
    assert saved.accuracy is not None
    assert loaded is not None
    assert loaded.fake_quantized == saved.accuracy.fake_quantized
