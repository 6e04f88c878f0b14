"""Weights of a model in a file."""

import os
import pickle
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from litho.errors import DataError
from litho.tasks.training import check_weights
from litho.tools import digest

__all__ = ["load_weights", "save_weights", "weights_digest"]


def save_weights(path: Path, model: nn.Module) -> Path:
    """Write the state dict of `model` to `path`, which appears whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    torch.save(model.state_dict(), temporary)
    return temporary.replace(path)


def load_weights(
    path: Path, model: nn.Module, prepare: Callable[[Mapping[str, Any]], object] | None = None
) -> None:
    """Put the state dict in the file `path` into `model`.

    `prepare(state)` is called before, for a model that must take the form that was saved.
    Raises `DataError` when the file is absent, is no state dict, does not fit the model, or holds
    NaN or infinity.
    """
    if not path.is_file():
        raise DataError(f"weights must lie in a file, and {path} is not there")
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        if prepare and isinstance(state, Mapping):
            prepare(state)
        model.load_state_dict(state)
    except (OSError, EOFError, RuntimeError, TypeError, KeyError, pickle.UnpicklingError) as error:
        reason = str(error).strip().split("\n", 1)[0]
        raise DataError(
            f"{path} must hold the weights of {type(model).__name__}, and does not: {reason}"
        ) from error
    check_weights(model)


def weights_digest(model: nn.Module) -> str:
    """Give a name made from the state dict of `model`: entries, types, shapes and values."""
    parts: list[str | bytes] = []
    for name, value in model.state_dict().items():
        if isinstance(value, torch.Tensor):
            content = value.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy()
            parts += [name, f"{value.dtype} {list(value.shape)}", content.tobytes()]
        else:
            parts += [name, repr(value)]
    return digest(*parts)
