"""Integer semantics of `rms_norm`: those of `layer_norm` with the mean left in."""

from litho.ir import TensorType
from litho.ir.op import Codes
from litho.ops.layer_norm.reference import NormParams, norm, norm_type

__all__ = ["evaluate", "infer_type"]


def infer_type(params: NormParams, types: tuple[TensorType, ...]) -> TensorType:
    """Give the type that the parameters ask for, in the shape of the input.

    `types` are those of the input[..., n] and, when there are, of n factors.
    Raises `GraphError` for other shapes, for scales along an axis and for numbers too wide.
    """
    return norm_type(params, types, False)


def evaluate(params: NormParams, types: tuple[TensorType, ...], inputs: tuple[Codes, ...]) -> Codes:
    """Give codes[samples, *shape] of the result; only the input has samples in front."""
    return norm(params, types, inputs, False)
