"""Integer semantics of `rrelu`: a shift register draws the slope of each beat."""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np

from litho.errors import GraphError
from litho.formats.arith import check_rounding, requantize
from litho.ir import Lanes, TensorType
from litho.ir.op import Codes

__all__ = [
    "POLYNOMIAL",
    "SEED",
    "RreluParams",
    "alpha_of",
    "alphas",
    "at_reset",
    "evaluate",
    "evaluate_from",
    "infer_type",
    "lanes_of",
    "nearest_alpha",
    "next_state",
]

POLYNOMIAL = 0x171
"""x^8 + x^6 + x^5 + x^4 + 1, which is primitive: 255 states follow each other."""

SEED = 1

_FRAC = 6
_ONE = 1 << _FRAC


@dataclass(frozen=True, slots=True)
class RreluParams:
    """How slopes are drawn.

    `lanes` codes of a beat share one slope. `lower` and `upper` bound it in Q2.6, `upper` itself
    left out. Bit i of `polynomial` is the coefficient of x^i, and the register is at `seed` after
    reset. `rounding` is that of the product's shift.
    """

    lanes: int = 1
    lower: int = 8
    upper: int = 21
    polynomial: int = POLYNOMIAL
    seed: int = SEED
    rounding: str = "floor"

    def __post_init__(self) -> None:
        check_rounding(self.rounding)
        if self.lanes < 1:
            raise GraphError(f"lanes of rrelu must be 1 or more, not {self.lanes}")
        if not 0 <= self.lower <= self.upper <= _ONE:
            raise GraphError(
                "slopes of rrelu must be 0 <= lower <= upper <= 64 in steps of 1/64, not"
                f" {self.lower} to {self.upper}"
            )
        if self.polynomial >> 8 != 1 or not self.polynomial % 2:
            raise GraphError(
                "polynomial of rrelu must be of degree 8 with a constant term (such as"
                f" {POLYNOMIAL:#x}), not {self.polynomial:#x}"
            )
        if not 1 <= self.seed <= 255:
            raise GraphError(
                f"seed of rrelu must be 1 to 255, not {self.seed}: a register of zeros stays so"
            )


def lanes_of(params: RreluParams) -> Lanes:
    """Give the lanes that the values depend on."""
    return Lanes(params.lanes, params.lanes)


def at_reset(params: RreluParams) -> int:
    """Give the register after reset."""
    return params.seed


def nearest_alpha(slope: float | Fraction) -> int:
    """Give the code in Q2.6 nearest to a bound of the slope, ties to the even one."""
    return round(Fraction(slope) * _ONE)


def next_state(params: RreluParams, state: int) -> int:
    """Give the register after one beat: shifted up, the parity of its taps coming in."""
    taps = params.polynomial >> 1
    return (state << 1 & 0xFF) | (state & taps).bit_count() & 1


def alpha_of(params: RreluParams, state: int) -> int:
    """Give the slope in Q2.6 that a state stands for."""
    return params.lower + ((state & 15) * (params.upper - params.lower) >> 4)


@lru_cache(maxsize=64)
def _circle(params: RreluParams, state: int) -> tuple[int, ...]:
    """Give the states from `state` on until it comes again."""
    found = [state]
    while (following := next_state(params, found[-1])) != state:
        found.append(following)
    return tuple(found)


def alphas(params: RreluParams, state: int, beats: int) -> tuple[Codes, int]:
    """Give the slope of each of `beats` beats from `state` on, and the state after them."""
    circle = _circle(params, state)
    slopes = np.array([alpha_of(params, each) for each in circle], dtype=np.int64)
    return np.resize(slopes, beats), circle[beats % len(circle)]


def infer_type(params: RreluParams, types: tuple[TensorType, ...]) -> TensorType:
    """Give the input's type, which must be signed: slopes are at most 1."""
    del params
    if not types[0].fixed.is_signed:
        raise GraphError(f"rrelu must have a signed input, not {types[0].format}; drop it instead")
    return types[0]


def evaluate_from(
    params: RreluParams, types: tuple[TensorType, ...], inputs: tuple[Codes, ...], state: int
) -> tuple[Codes, int]:
    """Give the codes for codes[samples, *shape] and the state after their last beat."""
    form, row, codes = types[0].fixed, types[0].row, inputs[0]
    beats = -(-row // params.lanes)
    rows = codes.reshape(-1, row)
    slopes, after = alphas(params, state, len(rows) * beats)
    spread = np.repeat(slopes.reshape(len(rows), beats), params.lanes, axis=1)[:, :row]
    products = rows * spread
    sloped = np.asarray(requantize(products, 1, _FRAC, form.low, form.high, params.rounding))
    return np.where(rows < 0, sloped, rows).reshape(codes.shape), after


def evaluate(
    params: RreluParams, types: tuple[TensorType, ...], inputs: tuple[Codes, ...]
) -> Codes:
    """Give the codes for codes[samples, *shape] that follow a reset."""
    return evaluate_from(params, types, inputs, at_reset(params))[0]
