"""Prunes a linear layer and moves what stays so that its output changes least.

Frantar, Alistarh: SparseGPT: Massive Language Models Can Be Accurately Pruned in One-Shot, 2023.
Columns are pruned from left to right; the error of each is taken up by the columns behind it, by
the inverse of the products of inputs.
"""

import numpy as np
import torch

from litho.compress.prune.selecting import count, keep_highest, keep_in_groups
from litho.errors import DataError
from litho.sparsity import Block

__all__ = ["reconstruct"]

_COLUMNS = 128  # whose units compete, and whose error is passed on at once
_DAMPING = 0.01


def reconstruct(
    weight: torch.Tensor,
    products: torch.Tensor,
    crossed: torch.Tensor | None,
    block: Block,
    sparsity: float,
    by_row: bool,
    seed: int,
    path: str,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Give the moved weight [outputs, inputs] and its mask.

    `products[i][j]` is the sum over tokens of input i times input j, `crossed[i][j]` that of input
    i before any layer was pruned times input j: the layer then gives what it gave before from the
    inputs that it gets now, by least squares. With shape element exactly
    round-half-even(sparsity x units) go, of the tensor or with `by_row` of each row.
    Raises `DataError` for weights that are not finite.
    """
    left = weight.detach().double().clone()
    if not bool(torch.isfinite(left).all()):
        raise DataError(
            f"the weight of {path!r} must be finite to be reconstructed, not NaN or infinity"
        )
    products = products.to(left.device)
    inverse, is_dead = _inverse(products)
    if crossed is not None:
        left += left @ (crossed.to(left.device) - products) @ inverse
    factor = torch.linalg.cholesky(inverse, upper=True)
    left[:, is_dead] = 0
    kept = torch.ones_like(left, dtype=torch.bool)
    width = left.shape[1]
    step = max(_COLUMNS // block.group, 1) * block.group if block.group else _COLUMNS
    for start in range(0, width, step):
        end = min(start + step, width)
        if not block.group:
            importance = _importance(left, factor, start, end)
            quota = _quota(left.shape[0], start, end, sparsity, by_row)
            kept[:, start:end] = _select(importance, quota, by_row, seed)
        errors = _prune_columns(left, kept, factor, start, end, block, seed)
        left[:, end:] -= errors @ factor[start:end, end:]
    return torch.where(kept, left, 0.0).to(weight.dtype), kept


def _inverse(products: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Give the inverse of the damped products, and which inputs are always 0."""
    damped = products.clone()
    diagonal = damped.diagonal()
    is_dead = diagonal == 0
    diagonal[is_dead] = 1
    diagonal += _DAMPING * diagonal.mean()
    return torch.cholesky_inverse(torch.linalg.cholesky(damped)), is_dead


def _importance(left: torch.Tensor, factor: torch.Tensor, start: int, end: int) -> torch.Tensor:
    return (left[:, start:end] / factor.diagonal()[start:end]).square()


def _quota(rows: int, start: int, end: int, sparsity: float, by_row: bool) -> int:
    """Give how many go of these columns, so that the sum over all columns is exact."""
    high = 1 if by_row else rows
    return count(sparsity, high * end) - count(sparsity, high * start)


def _select(importance: torch.Tensor, quota: int, by_row: bool, seed: int) -> torch.Tensor:
    scores = importance.cpu().numpy()
    kept = keep_highest(scores if by_row else scores.reshape(1, -1), quota, seed)
    return torch.from_numpy(np.ascontiguousarray(kept.reshape(scores.shape))).to(importance.device)


def _prune_columns(
    left: torch.Tensor,
    kept: torch.Tensor,
    factor: torch.Tensor,
    start: int,
    end: int,
    block: Block,
    seed: int,
) -> torch.Tensor:
    """Prune columns `start` to `end` one by one; give the error of each, for those behind."""
    errors = torch.zeros_like(left[:, start:end])
    for column in range(start, end):
        if block.group and column % block.group == 0:
            behind = column + block.group
            scores = _importance(left, factor, column, behind).cpu().numpy()
            chosen = torch.from_numpy(keep_in_groups(scores, block.keep, seed))
            kept[:, column:behind] = chosen.to(kept.device)
        lost = torch.where(kept[:, column], 0.0, left[:, column]) / factor[column, column]
        left[:, column:end] -= lost[:, None] * factor[column, column:end]
        errors[:, column - start] = lost
    return errors
