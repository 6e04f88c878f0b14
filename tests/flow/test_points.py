"""A sweep has the points of its tables, and each is a configuration."""

from pathlib import Path
from typing import Any

import pytest

from litho.errors import ConfigError
from litho.flow.points import Sweep, read_sweep

TABLES: dict[str, Any] = {
    "task": "digits",
    "seed": "{seed}",
    "model": {"name": "mlp", "options": {"hidden": ["{width}"]}},
    "quantize": [{"match": "*", "weights": "fixed{bits}", "scale": "{scale}"}],
    "tune": {"epochs": "{epochs}"},
    "sweep": [
        {"bits": [4, 8], "width": [16], "epochs": [0], "seed": [1, 2]},
        {"bits": [4], "width": [16], "epochs": [1], "scale": ["learned"], "seed": [1]},
    ],
}


def sweep(**changes: Any) -> Sweep:
    return read_sweep({**TABLES, **changes}, "here")


def test_a_table_is_the_product_of_its_lists_and_tables_follow_each_other() -> None:
    found = [point.parameters for point in sweep().points]
    assert [(p["bits"], p["seed"], p["epochs"]) for p in found] == [
        *((4, 1, 0), (4, 2, 0), (8, 1, 0), (8, 2, 0)),
        (4, 1, 1),
    ]


def test_placeholders_take_the_value_with_its_type_or_stand_inside_a_text() -> None:
    config = sweep().points[3].config
    assert (config.seed, config.tune.epochs) == (2, 0)
    assert config.model.options == {"hidden": [16]}
    assert config.quantize[0].weights == "fixed8"


def test_a_key_is_left_out_where_a_point_has_no_such_parameter() -> None:
    points = sweep().points
    assert points[0].config.quantize[0].scale is None
    assert points[4].config.quantize[0].scale == "learned"


def test_values_may_be_made_of_other_values() -> None:
    rule = {"weights": "{format}"}
    table = {"bits": [4, 6], "format": ["fixed{bits}", "int{bits}"]}
    found = read_sweep(
        {"task": "digits", "model": {"name": "mlp"}, "quantize": [rule], "sweep": [table]}, "here"
    )
    weights = [point.config.quantize[0].weights for point in found.points]
    assert weights == ["fixed4", "int4", "fixed6", "int6"]


def test_a_point_that_two_tables_have_is_run_once() -> None:
    assert len(sweep(sweep=TABLES["sweep"] * 2).points) == 5


def test_names_have_what_tells_points_apart_and_no_more() -> None:
    assert [point.name for point in sweep().points] == [
        *("bits=4,epochs=0,seed=1", "bits=4,epochs=0,seed=2"),
        *("bits=8,epochs=0,seed=1", "bits=8,epochs=0,seed=2"),
        "bits=4,epochs=1,seed=1",
    ]


def test_names_are_names_of_folders() -> None:
    table = {"match": ["a/b", "a b", "*"], "bits": [4], "width": [2], "epochs": [0], "seed": [0]}
    quantize = [{"match": "{match}", "weights": "fixed{bits}", "scale": "{scale}"}]
    tables = [{**table, "scale": ["unit"]}]
    names = [point.name for point in sweep(sweep=tables, quantize=quantize).points]
    assert len(set(names)) == 3
    assert not any("/" in name or " " in name for name in names)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"sweep": 3}, r"key 'sweep' must be tables \[\[sweep\]\] of lists, not 3; in here"),
        ({"sweep": [{"seed": 1}]}, r"key 'sweep\[0\]\.seed' must be a list of values, not 1"),
        (
            {"seed": "{sed}"},
            r"placeholder '\{sed\}' of key 'seed' must be a parameter of \[\[sweep\]\], one",
        ),
        (
            {"quantize": [{"weights": "fixed8", "match": "a{scale}"}], "task": "fixed{bits}"},
            r"placeholder '\{scale\}' inside the text of key 'quantize\[0\]\.match' must have a"
            r" value in every table \[\[sweep\]\], and the one with bits=4, width=16",
        ),
        (
            {"seed": 1},
            r"parameter 'seed' of \[\[sweep\]\] must be used, by a placeholder '\{seed\}' or as x",
        ),
        (
            {"plot": {"x": "bit"}},
            r"key 'plot' must name parameters of \[\[sweep\]\], not 'bit'",
        ),
        (
            {"plot": {"x": "bits", "colour": "red"}},
            r"key 'colour' must be one of curve, .*\[plot\] of here",
        ),
        (
            {"train": {"epochs": "x{seed}"}},
            r"key 'train\.epochs' must be int, not 'x1'; in here, point bits=4,epochs=0,seed=1",
        ),
    ],
)
def test_what_is_wrong_is_said_before_any_point_runs(changes: dict[str, Any], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        sweep(**changes)


def test_the_text_of_a_sweep_reads_back_as_the_sweep() -> None:
    import tomllib

    found = sweep()
    assert read_sweep(tomllib.loads(found.text), "here") == found


def test_the_text_of_a_sweep_names_files_from_anywhere(tmp_path: Path) -> None:
    import tomllib

    rules = [
        {"match": "fc1", "module": "net.py:{make}", "options": {"module": "net.py:other"}},
        {"match": "fc2", "module": "net.py:thin"},
    ]
    tables = {
        **{key: value for key, value in TABLES.items() if key not in ("sweep", "plot")},
        "compress": [{"replace": rules}, {"prune": [{"sparsity": 0.5}]}],
        "sweep": [{**TABLES["sweep"][1], "make": ["a", "b"]}],
    }
    found = read_sweep(tables, "here", tmp_path)
    first = found.points[0].config.compress[0].replace
    assert [rule.module for rule in first] == [f"{tmp_path}/net.py:a", f"{tmp_path}/net.py:thin"]
    text = tomllib.loads(found.text)["compress"]
    assert text[0]["replace"][0] == rules[0]
    assert text[0]["replace"][1]["module"] == f"{tmp_path}/net.py:thin"
    assert text[1] == {"prune": [{"sparsity": 0.5}]}
