"""Runs a captured graph by PyTorch's own operators, node by node."""

import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import torch

from litho.errors import DataError, UnsupportedError
from litho.ir import AtenCall, Graph, Node, Ref

__all__ = ["evaluate", "values_of"]

_Array = np.ndarray[Any, Any]
_SETTINGS = (torch.dtype, torch.layout, torch.memory_format)


def evaluate(graph: Graph, inputs: Mapping[str, Any]) -> dict[str, _Array]:
    """Give the outputs of a captured graph, by name: what the captured model gives.

    `inputs[name]` is an array of the very shape that the graph's input has.
    Raises `DataError` for inputs that do not fit, `UnsupportedError` for a node that is no call
    of a PyTorch operator.
    """
    wanted = set(graph.outputs)
    found = {name: value for name, value in values_of(graph, inputs) if name in wanted}
    return {name: found[name] for name in graph.outputs}


def values_of(graph: Graph, inputs: Mapping[str, Any]) -> Iterator[tuple[str, _Array]]:
    """Give (name, value) of each tensor of a captured graph, inputs first, then in order.

    A node with several results gives a value for each, called `<name>[0]`, `<name>[1]`, …
    Raises what `evaluate` raises.
    """
    values: dict[str, Any] = {}
    for item in graph.inputs:
        values[item.name] = _given(item.name, item.type.shape, str(item.type.format), inputs)
        yield item.name, _array(values[item.name])
    for constant in graph.constants:
        # A call in place writes to it: the graph's own values must stay.
        tensor = torch.from_numpy(constant.values.copy())
        values[constant.name] = tensor.to(_number_type(str(constant.type.format)))
        yield constant.name, _array(values[constant.name])
    for node in graph.nodes:
        with torch.no_grad():
            values[node.name] = _call(node, values)
        yield from _tensors(node.name, values[node.name])


def _given(name: str, shape: tuple[int, ...], spelling: str, inputs: Mapping[str, Any]) -> Any:
    if name not in inputs:
        raise DataError(f"input {name!r} of the graph must be given; there are {list(inputs)}")
    array = np.asarray(inputs[name])
    if array.shape != shape:
        raise DataError(
            f"input {name!r} must have the shape {list(shape)} that was captured, not"
            f" {list(array.shape)}"
        )
    return torch.from_numpy(array.copy()).to(_number_type(spelling))


def _number_type(spelling: str) -> torch.dtype:
    found = getattr(torch, spelling.removeprefix("host_"), None)
    assert isinstance(found, torch.dtype), spelling
    return found


def _array(value: torch.Tensor) -> _Array:
    plain = value.float() if value.dtype == torch.bfloat16 else value
    return plain.numpy()


def _tensors(name: str, value: Any) -> Iterator[tuple[str, _Array]]:
    if isinstance(value, torch.Tensor):
        yield name, _array(value)
    elif isinstance(value, tuple | list):
        for place, item in enumerate(value):
            yield from _tensors(f"{name}[{place}]", item)


def _call(node: Node, values: Mapping[str, Any]) -> Any:
    function = _function(node)
    inputs = [values[name] for name in node.inputs]
    kinds = _kinds(function)
    try:
        given = {
            name: _argument(value, inputs, kinds.get(name, ""))
            for name, value in node.params.arguments
        }
        return function(**given) if kinds else function(*given.values())
    except (RuntimeError, TypeError, ValueError, IndexError) as error:
        reason = str(error).strip().split("\n", 1)[0]
        raise UnsupportedError(
            f"%{node.name} ({node.op}, from {node.origin}) must run on the values it reads, and"
            f" does not: {type(error).__name__}: {reason}"
        ) from error


def _function(node: Node) -> Callable[..., Any]:
    if isinstance(node.params, AtenCall):
        if node.op == "operator.getitem":
            return operator.getitem
        found: Any = torch.ops
        for part in node.op.split("."):
            found = getattr(found, part, None)
        if isinstance(found, torch._ops.OpOverload):
            return found
    raise UnsupportedError(
        f"%{node.name} ({node.op}, from {node.origin}) must be the call of a PyTorch operator to"
        " run in a captured graph; import litho.compress for one that is quantized, and give a"
        " lowered one to litho.interpret"
    )


def _kinds(function: Any) -> Mapping[str, str]:
    """Give the type that the schema says of each argument, by name."""
    schema = getattr(function, "_schema", None)
    return {item.name: str(item.real_type) for item in schema.arguments} if schema else {}


def _argument(value: Any, inputs: list[Any], kind: str) -> Any:
    if isinstance(value, Ref):
        return inputs[value.index]
    if isinstance(value, tuple):
        return [_argument(item, inputs, kind) for item in value]
    if isinstance(value, str) and "str" not in kind:
        found = getattr(torch, value, None)
        return found if isinstance(found, _SETTINGS) else torch.device(value)
    return value
