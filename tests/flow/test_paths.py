"""Paths in a configuration begin where its file lies."""

from pathlib import Path

import pytest

from litho.errors import ConfigError
from litho.flow import Config
from litho.flow.paths import located
from litho.flow.strict import convert


def config(name: str = "mlp", weights: str | None = None, **keys: object) -> Config:
    tables = {
        "task": "digits",
        "quantize": [{"weights": "fixed8"}],
        "hardware": {"device": "ecp5-25k"},
        "model": {"name": name, **({"weights": weights} if weights else {})},
    }
    return convert({**tables, **keys}, Config, "here")


def test_relative_paths_are_taken_from_the_folder_of_the_file(tmp_path: Path) -> None:
    found = located(
        config(
            name="net.py:make",
            weights="w/start.pt",
            ops=["../mine", "/far"],
            data="sets",
            start="a",
        ),
        tmp_path / "inner",
    )
    assert found.model.name == f"{tmp_path}/inner/net.py:make"
    assert found.model.weights == f"{tmp_path}/inner/w/start.pt"
    assert found.ops == (f"{tmp_path}/mine", "/far")
    assert (found.data, found.start) == (f"{tmp_path}/inner/sets", f"{tmp_path}/inner/a")
    assert located(found, Path("elsewhere")) == found
    rules = [{"match": "a", "module": "net.py:thin"}, {"match": "b", "module": "package:thin"}]
    (table,) = located(config(compress=[{"replace": rules}]), tmp_path / "inner").compress
    assert [rule.module for rule in table.replace] == [
        *(f"{tmp_path}/inner/net.py:thin", "package:thin")
    ]


def test_the_folder_of_the_user_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert located(config(data="~/sets"), Path("inner")).data == f"{tmp_path}/sets"


@pytest.mark.parametrize("name", ["mlp", "package.module:make"])
def test_what_is_no_path_stays(name: str, tmp_path: Path) -> None:
    assert located(config(name=name), tmp_path) == config(name=name)


def test_a_path_from_the_working_directory_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path)
    text = (
        r"key 'ops\[0\]' must be a path from the folder of the configuration, and .*inner/mine is"
        r" not there; from the working directory it is: write '\.\./mine'"
    )
    with pytest.raises(ConfigError, match=text):
        located(config(ops=["mine"]), Path("inner"))
    (tmp_path / "inner" / "mine").mkdir(parents=True)
    assert located(config(ops=["mine"]), Path("inner")).ops == (str(tmp_path / "inner" / "mine"),)
