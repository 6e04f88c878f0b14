"""The functions that `unary` knows, each exact or to at least 100 bits.

A function takes an exact fraction and gives one; it works in mpmath with 200 bits where it must.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath

__all__ = ["FUNCTIONS", "Function", "value_at"]

_BITS = 200
_FAR = 1 << 1000


@dataclass(frozen=True, slots=True)
class Function:
    """A one-input function: its constants in order, with PyTorch's defaults, and its formula.

    `formula(x, *constants)` gets fractions when `is_exact`, and mpmath numbers otherwise.
    """

    constants: tuple[tuple[str, float], ...]
    formula: Callable[..., Any]
    is_exact: bool = False


def value_at(function: Function, x: Fraction, constants: tuple[float, ...]) -> Fraction:
    """Give the function's value at `x`, at most 2^1000 and at least 2^−1000 in size, or 0."""
    exact = tuple(Fraction(constant) for constant in constants)
    if function.is_exact:
        return Fraction(function.formula(x, *exact))
    with mpmath.workprec(_BITS):
        numbers = [mpmath.mpf(n.numerator) / n.denominator for n in (x, *exact)]
        return _to_fraction(function.formula(*numbers))


def _to_fraction(value: Any) -> Fraction:
    """Give an mpmath number as a fraction; what is out of every format's reach keeps its sign."""
    sign = -1 if value < 0 else 1
    if abs(value) > _FAR:
        return Fraction(sign * _FAR)
    if value != 0 and abs(value) < mpmath.mpf(1) / _FAR:
        return Fraction(sign, _FAR)
    mantissa, exponent = abs(value).man_exp
    return Fraction(sign * int(mantissa)) * Fraction(2) ** int(exponent)


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + mpmath.exp(-x))


def _gelu(x: Any) -> Any:
    # erfc keeps its bits where 1 + erf would lose them.
    return x * mpmath.erfc(-x / mpmath.sqrt(2)) / 2


def _gelu_tanh(x: Any) -> Any:
    inner = mpmath.sqrt(2 / mpmath.pi) * (x + mpmath.mpf(44715) / 1000000 * x**3)
    return x * _sigmoid(2 * inner)


def _softplus(x: Any, beta: Any, threshold: Any) -> Any:
    return x if x * beta > threshold else mpmath.log1p(mpmath.exp(x * beta)) / beta


def _elu(x: Any, alpha: Any, scale: Any, input_scale: Any) -> Any:
    return scale * (x if x > 0 else alpha * mpmath.expm1(x * input_scale))


def _mish(x: Any) -> Any:
    return x * mpmath.tanh(mpmath.log1p(mpmath.exp(x)))


def _clamp(x: Any, low: Any, high: Any) -> Any:
    return min(max(x, low), high)


def _hardsigmoid(x: Any) -> Any:
    return _clamp(x + 3, 0, 6) / 6


def _hardshrink(x: Any, limit: Any) -> Any:
    return 0 if -limit <= x <= limit else x


def _softshrink(x: Any, limit: Any) -> Any:
    return x - limit if x > limit else x + limit if x < -limit else 0


def _threshold(x: Any, limit: Any, value: Any) -> Any:
    return x if x > limit else value


# torch.nn.SELU's own constants, as PyTorch's kernel spells them.
_SELU_ALPHA, _SELU_SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946

FUNCTIONS = {
    "abs": Function((), abs, is_exact=True),
    "cos": Function((), lambda x: mpmath.cos(x)),
    "elu": Function((("alpha", 1.0), ("scale", 1.0), ("input_scale", 1.0)), _elu),
    "erf": Function((), lambda x: mpmath.erf(x)),
    "exp": Function((), lambda x: mpmath.exp(x)),
    "gelu": Function((), _gelu),
    "gelu_tanh": Function((), _gelu_tanh),
    "hardshrink": Function((("lambd", 0.5),), _hardshrink, is_exact=True),
    "hardsigmoid": Function((), _hardsigmoid, is_exact=True),
    "hardswish": Function((), lambda x: x * _hardsigmoid(x), is_exact=True),
    "hardtanh": Function((("min_val", -1.0), ("max_val", 1.0)), _clamp, is_exact=True),
    "logsigmoid": Function((), lambda x: -mpmath.log1p(mpmath.exp(-x))),
    "mish": Function((), _mish),
    "neg": Function((), lambda x: -x, is_exact=True),
    "relu6": Function((), lambda x: _clamp(x, 0, 6), is_exact=True),
    "selu": Function((), lambda x: _elu(x, mpmath.mpf(_SELU_ALPHA), mpmath.mpf(_SELU_SCALE), 1)),
    "sigmoid": Function((), _sigmoid),
    "silu": Function((), lambda x: x * _sigmoid(x)),
    "sin": Function((), lambda x: mpmath.sin(x)),
    "softplus": Function((("beta", 1.0), ("threshold", 20.0)), _softplus),
    "softshrink": Function((("lambd", 0.5),), _softshrink, is_exact=True),
    "softsign": Function((), lambda x: x / (1 + abs(x)), is_exact=True),
    "square": Function((), lambda x: x * x, is_exact=True),
    "tanh": Function((), lambda x: mpmath.tanh(x)),
    "threshold": Function((("threshold", 0.0), ("value", 0.0)), _threshold, is_exact=True),
}
