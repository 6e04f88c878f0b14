"""Where the files and folders lie that a configuration names."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from litho.errors import ConfigError

if TYPE_CHECKING:
    from litho.flow.config import Config

__all__ = ["located"]


def located(config: "Config", folder: Path) -> "Config":
    """Give `config` with paths from the root, relative ones taken from `folder`, its file's.

    Those are the user's operations, the file of the model, its weights, the data, and the run to
    start from; what `options` hold is handed on as it is.
    Raises `ConfigError` for a path that is not there but would be from the working directory.
    """
    name, colon, function = config.model.name.partition(":")
    if colon and name.endswith(".py"):
        name = _located("model.name", name, folder) or name
    model = replace(
        config.model,
        name=f"{name}{colon}{function}",
        weights=_located("model.weights", config.model.weights, folder),
    )
    ops = (_located(f"ops[{at}]", path, folder) for at, path in enumerate(config.ops))
    return replace(
        config,
        model=model,
        ops=tuple(path for path in ops if path),
        data=_located("data", config.data, folder),
        start=_located("start", config.start, folder),
    )


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
