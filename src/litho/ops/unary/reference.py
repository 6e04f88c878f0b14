"""Integer semantics of `unary`: a table of the function, looked up by code."""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np

from litho.errors import GraphError
from litho.formats import Fixed, Scale
from litho.formats.arith import check_rounding, round_fraction
from litho.ir import TensorType
from litho.ir.op import Codes
from litho.ops.unary.functions import FUNCTIONS, value_at

__all__ = ["WIDEST", "UnaryParams", "evaluate", "infer_type", "table"]

WIDEST = 14


@dataclass(frozen=True, slots=True)
class UnaryParams:
    """A function of `FUNCTIONS` with its constants; format, scale and rounding of the result."""

    function: str
    format: Fixed
    scale: Scale = Scale()
    rounding: str = "half_even"
    constants: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        check_rounding(self.rounding)
        if self.function not in FUNCTIONS:
            raise GraphError(
                f"function of unary must be one of {', '.join(FUNCTIONS)}, not {self.function!r}"
            )
        names = [name for name, _ in FUNCTIONS[self.function].constants]
        if len(names) != len(self.constants):
            raise GraphError(
                f"{self.function} must have {len(names)} constants ({', '.join(names)}), not"
                f" {list(self.constants)}"
            )


def infer_type(params: UnaryParams, types: tuple[TensorType, ...]) -> TensorType:
    """Give the type that the parameters ask for, in the shape of the input.

    Raises `GraphError` for an input too wide for a table and for per-axis scales.
    """
    source = types[0]
    if source.codes.bits > WIDEST:
        raise GraphError(
            f"{params.function} must have an input of at most {WIDEST} bits for its table, not"
            f" {source.format}; requantize before it"
        )
    if source.scale.axis is not None or params.scale.axis is not None:
        raise GraphError(
            f"{params.function} must have per-tensor scales, one table for all codes, not one for"
            " each index of an axis; requantize before it"
        )
    return TensorType(source.shape, params.format, params.scale)


def table(params: UnaryParams, source: TensorType) -> Codes:
    """Give codes[2^bits]: the result for input code low + k at place k, not to be written to."""
    infer_type(params, (source,))
    return _table(params, source.fixed, source.scale)


@lru_cache(maxsize=64)
def _table(params: UnaryParams, form: Fixed, scale: Scale) -> Codes:
    function, target = FUNCTIONS[params.function], params.format
    step, unit = form.steps(scale)[0], target.steps(params.scale)[0]
    values = (
        value_at(function, k * step, params.constants) for k in range(form.low, form.high + 1)
    )
    entries = [_code(value / unit, target, params.rounding) for value in values]
    found = np.array(entries, dtype=np.int64)
    found.setflags(write=False)
    return found


def _code(value: Fraction, target: Fixed, rounding: str) -> int:
    return min(max(round_fraction(value, rounding), target.low), target.high)


def evaluate(
    params: UnaryParams, types: tuple[TensorType, ...], inputs: tuple[Codes, ...]
) -> Codes:
    """Give the table's entry for each code."""
    return table(params, types[0])[inputs[0] - types[0].codes.low]
