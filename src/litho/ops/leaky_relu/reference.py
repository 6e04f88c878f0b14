"""Integer semantics of `leaky_relu`: the full product, no bit lost."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from litho.errors import GraphError
from litho.formats import Fixed, Scale
from litho.ir import TensorType
from litho.ir.op import Codes

__all__ = ["LeakyReluParams", "evaluate", "infer_type", "nearest_slope"]

_WIDEST = 62
_BITS = 8  # of a slope: more would widen the products and hardly move it
_GREATEST = 1 << 30


@dataclass(frozen=True, slots=True)
class LeakyReluParams:
    """The slope below zero, multiplier · 2^(−shift)."""

    multiplier: int
    shift: int

    def __post_init__(self) -> None:
        if not 0 <= self.multiplier < _GREATEST or self.shift < 0:
            raise GraphError(
                "slope of leaky_relu must be m · 2^-s with m from 0 to 2^30 - 1 and s of 0 or"
                f" more, not m = {self.multiplier} and s = {self.shift}"
            )

    @property
    def slope(self) -> Fraction:
        """The slope as an exact fraction."""
        return Fraction(self.multiplier, 1 << self.shift)


def nearest_slope(slope: float | Fraction) -> LeakyReluParams:
    """Give the parameters of the slope nearest to `slope` that has 8 bits, ties to the even one."""
    if slope == 0:
        return LeakyReluParams(0, 0)
    if slope < 0:
        raise GraphError(f"slope of leaky_relu must be 0 or more, not {float(slope)}")
    wanted, shift = Fraction(slope), 0
    while wanted < 1 << (_BITS - 1):
        wanted, shift = wanted * 2, shift + 1
    while wanted >= 1 << _BITS:
        wanted, shift = wanted / 2, shift - 1
    rounded = Fraction(round(wanted)) / Fraction(2) ** shift
    return LeakyReluParams(rounded.numerator, rounded.denominator.bit_length() - 1)


def infer_type(params: LeakyReluParams, types: tuple[TensorType, ...]) -> TensorType:
    """Give the narrowest type of the products: the input's grid, finer by the slope's shift.

    The input must be signed.
    """
    source = types[0].fixed
    if not source.is_signed:
        raise GraphError(f"leaky_relu must have a signed input, not {source}; drop it instead")
    low, high = source.low * params.multiplier, source.high << params.shift
    width = 1 + max((-low - 1).bit_length() if low else 0, high.bit_length())
    if width > _WIDEST:
        raise GraphError(
            f"leaky_relu must give products of at most {_WIDEST} bits, not {width}; requantize"
            " before it, or give a slope of fewer bits"
        )
    if source.is_integer:
        scale = types[0].scale.times(Scale.power_of_two(params.shift))
        return TensorType(types[0].shape, Fixed(width, is_integer=True), scale)
    return TensorType(types[0].shape, Fixed(width, source.frac + params.shift), types[0].scale)


def evaluate(
    params: LeakyReluParams, types: tuple[TensorType, ...], inputs: tuple[Codes, ...]
) -> Codes:
    """Give code · multiplier below zero and code · 2^shift from zero on."""
    del types
    codes = inputs[0]
    return np.where(codes < 0, codes * params.multiplier, codes << params.shift)
