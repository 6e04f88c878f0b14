"""The arguments of a call in the graph's own terms."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import fx

from litho.ir import AtenCall, Ref

__all__ = ["arguments_of", "spelling_of"]


def spelling_of(call: fx.Node) -> str:
    """Give the spelling of the operator that is called: `aten.linear.default`."""
    target = call.target
    if isinstance(target, torch._ops.OpOverload):
        return str(target)
    module = getattr(target, "__module__", None) or "torch"
    name = getattr(target, "__name__", None) or str(target)
    return f"{module.removeprefix('_')}.{name}"


def arguments_of(call: fx.Node, values: Mapping[str, str]) -> tuple[tuple[str, ...], AtenCall]:
    """Give the tensors that `call` reads, in order, and its arguments by the schema's names.

    `values` gives the graph's name of each traced value that is a tensor or a tuple of them.
    """
    inputs: list[str] = []
    names = _schema_names(call)
    known = names or tuple(f"argument{place}" for place in range(len(call.args)))
    pairs = [*zip(known, call.args, strict=False), *call.kwargs.items()]
    arguments = tuple((name, _value(value, values, inputs)) for name, value in pairs)
    given = {name for name, _ in pairs}
    left_out = None if names is None else tuple(name for name in names if name not in given)
    return tuple(inputs), AtenCall(arguments, left_out)


def _schema_names(call: fx.Node) -> tuple[str, ...] | None:
    schema = getattr(call.target, "_schema", None)
    return tuple(argument.name for argument in schema.arguments) if schema else None


def _value(value: Any, values: Mapping[str, str], inputs: list[str]) -> Any:
    if isinstance(value, fx.Node):
        if value.name not in values:
            return f"%{value.name}"
        inputs.append(values[value.name])
        return Ref(len(inputs) - 1)
    if isinstance(value, tuple | list):
        return tuple(_value(item, values, inputs) for item in value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value).removeprefix("torch.")
