"""A model of the user's own, by `module:function`."""

import importlib
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn

from litho.errors import ConfigError

__all__ = ["example_of", "load_model"]


def load_model(spelling: str, options: Mapping[str, Any], folder: Path | None = None) -> nn.Module:
    """Give what `module:function` makes of `options`.

    `module` is a module to import or the path of a .py file, both looked for from `folder` too.
    Raises `ConfigError` with the reason when it cannot be imported, has no such function, or
    makes no module.
    """
    module, _, function = spelling.partition(":")
    if not module or not function:
        raise ConfigError(f"a model must be spelled `module:function`, not {spelling!r}")
    found = getattr(_import(module, folder or Path.cwd(), spelling), function, None)
    if not callable(found):
        raise ConfigError(
            f"model {spelling!r} must name a function, and {module} has no {function!r}"
        )
    try:
        model = found(**options)
    except TypeError as error:
        raise ConfigError(
            f"options of model {spelling!r} must fit its function: {error}"
        ) from error
    if not isinstance(model, nn.Module):
        raise ConfigError(
            f"model {spelling!r} must make a torch.nn.Module, not a {type(model).__name__}"
        )
    return model


def example_of(shapes: Sequence[str]) -> tuple[torch.Tensor, ...]:
    """Give zeros of the shapes that are spelled `1,64`, to capture a model with.

    Raises `ConfigError` for what is not a shape.
    """
    return tuple(torch.zeros(_shape(spelling)) for spelling in shapes)


def _shape(spelling: str) -> tuple[int, ...]:
    parts = spelling.split(",")
    if not all(part.strip().isdigit() and int(part) for part in parts):
        raise ConfigError(f"a shape must be whole numbers above 0 (such as 1,64), not {spelling!r}")
    return tuple(int(part) for part in parts)


def _import(module: str, folder: Path, spelling: str) -> Any:
    path = folder / module
    if module.endswith(".py"):
        folder, module = path.parent, path.stem
        if not path.is_file():
            raise ConfigError(f"model {spelling!r} must be in a file, and {path} is not there")
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module(module)
    except (ImportError, SyntaxError, AttributeError, NameError, TypeError, ValueError) as error:
        raise ConfigError(
            f"model {spelling!r} must be importable, and {module} is not:"
            f" {type(error).__name__}: {error}; from {folder}"
        ) from error
    finally:
        sys.path.remove(str(folder))
