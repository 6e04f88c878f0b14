"""A model, or a layer, of the user's own, by `module:function`."""

import importlib
import importlib.util
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from litho.errors import ConfigError
from litho.tasks.data import Data

__all__ = ["check_model", "load_layer", "load_model"]

# What a user's own code may raise; interrupts and exits pass.
_FAILURES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    ImportError,
    LookupError,
    NameError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)


def load_model(spelling: str, options: Mapping[str, Any], folder: Path | None = None) -> nn.Module:
    """Give what `module:function` makes of `options`.

    `module` is a module to import or the path of a .py file, both looked for from `folder` too.
    Raises `ConfigError` with the reason when it cannot be imported, has no such function, or
    makes no module.
    """
    return _made(_function(spelling, folder), (), options, spelling)


def load_layer(spelling: str, options: Mapping[str, Any], path: str, old: nn.Module) -> nn.Module:
    """Give what `module:function` makes of the layer `old` at `path` of a model, and of `options`.

    Raises what `load_model` raises.
    """
    return _made(_function(spelling), (path, old), options, spelling)


def _function(spelling: str, folder: Path | None = None) -> Callable[..., Any]:
    """Give the function that `module:function` spells, as `load_model` looks for it."""
    module, _, function = spelling.partition(":")
    if not module or not function:
        raise ConfigError(f"a model must be spelled `module:function`, not {spelling!r}")
    found = getattr(_import(module, folder or Path.cwd(), spelling), function, None)
    if not callable(found):
        raise ConfigError(
            f"model {spelling!r} must name a function, and {module} has no {function!r}"
        )
    made: Callable[..., Any] = found
    return made


def _made(
    function: Callable[..., Any], given: tuple[Any, ...], options: Mapping[str, Any], spelling: str
) -> nn.Module:
    try:
        model = function(*given, **options)
    except _FAILURES as error:
        raise ConfigError(
            f"model {spelling!r} must be made by its function from the options"
            f" {', '.join(options) or '(none)'}, and is not: {type(error).__name__}: {error}"
        ) from error
    if not isinstance(model, nn.Module):
        raise ConfigError(
            f"model {spelling!r} must make a torch.nn.Module, not a {type(model).__name__}"
        )
    return model


def check_model(model: nn.Module, data: Data) -> None:
    """Raise `ConfigError` unless `model` takes samples of `data` and gives a number a class.

    Of stimuli, which have no classes, it need only take them.
    """
    shape = list(data.example.shape)
    was_training = model.training
    try:
        with torch.no_grad():
            outputs = model.eval()(data.example)
    except _FAILURES as error:
        reason = str(error).strip().split("\n", 1)[0]
        raise ConfigError(
            f"model {type(model).__name__} must take inputs of shape {shape} of task"
            f" {data.name!r}, and does not: {type(error).__name__}: {reason}"
        ) from error
    finally:
        model.train(was_training)
    if not data.classes:
        return
    wanted = (1, data.classes)
    if not isinstance(outputs, torch.Tensor) or tuple(outputs.shape) != wanted:
        given = list(outputs.shape) if isinstance(outputs, torch.Tensor) else type(outputs).__name__
        raise ConfigError(
            f"model {type(model).__name__} must give {list(wanted)} for one sample of task"
            f" {data.name!r}, not {given}"
        )


def _import(module: str, folder: Path, spelling: str) -> Any:
    path = folder / module
    is_file = module.endswith(".py")
    if is_file and not path.is_file():
        raise ConfigError(f"model {spelling!r} must be in a file, and {path} is not there")
    folder = path.parent if is_file else folder
    sys.path.insert(0, str(folder))
    try:
        return _import_file(path) if is_file else importlib.import_module(module)
    except _FAILURES as error:
        raise ConfigError(
            f"model {spelling!r} must be importable, and {module} is not:"
            f" {type(error).__name__}: {error}; from {folder}"
        ) from error
    finally:
        sys.path.remove(str(folder))


def _import_file(path: Path) -> Any:
    """Import a file under a name of its own, so that it hides no module and none hides it."""
    spec = importlib.util.spec_from_file_location(f"users_model_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
