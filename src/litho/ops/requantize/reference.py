"""Integer semantics of `requantize`: the one step from a type to a type."""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np

from litho.errors import GraphError
from litho.formats import Fixed, Scale
from litho.formats.arith import check_rounding, dyadic, requantize
from litho.ir import TensorType
from litho.ir.op import Codes

__all__ = ["Ratios", "RequantizeParams", "evaluate", "infer_type", "ratios"]


@dataclass(frozen=True, slots=True)
class RequantizeParams:
    """Format and scale of the result, and how it is rounded."""

    format: Fixed
    scale: Scale = Scale()
    rounding: str = "half_even"

    def __post_init__(self) -> None:
        check_rounding(self.rounding)


@dataclass(frozen=True, slots=True)
class Ratios:
    """Step of the input over step of the output, as m · 2^(−s): one pair, or one along `axis`.

    `is_exact` says whether each pair is the ratio itself and not the nearest of 16 bits.
    """

    multipliers: tuple[int, ...]
    shifts: tuple[int, ...]
    axis: int | None
    is_exact: bool

    def arrays(self) -> tuple[Codes, Codes]:
        """Give multipliers and shifts as arrays that broadcast against codes."""
        tail = (1,) * (-self.axis - 1) if self.axis else ()
        shape = (-1, *tail) if self.axis else ()
        multipliers = np.array(self.multipliers, dtype=np.int64).reshape(shape)
        return multipliers, np.array(self.shifts, dtype=np.int64).reshape(shape)


@lru_cache(maxsize=1024)
def ratios(source: TensorType, target: TensorType) -> Ratios:
    """Give the multipliers and shifts that take codes of `source` to codes of `target`.

    Raises `GraphError` when the two have scales along different axes.
    """
    axes = {scale.axis for scale in (source.scale, target.scale) if scale.axis is not None}
    if len(axes) > 1:
        raise GraphError(
            f"requantize must have scales along one axis, not {source.scale.axis} before and"
            f" {target.scale.axis} after; use a per-tensor scale on one side"
        )
    ins, outs = source.fixed.steps(source.scale), target.fixed.steps(target.scale)
    count = max(len(ins), len(outs))
    wanted = [ins[i % len(ins)] / outs[i % len(outs)] for i in range(count)]
    pairs = [dyadic(ratio) for ratio in wanted]
    is_exact = all(
        Fraction(m) / Fraction(2) ** s == ratio for (m, s), ratio in zip(pairs, wanted, strict=True)
    )
    if len(set(pairs)) == 1:
        return Ratios((pairs[0][0],), (pairs[0][1],), None, is_exact)
    return Ratios(
        tuple(m for m, _ in pairs), tuple(s for _, s in pairs), next(iter(axes)), is_exact
    )


def infer_type(params: RequantizeParams, types: tuple[TensorType, ...]) -> TensorType:
    """Give the type that the parameters ask for, in the shape of the input."""
    target = TensorType(types[0].shape, params.format, params.scale)
    ratios(types[0], target)
    return target


def evaluate(
    params: RequantizeParams, types: tuple[TensorType, ...], inputs: tuple[Codes, ...]
) -> Codes:
    """Give saturate(round(code · m / 2^s)) for codes[samples, *shape]."""
    multipliers, shifts = ratios(types[0], infer_type(params, types)).arrays()
    return np.asarray(
        requantize(
            inputs[0],
            multipliers,
            shifts,
            params.format.low,
            params.format.high,
            params.rounding,
        )
    )
