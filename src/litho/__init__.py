"""Litho takes a PyTorch model to proven silicon.

The verbs of the command line are functions here: `litho.capture`, `litho.emit`, `litho.run` …
What they need is imported when one is first asked for.
"""

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from litho._version import __version__

if TYPE_CHECKING:
    from litho.api import (
        capture,
        doctor,
        draw,
        emit,
        estimate,
        interpret,
        load,
        lower,
        prune,
        quantize,
        report,
        run,
        save,
        simulate,
        stats,
        synthesize,
        synthesize_blocks,
    )
    from litho.api import (
        list as list,
    )
    from litho.compress import PruneRule, QuantizeRule
    from litho.errors import LithoError
    from litho.ir import Graph

__all__ = [
    "Graph",
    "LithoError",
    "PruneRule",
    "QuantizeRule",
    "__version__",
    "capture",
    "doctor",
    "draw",
    "emit",
    "estimate",
    "interpret",
    "load",
    "lower",
    "prune",
    "quantize",
    "report",
    "run",
    "save",
    "simulate",
    "stats",
    "synthesize",
    "synthesize_blocks",
]

# `list` is not in `__all__`: `from litho import *` must not hide Python's own.
_HOMES = {
    "Graph": "litho.ir",
    "LithoError": "litho.errors",
    "PruneRule": "litho.compress",
    "QuantizeRule": "litho.compress",
    "list": "litho.api",
}


def __getattr__(name: str) -> Any:
    if name not in __all__ and name not in _HOMES:
        raise AttributeError(f"module 'litho' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES.get(name, "litho.api")), name)


def __dir__() -> tuple[str, ...]:
    return (*__all__, "list")


class _Verb(ModuleType):
    """A package that bears the name of a verb: `litho.emit` holds code, and can be called."""

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        return getattr(importlib.import_module("litho.api"), self.__name__.split(".")[1])(
            *arguments, **options
        )


class _Litho(ModuleType):
    """This module; Python sets a package in it as an attribute when that is imported."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name in __all__ and isinstance(value, ModuleType):
            value.__class__ = _Verb
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Litho
