"""Integer semantics of `softmax`: exponentials from a table, their exact sum, its reciprocal."""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np

from litho.errors import GraphError
from litho.formats import Fixed, Scale
from litho.formats.arith import (
    RECIPROCAL_SHIFT,
    check_rounding,
    reciprocal,
    requantize,
    round_fraction,
)
from litho.ir import TensorType
from litho.ir.op import Codes
from litho.ops.unary.functions import FUNCTIONS, value_at

__all__ = ["DEEPEST", "Plan", "SoftmaxParams", "evaluate", "infer_type", "plan_of", "table"]

DEEPEST = 1 << 14
_WIDEST_LENGTH = 31
_CHUNK = 1 << 15  # codes that are worked on at once, so that they stay in the cache


@dataclass(frozen=True, slots=True)
class SoftmaxParams:
    """Format, scale (a power of two) and rounding of the result."""

    format: Fixed
    scale: Scale = Scale()
    rounding: str = "half_even"

    def __post_init__(self) -> None:
        check_rounding(self.rounding)
        if self.scale.axis is not None or self.scale.multipliers != (1,):
            raise GraphError(
                f"softmax must have a result in steps of one power of two, not with scale"
                f" {self.scale}; ask for ufixed8f8, and requantize behind it"
            )

    @property
    def frac(self) -> int:
        """Fraction bits of the result, those of the scale included."""
        return self.format.frac + self.scale.shifts[0]


@dataclass(frozen=True, slots=True)
class Plan:
    """The fraction bits on the way (`docs/numerics.md` section 9).

    `exponential` are those of an exponential; the reciprocal of a sum is that of 2^`shift`.
    """

    frac: int
    exponential: int
    shift: int

    @property
    def right(self) -> int:
        """The shift to the right that ends in the result."""
        return self.shift - self.frac


def plan_of(params: SoftmaxParams, row: int) -> Plan:
    """Give the fraction bits for rows of `row` codes.

    Raises `GraphError` for a result that has too many, or that has no fraction.
    """
    frac = params.frac
    exponential = frac + (row - 1).bit_length() + 2
    shift = exponential + frac + 2
    if frac < 0 or shift > RECIPROCAL_SHIFT:
        most = (RECIPROCAL_SHIFT - 4 - (row - 1).bit_length()) // 2
        raise GraphError(
            f"softmax of rows of {row} must have a result of 0 to {most} fraction bits, not"
            f" {frac}; ask for ufixed8f8"
        )
    return Plan(frac, exponential, shift)


def infer_type(params: SoftmaxParams, types: tuple[TensorType, ...]) -> TensorType:
    """Give the type that the parameters ask for, in the shape of the input.

    `types` are those of the input and, when there is one, of the number of codes that count in
    each row.
    Raises `GraphError` for scales along an axis, for steps too fine for a table, and for a number
    that is no plain one.
    """
    source = types[0]
    if not source.shape or source.scale.axis is not None:
        raise GraphError(
            f"softmax must have rows of one scale, not shape {list(source.shape)} with scale"
            f" {source.scale}; requantize the input to a per-tensor scale"
        )
    _check_step(source, plan_of(params, source.row))
    for length in types[1:]:
        form = length.fixed
        is_plain = not form.is_signed and form.frac == 0 and length.scale.is_unit
        if not is_plain or length.size != 1 or form.width > _WIDEST_LENGTH:
            raise GraphError(
                "the length of softmax must be one unsigned integer of at most"
                f" {_WIDEST_LENGTH} bits with scale 1, not {length.format} of shape"
                f" {list(length.shape)} with scale {length.scale}"
            )
    return TensorType(source.shape, params.format, params.scale)


def _check_step(source: TensorType, plan: Plan) -> None:
    """Demand that the exponentials above half a step are few; log 2 is below 7/10."""
    step = source.fixed.steps(source.scale)[0]
    reach = Fraction(7, 10) * (plan.exponential + 1) / step
    if min(Fraction(1 << source.codes.bits), reach) > DEEPEST:
        raise GraphError(
            f"softmax must have a table of at most {DEEPEST} exponentials, not of"
            f" {int(min(Fraction(1 << source.codes.bits), reach))} for {source.format} with scale"
            f" {source.scale}; requantize the input to fewer fraction bits"
        )


def table(params: SoftmaxParams, source: TensorType) -> Codes:
    """Give round(exp(−d) · 2^p) for differences of d = 0, 1, … codes, the last entry 0.

    It ends where entries are 0, or behind the greatest difference there is. Not to be written to.
    """
    infer_type(params, (source,))
    step = source.fixed.steps(source.scale)[0]
    return _table(step, plan_of(params, source.row).exponential, 1 << source.codes.bits)


@lru_cache(maxsize=64)
def _table(step: Fraction, frac: int, differences: int) -> Codes:
    entries: list[int] = []
    while len(entries) < differences:
        value = value_at(FUNCTIONS["exp"], -len(entries) * step, ())
        entry = round_fraction(value * (1 << frac))
        if not entry:
            break
        entries.append(entry)
    found = np.array([*entries, 0], dtype=np.int64)
    found.setflags(write=False)
    return found


def evaluate(
    params: SoftmaxParams, types: tuple[TensorType, ...], inputs: tuple[Codes, ...]
) -> Codes:
    """Give codes[samples, *shape] of the result.

    `inputs` are codes[samples, *shape] and, when there is one, the number of codes that count in
    each row of a sample: those at its place and behind it are 0 in the result.
    """
    source = types[0]
    rows = inputs[0].reshape(-1, source.row)
    lengths = np.full((len(rows), 1), source.row, dtype=np.int64)
    if len(inputs) == 2:
        lengths[:, 0] = np.repeat(inputs[1].reshape(-1), source.rows)
    found = np.empty_like(rows)
    step = max(1, _CHUNK // source.row)
    for start in range(0, len(rows), step):
        part = slice(start, start + step)
        found[part] = _evaluate(params, source, rows[part], lengths[part])
    return found.reshape(inputs[0].shape)


def _evaluate(params: SoftmaxParams, source: TensorType, rows: Codes, lengths: Codes) -> Codes:
    """Give the result of rows[n, row], of which the first lengths[n, 1] codes count."""
    entries, plan = table(params, source), plan_of(params, source.row)
    zero = len(entries) - 1
    counts = np.arange(source.row) < lengths
    is_whole = bool(counts.all())
    top = rows if is_whole else np.where(counts, rows, source.codes.low)
    differences = np.minimum(top.max(axis=1, keepdims=True) - rows, zero)
    if not is_whole:
        differences[~counts] = zero
    exponentials = entries.take(differences)
    # Of a row without a code that counts all exponentials are 0, whatever they are divided by.
    sums = np.maximum(exponentials.sum(axis=1, keepdims=True), 1 << plan.exponential)
    products = exponentials * reciprocal(sums, plan.shift)
    form = params.format
    return np.asarray(requantize(products, 1, plan.right, form.low, form.high, params.rounding))
