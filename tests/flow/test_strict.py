"""Strict TOML: what is wrong is named by its path, with the nearest right key."""

from pathlib import Path

import msgspec
import pytest

from litho.errors import ConfigError
from litho.flow.config import Config, load_config, resolved
from litho.flow.strict import convert, dump, read_toml

GOOD = """\
task = "digits"
[model]
name = "mlp"
[model.options]
hidden = [32]
[train]
epochs = 3
[[quantize]]
match = "*"
[hardware]
device = "ecp5-25k"
[[hardware.lanes]]
match = "fc1"
inputs = 2
outputs = 1
"""


def load(folder: Path, text: str) -> Config:
    path = folder / "run.toml"
    path.write_text(text)
    return load_config(path)


def test_a_good_configuration_gets_every_default(tmp_path: Path) -> None:
    config = load(tmp_path, GOOD)
    assert (config.seed, config.model.options, config.hardware.share) == (
        0,
        {"hidden": [32]},
        0.8,
    )
    assert config.synthesize is None


def test_a_resolved_configuration_reads_back_as_itself(tmp_path: Path) -> None:
    config = load(tmp_path, GOOD)
    assert load(tmp_path, resolved(config)) == config


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("task =", "tsk =", r"key 'tsk' must be one of .*; did you mean 'task'\?"),
        ("epochs", "epoch", r"key 'train\.epoch' must be .*run\.toml; did you mean 'epochs'\?"),
        ("outputs", "outpts", r"key 'hardware\.lanes\[0\]\.outpts' .*did you mean 'outputs'\?"),
        ("inputs = 2", "inputs = 0", r"key 'hardware\.lanes\[0\]\.inputs' must be int >= 1, not 0"),
        ("epochs = 3", "epochs = -1", r"key 'train\.epochs' must be int >= 0, not -1"),
        (
            "[[hardware.lanes]]",
            'weights = "stream"\nhold_zeros = ["fc1"]\n[[hardware.lanes]]',
            r"hold_zeros must have weights in ROM; give weights = 'rom', or leave hold_zeros out",
        ),
        (
            "[[hardware.lanes]]",
            'weights = "stream"\nskip_zeros = ["fc1"]\n[[hardware.lanes]]',
            r"skip_zeros must have weights in ROM; give weights = 'rom', or leave skip_zeros out",
        ),
        ("[[hardware.lanes]]", "within = 0.1\n[[hardware.lanes]]", r"within must be .* interval"),
        ('"digits"', "3", r"key 'task' must be str, not 3"),
        ("ecp5-25k", "ecp5-25", r"'hardware'.*device must be one of .*did you mean 'ecp5-25k'\?"),
        ('name = "mlp"', "", r"key 'model\.name' must be there, and is absent"),
        ("[32]", "[32", r"must be TOML, and .*run\.toml is not: "),
    ],
)
def test_a_wrong_configuration_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load(tmp_path, GOOD.replace(old, new, 1))


def test_an_absent_configuration_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml is not: No such file"):
        load_config(tmp_path / "none.toml")


def test_a_configuration_that_is_not_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "binary.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match=r"binary\.toml is not: it is not UTF-8"):
        read_toml(path)


class _Inner(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    text: str
    flags: tuple[bool, ...] = ()


class _Outer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    inner: _Inner
    several: tuple[_Inner, ...] = ()
    absent: int | None = None


def test_dumped_text_survives_quotes_lines_and_empty_lists(tmp_path: Path) -> None:
    record = _Outer(_Inner('a "b"\n\\c é', (True, False)), (_Inner(""), _Inner("x.y")))
    path = tmp_path / "dump.toml"
    path.write_text(dump(record))
    assert convert(read_toml(path), _Outer, "dump.toml") == record
