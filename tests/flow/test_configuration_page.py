"""docs/configuration.md has every key of a configuration, with its default."""

import re
import tomllib
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest

from litho.errors import ConfigError
from litho.flow import Config, config, read_sweep
from litho.flow.config import Plot
from litho.flow.strict import convert

PAGE = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text()
EXAMPLE, COMPRESS, SWEEP = (
    tomllib.loads(text) for text in re.findall(r"```toml\n(.*?)```", PAGE, re.S)
)

Record = type[msgspec.Struct]


def records(record: Record = Config, path: str = "") -> Iterator[tuple[str, Record]]:
    """Each record with the heading it has on the page, one that stands in two places twice."""
    yield path or "The top level", record
    for field in msgspec.structs.fields(record):
        inner = [item for item in _parts(field.type) if _is_record(item)]
        name = f"{path.strip('[]')}.{field.name}".lstrip(".")
        is_list = typing.get_origin(_plain(field.type)) is tuple
        for item in inner:
            yield from records(item, f"[[{name}]]" if is_list else f"[{name}]")


def _plain(kind: Any) -> Any:
    return kind.__origin__ if hasattr(kind, "__metadata__") else kind


def _parts(kind: Any) -> Iterator[Any]:
    yield kind
    for item in typing.get_args(kind):
        yield from _parts(item)


def _is_record(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


_BASE = Config.__base__  # what all records have in common
EVERY = [*records(), ("[plot]", Plot)]
# A record is described where it stands first.
RECORDS = [(h, r) for at, (h, r) in enumerate(EVERY) if r not in dict(EVERY[:at]).values()]


def section(heading: str) -> dict[str, list[str]]:
    """The rows of the table under a heading, by key."""
    name = heading if heading[0] != "[" else f"`{heading}`"
    found = re.search(rf"^##+ {re.escape(name)}\n(.*?)(?=^##|\Z)", PAGE, re.S | re.M)
    assert found, f"docs/configuration.md has no section {name}"
    rows = [line.strip("| ").split(" | ") for line in found[1].splitlines() if "|" in line]
    return {row[0].strip("`"): row[1:] for row in rows if row[0].startswith("`")}


def default(field: msgspec.structs.FieldInfo) -> str:
    if field.required:
        return "required"
    value = field.default_factory() if field.default is msgspec.NODEFAULT else field.default
    if value is None:
        return "absent"
    if isinstance(value, msgspec.Struct):
        return "its defaults"
    return f"`{msgspec.json.encode(value).decode()}`"


@pytest.mark.parametrize(("heading", "record"), RECORDS, ids=[heading for heading, _ in RECORDS])
def test_the_page_has_every_key_with_its_default(heading: str, record: Record) -> None:
    rows = section(heading)
    fields = msgspec.structs.fields(record)
    assert {key: row[1] for key, row in rows.items()} == {
        field.name: default(field) for field in fields
    }
    for field in fields:
        words = [
            w
            for kind in _parts(field.type)
            if typing.get_origin(kind) is Literal
            for w in kind.__args__
        ]
        # A key that takes one word or several has the words once.
        assert re.findall(r'"(\w+)"', rows[field.name][0]) == list(dict.fromkeys(words))
        assert rows[field.name][2], field.name


def test_the_page_has_every_record() -> None:
    own = [item for item in vars(config).values() if _is_record(item)]
    every = {item for item in own if item.__module__ == config.__name__ and item is not _BASE}
    assert {record for _, record in RECORDS} == every


def test_the_example_is_a_configuration() -> None:
    found = convert(EXAMPLE, Config, "the page")
    assert found.hardware
    assert found.hardware.lanes
    required = {"task": "digits", "model": {"name": "mlp"}, "quantize": [{"weights": "fixed8"}]}
    assert convert(required, Config, "the page").train == config.Train()
    for key in required:
        with pytest.raises(ConfigError, match=key):
            convert({k: v for k, v in required.items() if k != key}, Config, "the page")


def test_the_example_of_compression_is_one() -> None:
    found = convert({**EXAMPLE, **COMPRESS}, Config, "the page").compress
    assert [bool(table.prune) for table in found] == [True, False]


def test_the_example_of_a_sweep_is_one() -> None:
    assert len(read_sweep(SWEEP, "the page").points) == 3 * 2 * 3
