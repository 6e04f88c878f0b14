"""The operators that PyTorch has, and how their spellings are checked."""

import difflib
from functools import cache

import torch

from litho.errors import ConfigError
from litho.ir import Registry

__all__ = ["check_operators"]

_NAMED = 3  # operators of nearly the spelling that are named
_PYTORCH = ("aten", "prims")  # other operators may be made later, by the file of a network


def check_operators(registry: Registry) -> None:
    """Demand of each PyTorch operator that an operation lowers that PyTorch has it.

    Operators of another name space may be made when a network is loaded, and are not looked for.
    Raises `ConfigError` with the operators of nearly that spelling.
    """
    for op in registry:
        for spelling in (name for lowering in op.lowerings for name in lowering.aten):
            if spelling.split(".")[0] in _PYTORCH and spelling not in _known():
                near = _near(spelling)
                hint = (
                    f"did you mean {' or '.join(near)}?" if near else "`litho capture` shows them"
                )
                raise ConfigError(
                    f"operation {op.name!r} must lower operators that PyTorch"
                    f" {torch.__version__.partition('+')[0]} has, and it has no {spelling}; {hint}"
                )


def _near(spelling: str) -> list[str]:
    """Give the overloads of the operator, else operators that are spelled nearly so."""
    name = spelling.rpartition(".")[0]
    overloads = sorted(known for known in _known() if known.rpartition(".")[0] == name)
    return overloads[:_NAMED] or difflib.get_close_matches(spelling, _known(), n=_NAMED)


@cache
def _known() -> frozenset[str]:
    """Give the spelling of every operator: `aten.add.Tensor`, `aten.relu.default`."""
    names = torch._C._dispatch_get_all_op_names()
    return frozenset(
        (name if "." in name else f"{name}.default").replace("::", ".") for name in names
    )
