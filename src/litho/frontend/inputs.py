"""Which inputs a model takes by name, and what it does beside taking them."""

import inspect
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from torch import nn

from litho.errors import ConfigError
from litho.ir import Graph

__all__ = ["check_names", "check_read", "without_cache"]


def check_names(model: nn.Module, names: Iterable[str], is_strict: bool = False) -> None:
    """Raise `ConfigError` when `forward` cannot be given an argument of one of `names`.

    With `is_strict`, arguments that it takes by `**kwargs` alone are refused too.
    """
    own, takes_any = _names_of(model)
    if is_strict or not takes_any:
        _refuse(model, own, [name for name in names if name not in own])


def check_read(model: nn.Module, names: Iterable[str], graph: Graph) -> None:
    """Raise `ConfigError` when `forward` took one of `names` and only let it drop.

    A `forward` with `**kwargs` takes every name, a misspelled one too.
    """
    own, _ = _names_of(model)
    strange = [name for name in names if name not in own]
    known = {item.name for item in graph.inputs}
    read = {name for name in known if graph.users(name) or name in graph.outputs}
    _refuse(model, own, [name for name in strange if name in known and name not in read])


@contextmanager
def without_cache(model: nn.Module) -> Iterator[None]:
    """Keep a model of Hugging Face from giving its cache, which is no tensor, meanwhile."""
    config = getattr(model, "config", None)
    if not getattr(config, "use_cache", False):
        yield
        return
    config.use_cache = False  # type: ignore[union-attr]  # None has no use_cache
    try:
        yield
    finally:
        config.use_cache = True  # type: ignore[union-attr]


def _names_of(model: nn.Module) -> tuple[tuple[str, ...], bool]:
    """Give the arguments that `forward` names, and whether it takes any other."""
    parameters = inspect.signature(model.forward).parameters.values()
    by_name = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    own = tuple(item.name for item in parameters if item.kind in by_name)
    return own, any(item.kind is inspect.Parameter.VAR_KEYWORD for item in parameters)


def _refuse(model: nn.Module, own: tuple[str, ...], strange: list[str]) -> None:
    if strange:
        raise ConfigError(
            f"an input of {type(model).__name__} must be one of {', '.join(own)}, not"
            f" {', '.join(strange)}"
        )
