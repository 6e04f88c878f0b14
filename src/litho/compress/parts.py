"""Parts of a tensor, and whether the indices of an axis lie in them as in the whole."""

from collections.abc import Callable, Mapping
from typing import Any

import torch

__all__ = ["PARTS", "keeps_axis"]

PARTS: Mapping[str, Callable[..., torch.Tensor]] = {
    "getitem": torch.Tensor.__getitem__,
    "select": torch.Tensor.select,
    "narrow": torch.Tensor.narrow,
}
"""The calls of PyTorch that take a part of their first argument, by name."""


def keeps_axis(
    name: str, whole: torch.Tensor, axis: int, args: tuple[Any, ...], options: dict[str, Any]
) -> bool:
    """Say whether a part has all indices of `axis`, which counts from the end, on the same axis.

    `args` and `options` are what the call `name` takes beside the tensor `whole`. The part is
    taken of the places along the axis, so that every spelling of an index is read by PyTorch.
    """
    count = whole.shape[axis]
    places = torch.arange(count, device=whole.device).reshape(-1, *(1,) * (-axis - 1))
    found = PARTS[name](places.expand(whole.shape), *args, **options)
    is_there = found.dim() >= -axis and found.shape[axis] == count
    return is_there and torch.equal(found, places.expand(found.shape))
