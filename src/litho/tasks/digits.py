"""Handwritten digits."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from litho.errors import DataError
from litho.tasks.data import Data
from litho.tasks.options import NoOptions, options_of

__all__ = ["load_digits"]


def load_digits(
    seed: int, folder: Path | None = None, options: Mapping[str, Any] | None = None
) -> Data:
    """Give scikit-learn's 8×8 digits, scaled to 0 … 1, a fifth of each class for the test."""
    del folder
    options_of(NoOptions, "digits", options)
    try:
        from sklearn.datasets import load_digits as read_digits
        from sklearn.model_selection import train_test_split
    except ImportError as error:
        raise DataError(
            "task 'digits' must have scikit-learn's data set, which is not installed;"
            ' pip install "litho[tasks]"'
        ) from error
    inputs, targets = read_digits(return_X_y=True)
    parts = train_test_split(
        inputs / 16, targets, test_size=0.2, stratify=targets, random_state=seed
    )
    train_inputs, test_inputs = (torch.from_numpy(part).float() for part in parts[:2])
    train_targets, test_targets = (torch.from_numpy(part).long() for part in parts[2:])
    return Data("digits", train_inputs, train_targets, test_inputs, test_targets, 10)
