"""What the modules of a network take and give on some data."""

from collections.abc import Collection
from contextlib import ExitStack
from typing import Any

import numpy as np
import torch
from torch import nn

from litho.tasks.training import evaluating

__all__ = ["activations"]

_Values = np.ndarray[Any, np.dtype[np.float64]]


def activations(
    model: nn.Module, inputs: torch.Tensor, wanted: Collection[tuple[str, str]]
) -> dict[tuple[str, str], _Values]:
    """Give float64 values[samples, …] of the `wanted` places: (module path, inputs or outputs).

    The first argument counts as a module's inputs. A place is left out when the model has no module
    there, when the module is not called exactly once, and when what is there is no tensor with a
    value for each sample.
    """
    seen: dict[tuple[str, str], list[object]] = {place: [] for place in wanted}
    modules = dict(model.named_modules())
    with ExitStack() as hooks:
        for path, side in seen:
            if path in modules:
                _listen(modules[path], side, seen[path, side], hooks)
        with evaluating(model):
            model(inputs)
    found = {place: _values(calls, len(inputs)) for place, calls in seen.items()}
    return {place: values for place, values in found.items() if values is not None}


def _listen(module: nn.Module, side: str, calls: list[object], hooks: ExitStack) -> None:
    """Note what `module` takes or gives, as it is then: a later call may write over it."""

    def before(_: nn.Module, args: tuple[object, ...]) -> None:
        calls.append(_copied(args[0]) if args else None)

    def after(_: nn.Module, args: object, result: object) -> None:
        calls.append(_copied(result))

    handle = (
        module.register_forward_pre_hook(before, prepend=True)
        if side == "inputs"
        else module.register_forward_hook(after)
    )
    hooks.callback(handle.remove)


def _copied(value: object) -> object:
    return value.detach().double().clone() if isinstance(value, torch.Tensor) else None


def _values(calls: list[object], samples: int) -> _Values | None:
    tensor = calls[0] if len(calls) == 1 else None
    if not isinstance(tensor, torch.Tensor) or not tensor.ndim or len(tensor) != samples:
        return None
    return np.asarray(tensor.numpy(), np.float64)
