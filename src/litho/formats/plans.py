"""Which compiled kernel computes a format, and with which numbers."""

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from litho.formats.binary import Binary
from litho.formats.block_float import BlockFloat
from litho.formats.block_log import BlockLog
from litho.formats.block_minifloat import BlockMinifloat
from litho.formats.codebook import Codebook
from litho.formats.fixed import Fixed
from litho.formats.format import Format
from litho.formats.log import Log
from litho.formats.minifloat import Minifloat
from litho.formats.mx import Mx
from litho.formats.scale import Scale
from litho.formats.ternary import Ternary
from litho.kernels.library import Block, Parameters
from litho.kernels.plans import BlockPlan, Plan, StepPlan, TablePlan

__all__ = ["plan_of"]

_FIXED, _FIXED_SCALED, _FLOAT, _BITS, _BITS_FLUSHED, _FLOAT_SCALED = range(6)
_INTEGERS = 22  # widest code that one addition rounds
_EXACT = 24  # bits of a float32
_GREATEST_POWER = 127
_SAFE = 100  # exponents within ± this leave room for every intermediate result


@lru_cache(maxsize=1024)
def plan_of(form: Format, scale: Scale) -> Plan | None:
    """Give the kernel for `form` and `scale`, or None where only the reference is exact."""
    if isinstance(form, Fixed):
        return _fixed(form, scale)
    if isinstance(form, Log):
        return _minifloat(form.minifloat, scale)
    if isinstance(form, Minifloat):
        return _minifloat(form, scale)
    if isinstance(form, Codebook | Binary | Ternary):
        return _table(form, scale)
    if isinstance(form, Mx | BlockFloat | BlockMinifloat | BlockLog):
        return _block(form)
    return None


def _fixed(form: Fixed, scale: Scale) -> Plan | None:
    if form.width > _INTEGERS:
        return None
    steps = form.steps(scale)
    bounds = _bounds([(form.low * step, form.high * step) for step in steps])
    if max(scale.multipliers) == 1:
        if not all(_in_range(step, 126) for step in steps):
            return None
        parameters = [_fixed_parameters(form, step, 1.5 * 2.0**23) for step in steps]
        return StepPlan(_FIXED, parameters, *bounds)
    bits = form.width - form.is_signed + max(scale.multipliers).bit_length()
    if bits > _EXACT or not all(_in_range(step, _SAFE) for step in steps):
        return None
    parameters = [_fixed_parameters(form, step, float(step / 2)) for step in steps]
    return StepPlan(_FIXED_SCALED, parameters, *bounds)


def _fixed_parameters(form: Fixed, step: Fraction, half: float) -> Parameters:
    low, high = _float32(form.low * step), _float32(form.high * step)
    return Parameters(float(1 / step), float(step), low, high, half)


def _minifloat(form: Minifloat, scale: Scale) -> Plan | None:
    if not form.saturates or form.specials == "fnuz" or not _fits_float32(form):
        return None
    steps = scale.fractions()
    is_plain = form.has_subnormals and form.mantissa_bits > 0 and _is_short(form)
    bounds = _bounds([(-form.greatest * step, form.greatest * step) for step in steps])
    if max(scale.multipliers) > 1:
        bits = form.mantissa_bits + 1 + max(scale.multipliers).bit_length()
        ends = [form.greatest, Fraction(2) ** (form.least - form.mantissa_bits - 1), Fraction(1)]
        is_safe = all(_in_range(end * step, _SAFE) for end in ends for step in steps)
        if not is_plain or bits > _EXACT or not is_safe:
            return None
        return StepPlan(_FLOAT_SCALED, [_scaled_parameters(form, s) for s in steps], *bounds)
    half = form.least - form.mantissa_bits - 1
    if not all(_in_range(step, 126) and (step == 1 or half >= -126) for step in steps):
        return None
    kind = _kind(form, is_plain)
    if kind is None:
        return None
    return StepPlan(kind, [_float_parameters(form, step) for step in steps], *bounds)


def _kind(form: Minifloat, is_plain: bool) -> int | None:
    if is_plain:
        return _FLOAT
    if not form.has_subnormals or not form.mantissa_bits:
        return _BITS_FLUSHED
    return _BITS if form.least == -126 else None


def _fits_float32(form: Minifloat) -> bool:
    return form.most <= _GREATEST_POWER and -126 <= form.least <= _GREATEST_POWER - 23


def _is_short(form: Minifloat) -> bool:
    """Whether 2^(e − M + 23) is a float32 for every exponent e."""
    return form.most + 1 + 23 - form.mantissa_bits <= _GREATEST_POWER


def _float_parameters(form: Minifloat, step: Fraction) -> Parameters:
    return Parameters(
        up=float(1 / step),
        down=float(step),
        high=float(form.greatest),
        half=2.0 ** (form.least - 1),
        mantissa=form.mantissa_bits,
        least=(form.least + 127) << 23,
        parity=(form.offset ^ 127) & 1 if not form.mantissa_bits else 0,
    )


def _scaled_parameters(form: Minifloat, step: Fraction) -> Parameters:
    return Parameters(
        up=_below(_below_one(1 / step), False),
        down=float(step),
        high=float(form.greatest * step),
        half=float(step / 2),
        mantissa=form.mantissa_bits,
        least=(form.least + 127) << 23,
    )


def _below_one(reciprocal: Fraction) -> Fraction:
    """Give a reciprocal so far below the true one that no rounded product exceeds the quotient."""
    return reciprocal * (1 - Fraction(1, 1 << 23))


def _table(form: Codebook | Binary | Ternary, scale: Scale) -> Plan | None:
    if any(abs(shift) > 80 for shift in scale.shifts):
        return None
    entries, borders = _entries(form)
    steps = scale.fractions()
    thresholds = [[_below(middle * step, up) for middle, up in borders] for step in steps]
    return TablePlan(thresholds, [[_float32(entry * step) for entry in entries] for step in steps])


def _entries(
    form: Codebook | Binary | Ternary,
) -> tuple[list[Fraction], list[tuple[Fraction, bool]]]:
    """Give the entries, and between them the border and whether a tie goes up."""
    if isinstance(form, Ternary):
        border = Fraction(form.threshold, 256)
        return [Fraction(-1), Fraction(0), Fraction(1)], [(-border, True), (border, False)]
    frac = form.frac if isinstance(form, Codebook) else 0
    entries = [entry / Fraction(2) ** frac for entry in form.entries]
    is_sign = isinstance(form, Binary) and not form.has_zero
    middles = [(left + right) / 2 for left, right in pairwise(entries)]
    return entries, [(middle, is_sign or code % 2 == 0) for code, middle in enumerate(middles, 1)]


def _block(form: Mx | BlockFloat | BlockMinifloat | BlockLog) -> Plan | None:
    element = form.element
    carries = not isinstance(form, Mx)
    if isinstance(element, Fixed):
        return _integer_block(element, form.group, carries)
    found = element.minifloat if isinstance(element, Log) else element
    assert isinstance(found, Minifloat), "an element is an integer or a float"
    if not _fits_float32(found) or not _is_short(found):
        return None
    edge = found.greatest + Fraction(2) ** (found.most - found.mantissa_bits - 1)
    block = Block(
        group=form.group,
        element=_float_parameters(found, Fraction(1)),
        edge=_below(edge, found.limit % 2 == 1),
        bound=float(found.greatest),
        most=found.most,
        carries=carries,
    )
    return BlockPlan(block, saturates=not carries)


def _integer_block(element: Fixed, group: int, carries: bool) -> Plan | None:
    if element.width > _INTEGERS:
        return None
    step = Fraction(1, 1 << element.frac)
    high = float(element.high * step)
    magic = 1.5 * 2.0 ** (23 - element.frac)
    block = Block(
        group=group,
        element=Parameters(low=-high, high=high, half=magic),
        edge=_below((element.high + Fraction(1, 2)) * step, True),
        bound=high,
        most=0,
        carries=carries,
        is_integer=1,
    )
    return BlockPlan(block, saturates=not carries)


def _in_range(step: Fraction, power: int) -> bool:
    return Fraction(1, 1 << power) <= step <= 1 << power


def _bounds(pairs: Sequence[tuple[Fraction, Fraction]]) -> tuple[list[float], list[float]]:
    """Give the least and the greatest float32 within each exact pair."""
    lows = [-_below(-low, False) for low, _ in pairs]
    return lows, [_below(high, False) for _, high in pairs]


def _below(border: Fraction, is_strict: bool) -> float:
    """Give the greatest float32 that is not above the border, or that lies below it."""
    import numpy as np

    found = np.float32(_float32(border))
    if Fraction(float(found)) > border or (is_strict and Fraction(float(found)) == border):
        found = np.nextafter(found, np.float32(-np.inf))
    return float(found)


def _float32(value: Fraction) -> float:
    """Give the float32 next to an exact value of at most 53 bits, saturated."""
    import numpy as np

    limit = float(np.finfo(np.float32).max)
    return float(np.float32(min(max(float(value), -limit), limit)))
