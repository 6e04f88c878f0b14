"""The score of each unit of a weight: units of the least scores are dropped."""

from zlib import crc32

import numpy as np
import torch

from litho.compress.prune.evidence import Evidence
from litho.errors import DataError
from litho.sparsity import Block

__all__ = ["score_units", "seed_of"]


def seed_of(seed: int, path: str) -> int:
    """Give a seed for one module from that of a rule."""
    return crc32(f"{seed} {path}".encode())


def score_units(
    weight: torch.Tensor, block: Block, score: str, path: str, seed: int, evidence: Evidence
) -> torch.Tensor:
    """Give a score [grid] for each unit of `weight`, the mean over its elements.

    - `random`: drawn from [0, 1).
    - `l1`: |w|; `l2`: w².
    - `movement`: minus w times its gradient, summed over batches (Sanh, Wolf, Rush: Movement
      Pruning, 2020, there with the accumulated weights of training).
    - `wanda`: |w| times the norm of the input that it is multiplied with (Sun et al.: A Simple and
      Effective Pruning Approach for Large Language Models, 2023).

    Raises `DataError` for weights that are not finite.
    """
    weight = weight.detach()
    # A finite sum has finite terms, and is found faster.
    if not (bool(weight.sum().isfinite()) or bool(torch.isfinite(weight).all())):
        raise DataError(
            f"the weight of {path!r} must be finite to be pruned, not NaN or infinity; look for a"
            " diverged training"
        )
    if score == "random":
        grid = block.grid(tuple(weight.shape))
        drawn = np.random.default_rng(seed_of(seed, path)).random(grid, dtype=np.float32)
        return torch.from_numpy(drawn)
    if score == "movement":
        return _mean(evidence.movement[path], block)
    if block.unit(tuple(weight.shape)) == (1, 1) and score in ("l1", "l2"):
        # The square orders as the absolute value does, which neither overflows nor underflows.
        plain = weight.float() if weight.dtype.itemsize < 4 else weight
        return plain.abs().reshape(block.grid(tuple(weight.shape)))
    if score == "wanda":
        norms = evidence.norms[path].to(weight.device)
        return _mean(weight.abs().double() * norms, block)
    return _mean(weight.abs() if score == "l1" else weight.double().square(), block)


def _mean(values: torch.Tensor, block: Block) -> torch.Tensor:
    parts: torch.Tensor = block.split(values)
    return parts.sum((1, 3), dtype=torch.float64) / max(parts.shape[1] * parts.shape[3], 1)
