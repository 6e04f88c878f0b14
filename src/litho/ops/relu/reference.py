"""Integer semantics of `relu`."""

from dataclasses import dataclass

import numpy as np

from litho.errors import GraphError
from litho.ir import TensorType
from litho.ir.op import Codes

__all__ = ["ReluParams", "evaluate", "infer_type"]


@dataclass(frozen=True, slots=True)
class ReluParams:
    """`relu` has no parameters."""


def infer_type(params: ReluParams, types: tuple[TensorType, ...]) -> TensorType:
    """Give the input's type, which must be signed."""
    del params
    if not types[0].codes.is_signed:
        raise GraphError(f"relu must have a signed input, not {types[0].format}; drop it instead")
    return types[0]


def evaluate(params: ReluParams, types: tuple[TensorType, ...], inputs: tuple[Codes, ...]) -> Codes:
    """Give max(code, 0) for codes of any shape."""
    del params, types
    return np.maximum(inputs[0], 0)
