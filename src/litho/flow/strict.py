"""Reads strict TOML into frozen records, and writes records as TOML.

A key that no record knows is an error that names its path and the nearest key.
"""

import difflib
import re
import tomllib
import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from litho.errors import ConfigError

__all__ = ["convert", "dump", "dump_tables", "read_toml"]

_Record = TypeVar("_Record", bound=msgspec.Struct)
_PLACE = re.compile(r"^(?P<what>.*?)(?: - at `\$(?P<path>[^`]*)`)?$", re.DOTALL)
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def read_toml(path: Path) -> dict[str, Any]:
    """Give the tables in the file `path`; raises `ConfigError` when it is absent or no TOML."""
    try:
        return tomllib.loads(path.read_text())
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ConfigError(
            f"a configuration must be a readable TOML file, and {path} is not: {reason}"
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"a configuration must be TOML, and {path} is not: {error}") from error


def convert(tables: Mapping[str, Any], record: type[_Record], place: str) -> _Record:
    """Make a `record` of `tables`, which came from `place`.

    Raises `ConfigError` with the key's path for an unknown key, an absent one, a value of a wrong
    type or out of its range.
    """
    _refuse_unknown(tables, record, "", place)
    try:
        return msgspec.convert(tables, record)
    except msgspec.ValidationError as error:
        raise ConfigError(_reworded(str(error), tables, place)) from error


def _refuse_unknown(value: Any, kind: Any, path: str, place: str) -> None:
    record = _record_of(kind)
    if record is None:
        return
    for index, item in enumerate(value) if isinstance(value, list) else ((None, value),):
        if not isinstance(item, dict):
            continue
        prefix = path if index is None else f"{path}[{index}]"
        hints = typing.get_type_hints(record)
        for key, inner in item.items():
            if key not in hints:
                raise ConfigError(_unknown(key, list(hints), prefix, place))
            _refuse_unknown(inner, hints[key], f"{prefix}.{key}".lstrip("."), place)


def _record_of(kind: Any) -> type[msgspec.Struct] | None:
    """Give the record inside `R`, `R | None` or `tuple[R, ...]`, if there is one."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return kind
    if isinstance(kind, types.UnionType | types.GenericAlias) or typing.get_origin(kind):
        inner = (_record_of(item) for item in typing.get_args(kind))
        return next((found for found in inner if found is not None), None)
    return None


def _unknown(key: str, known: list[str], prefix: str, place: str) -> str:
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}?" if near else "remove it"
    table = f"[{prefix}]" if prefix else "the top level"
    path = f"{prefix}.{key}" if prefix else key
    return (
        f"key {path!r} must be one of {', '.join(sorted(known))} (keys of {table}),"
        f" not {key!r}; in {place}; {hint}"
    )


def _reworded(message: str, tables: Mapping[str, Any], place: str) -> str:
    found = _PLACE.match(message)
    assert found is not None
    what, path = found["what"], (found["path"] or "").lstrip(".")
    missing = re.fullmatch(r"Object missing required field `(\w+)`", what)
    if missing:
        key = f"{path}.{missing[1]}" if path else missing[1]
        return f"key {key!r} must be there, and is absent; in {place}; add it"
    subject = f"key {path!r}" if path else "the configuration"
    if not what.startswith("Expected"):
        return f"{subject}: {what}; in {place}"
    rule = what.split(", got")[0].removeprefix("Expected ").replace("`", "")
    rule = rule.removesuffix(" | null")  # TOML has none: the key is left out
    value = _value_at(tables, path)
    return f"{subject} must be {rule}, not {value!r}; in {place}; correct the value"


def _value_at(tables: Any, path: str) -> Any:
    for key, index in re.findall(r"([^.\[\]]+)|\[(\d+)\]", path):
        tables = tables[int(index)] if index else tables[key]
    return tables


def dump(record: msgspec.Struct) -> str:
    """Give `record` as TOML: every key with its value, absent ones left out."""
    return dump_tables(msgspec.to_builtins(record))


def dump_tables(tables: Mapping[str, Any]) -> str:
    """Give `tables` as TOML; a value that is None is left out."""
    return _table(tables, "").lstrip("\n")


def _table(values: Mapping[str, Any], path: str) -> str:
    plain = {key: value for key, value in values.items() if not _is_table(value)}
    text = "".join(f"{_key(k)} = {_scalar(v)}\n" for k, v in plain.items() if v is not None)
    for key, value in values.items():
        name = f"{path}.{_key(key)}".lstrip(".")
        if isinstance(value, Mapping):
            text += f"\n[{name}]\n{_table(value, name)}"
        elif _is_table(value):
            text += "".join(f"\n[[{name}]]\n{_table(item, name)}" for item in value)
    return text


def _is_table(value: Any) -> bool:
    is_list = isinstance(value, list | tuple) and bool(value) and isinstance(value[0], Mapping)
    return isinstance(value, Mapping) or is_list


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _scalar(key)


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return msgspec.json.encode(value).decode()
    if isinstance(value, list | tuple):
        return f"[{', '.join(_scalar(item) for item in value)}]"
    return repr(value)
