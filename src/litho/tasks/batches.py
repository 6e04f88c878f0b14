"""Batches: of text samples of like length together, cut to the longest of them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch

from litho.errors import DataError

if TYPE_CHECKING:
    import numpy as np

__all__ = ["batches_of", "lengths_of", "sorted_batches", "training_batches", "trimmed"]

_ROUND = 8  # lengths of batches are its multiples: fewer shapes, and aligned rows
_POOL = 32  # batches that are sorted by length together, when they are


def lengths_of(ids: torch.Tensor, pad: int) -> torch.Tensor:
    """Give the number of tokens of each sample of ids[samples, length], filled up at the end."""
    places = torch.arange(1, ids.shape[1] + 1, dtype=torch.int32)
    return ((ids != pad) * places).amax(1) if ids.numel() else places.new_zeros(len(ids))


def trimmed(ids: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
    """Give ids[samples, length] without the end that is padding in all, its `lengths` given."""
    longest = -(-max(int(lengths.max()), 1) // _ROUND) * _ROUND
    return ids[:, :longest]


def sorted_batches(lengths: torch.Tensor, batch: int) -> tuple[torch.Tensor, ...]:
    """Give the places of samples, the longest first, in batches; none of no samples."""
    if not len(lengths):
        return ()
    return torch.split(lengths.argsort(descending=True, stable=True), batch)


def training_batches(
    count: int, batch: int, generator: torch.Generator, lengths: torch.Tensor | None = None
) -> list[torch.Tensor]:
    """Give the places of `count` samples in a drawn order, in batches.

    With `lengths` those of a pool of batches are sorted by length, and the batches are drawn.
    """
    order = torch.randperm(count, generator=generator)
    if lengths is None:
        return list(torch.split(order, batch))
    pools = torch.split(order, batch * _POOL)
    alike = [pool[places] for pool in pools for places in sorted_batches(lengths[pool], batch)]
    return [alike[place] for place in torch.randperm(len(alike), generator=generator).tolist()]


def batches_of(
    samples: "Mapping[str, np.ndarray[Any, Any]]", size: int = 256
) -> list[dict[str, torch.Tensor]]:
    """Give samples[n, …] of each input by name as batches of `size`; float64 becomes float32.

    Raises `DataError` when inputs have different numbers of samples.
    """
    counts = {name: len(values) for name, values in samples.items()}
    if len(set(counts.values())) > 1:
        raise DataError(f"inputs must have as many samples as each other, not {counts}")
    found = {name: torch.from_numpy(values) for name, values in samples.items()}
    plain = {n: v.float() if v.dtype == torch.float64 else v for n, v in found.items()}
    starts = range(0, max(counts.values(), default=0), size)
    return [{name: v[start : start + size] for name, v in plain.items()} for start in starts]
