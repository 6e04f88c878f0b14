"""Where the files and folders lie that a configuration names."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from litho.errors import ConfigError

if TYPE_CHECKING:
    from litho.flow.config import Config, Replace

__all__ = ["function_at", "located"]


def located(config: "Config", folder: Path) -> "Config":
    """Give `config` with paths from the root, relative ones taken from `folder`, its file's.

    Those are the user's operations, the files of the model and of what replaces layers, its
    weights, the data, and the run to start from; what `options` hold is handed on as it is.
    Raises `ConfigError` for a path that is not there but would be from the working directory.
    """
    model = replace(
        config.model,
        name=function_at("model.name", config.model.name, folder),
        weights=_located("model.weights", config.model.weights, folder),
    )
    tables = [
        replace(table, replace=_replacing(f"compress[{at}].replace", table.replace, folder))
        for at, table in enumerate(config.compress)
    ]
    ops = (_located(f"ops[{at}]", path, folder) for at, path in enumerate(config.ops))
    return replace(
        config,
        model=model,
        compress=tuple(tables),
        ops=tuple(path for path in ops if path),
        data=_located("data", config.data, folder),
        start=_located("start", config.start, folder),
    )


def _replacing(key: str, rules: "tuple[Replace, ...]", folder: Path) -> "tuple[Replace, ...]":
    found = (function_at(f"{key}[{at}].module", r.module, folder) for at, r in enumerate(rules))
    return tuple(replace(rule, module=name) for rule, name in zip(rules, found, strict=True))


def function_at(key: str, spelling: str, folder: Path) -> str:
    """Give `file.py:function` with the path of the file from the root; others as they are."""
    name, colon, function = spelling.partition(":")
    if colon and name.endswith(".py"):
        name = _located(key, name, folder) or name
    return f"{name}{colon}{function}"


def _located(key: str, spelling: str | None, folder: Path) -> str | None:
    if spelling is None:
        return None
    path = (folder / Path(spelling).expanduser()).resolve()
    here = Path(spelling).resolve()
    if not path.exists() and here.exists():
        better = os.path.relpath(here, folder.resolve())
        raise ConfigError(
            f"key {key!r} must be a path from the folder of the configuration, and {path} is not"
            f" there; from the working directory it is: write {better!r}"
        )
    return str(path)
