"""Integer semantics of `scale`: no code changes, the step does."""

from dataclasses import dataclass

from litho.errors import FormatError, GraphError
from litho.formats import Fixed, Scale
from litho.ir import TensorType
from litho.ir.op import Codes

__all__ = ["ScaleParams", "evaluate", "infer_type"]


@dataclass(frozen=True, slots=True)
class ScaleParams:
    """`factor` is the constant m · 2^(−n)."""

    factor: Scale

    def __post_init__(self) -> None:
        if self.factor.axis is not None:
            raise GraphError(f"scale must have one factor for the whole tensor, not {self.factor}")


def infer_type(params: ScaleParams, types: tuple[TensorType, ...]) -> TensorType:
    """Give the input's type with the factor in it.

    A power of two is fraction bits of a fixed-point format; any other factor is in the scale.
    Raises `GraphError` for a scale that then has too many bits.
    """
    source, factor = types[0], params.factor
    form = source.fixed
    if factor.multipliers == (1,) and not form.is_integer:
        moved = Fixed(form.width, form.frac + factor.shifts[0], form.is_signed)
        return TensorType(source.shape, moved, source.scale)
    try:
        scale = source.scale.times(factor)
    except FormatError as error:
        raise GraphError(
            f"scale cannot multiply a tensor of scale {source.scale} by {factor}: {error};"
            " requantize it before"
        ) from error
    return TensorType(source.shape, form, scale)


def evaluate(
    params: ScaleParams, types: tuple[TensorType, ...], inputs: tuple[Codes, ...]
) -> Codes:
    """Give the codes as they are."""
    del params, types
    return inputs[0]
