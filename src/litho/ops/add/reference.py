"""Integer semantics of `add`: both inputs on one grid, then an exact sum."""

import math
from dataclasses import dataclass

import numpy as np

from litho.errors import GraphError
from litho.formats import Fixed, Scale
from litho.ir import TensorType
from litho.ir.op import Codes

__all__ = ["AddParams", "Alignment", "alignment", "evaluate", "infer_type"]


@dataclass(frozen=True, slots=True)
class AddParams:
    """`add` has no parameters."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """The integer that each code of `a` and of `b` is multiplied by, and the common scale.

    One factor for the tensor, or one for each index along the scale's axis.
    """

    a: tuple[int, ...]
    b: tuple[int, ...]
    scale: Scale


def alignment(a: TensorType, b: TensorType) -> Alignment:
    """Give what puts two inputs on the finer of their grids (`docs/numerics.md` section 5)."""
    axes = {kind.scale.axis for kind in (a, b) if kind.scale.axis is not None}
    if len(axes) > 1:
        raise GraphError(
            f"add must have scales along one axis, not {a.scale.axis} and {b.scale.axis};"
            " requantize one input to a per-tensor scale"
        )
    left, right = _grid(a), _grid(b)
    count = max(len(left), len(right))
    pairs = [(left[i % len(left)], right[i % len(right)]) for i in range(count)]
    found = [_common(*p, *q) for p, q in pairs]
    scale = Scale(
        tuple(item[2] for item in found),
        tuple(item[3] for item in found),
        next(iter(axes)) if axes else None,
    )
    return Alignment(tuple(item[0] for item in found), tuple(item[1] for item in found), scale)


def _grid(kind: TensorType) -> list[tuple[int, int]]:
    """Give (m, n) for each scale: code 1 stands for m · 2^(−n), the fraction included."""
    form = kind.fixed
    pairs = zip(kind.scale.multipliers, kind.scale.shifts, strict=True)
    return [(m, n + form.frac) for m, n in pairs]


def _common(m_a: int, n_a: int, m_b: int, n_b: int) -> tuple[int, int, int, int]:
    """Give the factors of a and b, then m and n of the common grid."""
    divisor, finest = math.gcd(m_a, m_b), max(n_a, n_b)
    return (
        (m_a // divisor) << (finest - n_a),
        (m_b // divisor) << (finest - n_b),
        divisor,
        finest,
    )


def infer_type(params: AddParams, types: tuple[TensorType, ...]) -> TensorType:
    """Give the narrowest type that holds every sum, on the finer grid of the two."""
    del params
    a, b = types
    if a.shape != b.shape:
        raise GraphError(
            f"add must have inputs of one shape, not {list(a.shape)} and {list(b.shape)}"
        )
    found, left, right = alignment(a, b), a.fixed, b.fixed
    lows = [p * left.low + q * right.low for p, q in zip(found.a, found.b, strict=True)]
    highs = [p * left.high + q * right.high for p, q in zip(found.a, found.b, strict=True)]
    low, high = min(lows), max(highs)
    is_signed = low < 0
    width = max(high, -low - 1).bit_length() + is_signed
    if width > 62:
        raise GraphError(
            f"a sum of {a.format} and {b.format} must fit 62 bits, not take {width};"
            " requantize the inputs to nearer scales"
        )
    if left.is_integer or right.is_integer:
        return TensorType(a.shape, Fixed(width, 0, is_signed, is_integer=True), found.scale)
    return TensorType(a.shape, *_split(width, is_signed, found.scale, max(left.frac, right.frac)))


def _split(width: int, is_signed: bool, scale: Scale, frac: int) -> tuple[Fixed, Scale]:
    """Move `frac` fraction bits from the scale into the format."""
    return Fixed(width, frac, is_signed), scale.times(Scale.power_of_two(-frac))


def evaluate(params: AddParams, types: tuple[TensorType, ...], inputs: tuple[Codes, ...]) -> Codes:
    """Give a · factor_a + b · factor_b for codes[samples, *shape]."""
    del params
    found = alignment(*types)
    return inputs[0] * _array(found.a, found.scale) + inputs[1] * _array(found.b, found.scale)


def _array(factors: tuple[int, ...], scale: Scale) -> Codes:
    shape = () if scale.axis is None else (-1, *(1,) * (-scale.axis - 1))
    return np.array(factors, dtype=np.int64).reshape(shape)
