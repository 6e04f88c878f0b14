"""Which compiled kernel computes a format, and with which numbers."""

from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Any

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
_FIXED_WIDE, _FIXED_DOUBLE, _FLOAT_DOUBLE, _FIXED_CORRECTED, _FLOAT_CORRECTED = range(6, 11)
_FLOAT_FAR = 11
_DROPS_SIGN_OF_ZERO, _OVERFLOWS = 1, 2
_INTEGERS = 22  # widest code that one addition rounds
_SCALED_INTEGERS = 21  # widest code whose quotient by reciprocal is off by less than an eighth
_SCALED_MANTISSA = 16  # the same for the last bit of a minifloat
_SCALED_MULTIPLIER = 20  # bits of a multiplier that leave room for the error of a quotient
_EXACT, _EXACT_DOUBLE = 24, 53  # bits of a float32 and of a float64
_GREATEST_POWER = 127
_SAFE, _SAFE_DOUBLE = 100, 300  # exponents within ± this leave room for every intermediate result
_NEAR, _FAR_DOWN, _FAR_UP = 20, 50, 100  # exponents of scales, and of quotients, that stay clear
_INFINITY, _NAN = 0x7F800000, 0x7FC00000

Array = Any  # float64, one entry for each index of the scale


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


def _steps(scale: Scale, frac: int) -> Array | None:
    """Give each scale · 2^(−frac), exactly, or None where float64 may not hold it."""
    import numpy as np

    shifts = np.array(scale.shifts) + frac
    if (abs(shifts) > _SAFE_DOUBLE).any():
        return None
    return np.ldexp(np.array(scale.multipliers, dtype=np.float64), -shifts)


def _fixed(form: Fixed, scale: Scale) -> Plan | None:
    steps, multiplier = _steps(scale, form.frac), max(scale.multipliers).bit_length()
    if steps is None or form.width + multiplier > _EXACT_DOUBLE or form.width > _EXACT_DOUBLE - 2:
        return None
    lows, highs = form.low * steps, form.high * steps
    ends = {"low": _float32(lows), "high": _float32(highs), "up": 1 / steps, "down": steps}
    if multiplier == 1 and _in_range(steps, 126):
        kind, half = (_FIXED, 1.5 * 2.0**23) if form.width <= _INTEGERS else (_FIXED_WIDE, 0.0)
    elif (
        multiplier <= _SCALED_MULTIPLIER
        and form.width <= _SCALED_INTEGERS
        and _in_range(steps, _SAFE)
    ):
        tie = (2 * max(form.high, -form.low) - 1).bit_length()
        kind = _FIXED_SCALED if tie + multiplier <= _EXACT else _FIXED_CORRECTED
        half, ends = 0.0, ends | _reciprocal(steps)
    else:
        kind, half = _FIXED_DOUBLE, 0.0
        ends = {}
    wide = {"wide_low": lows, "wide_high": highs, "wide_up": 1 / steps, "wide_down": steps}
    parameters = _parameters(len(steps), half=half, **ends, **wide)
    return StepPlan(kind, parameters, -_below(-lows, False), _below(highs, False))


def _reciprocal(steps: Array) -> dict[str, Array]:
    """Give 1 / steps as a float32 and what it lacks."""
    up = _float32(1 / steps)
    return {"up": up, "fine": _float32(1 / steps - up)}


def _parameters(count: int, **columns: Any) -> Any:
    """Give `count` records of parameters from columns, each a number or an array of them."""
    import numpy as np

    records = (Parameters * count)()
    table: Any = np.ctypeslib.as_array(records)
    for name, column in columns.items():
        table[name] = column
    return records


def _minifloat(form: Minifloat, scale: Scale) -> Plan | None:
    steps, bits = _steps(scale, 0), max(scale.multipliers).bit_length()
    is_inf = form.specials == "ieee" and not form.mantissa_bits and not form.saturates
    if steps is None or is_inf:  # there NaN has no code of its own
        return None
    least = 2.0 ** (form.least - form.mantissa_bits) * steps.min()
    if form.specials == "fnuz" and least < 2.0**-149:
        return None
    kind = _kind(form, steps, bits)
    highs = float(form.greatest) * steps
    columns = _float_columns(form, steps, highs, kind)
    parameters = _parameters(len(steps), **columns, **_finish(form, steps))
    return StepPlan(kind, parameters, -_below(highs, False), _below(highs, False))


def _kind(form: Minifloat, steps: Array, bits: int) -> int:
    half = form.least - form.mantissa_bits - 1
    if not _fits_float32(form):
        return _FLOAT_DOUBLE
    if bits == 1 and _in_range(steps, 126) and ((steps == 1).all() or half >= -126):
        return _plain_kind(form)
    ends = (float(form.greatest), 2.0**half, 1.0)
    is_safe = half >= -_SAFE and all(_in_range(end * steps, _SAFE) for end in ends)
    if bits > _SCALED_MULTIPLIER:
        return _FLOAT_DOUBLE
    if not is_safe or not _is_short(form):
        return _FLOAT_FAR if _reaches_far(form) and _in_range(steps, _NEAR) else _FLOAT_DOUBLE
    if form.mantissa_bits + 2 + bits <= _EXACT:
        return _FLOAT_SCALED
    return _FLOAT_CORRECTED if form.mantissa_bits <= _SCALED_MANTISSA else _FLOAT_DOUBLE


def _reaches_far(form: Minifloat) -> bool:
    is_exact = 1 <= form.mantissa_bits <= _SCALED_MANTISSA
    return is_exact and form.least < -_FAR_DOWN and form.most > _FAR_UP


def _plain_kind(form: Minifloat) -> int:
    if not form.has_subnormals or not form.mantissa_bits:
        return _BITS_FLUSHED
    if _is_short(form):
        return _FLOAT
    return _BITS if form.least == -126 else _FLOAT_DOUBLE


def _float_columns(form: Minifloat, steps: Array, highs: Array, kind: int) -> dict[str, Any]:
    """Give the columns of a minifloat; in float64 the reciprocal lies so far below the true one
    that no rounded product exceeds the quotient."""
    columns: dict[str, Any] = {"mantissa": form.mantissa_bits, "flushes": not form.has_subnormals}
    if kind in (_FLOAT_DOUBLE, _FLOAT_FAR):
        columns |= {
            "wide_up": (1 / steps) * (1 - 2.0**-51),
            "wide_down": steps,
            "wide_high": highs,
            "least": form.least,
            "parity": form.least & 1,
        }
        if kind == _FLOAT_DOUBLE:
            return columns
        far = {"lowest": 2.0**-_FAR_DOWN * steps, "high": 2.0**_FAR_UP * steps, "down": steps}
        return columns | far | _reciprocal(steps)
    columns |= {"down": steps, "least": (form.least + 127) << 23}
    scaled = {"high": _float32(highs)} | _reciprocal(steps)
    if kind == _FLOAT_CORRECTED:
        normal = 2.0**form.least * steps
        return columns | scaled | {"half": normal, "low": normal / 2}
    plain = _float_parameters(form)
    columns |= {"half": plain.half, "parity": plain.parity}
    if kind == _FLOAT_SCALED:
        return columns | scaled
    return columns | {"up": 1 / steps, "high": plain.high}


def _finish(form: Minifloat, steps: Array) -> dict[str, Any]:
    """Give what is done to a value after rounding: zeros without sign, infinity and NaN."""
    found = _DROPS_SIGN_OF_ZERO if form.specials == "fnuz" else 0
    if form.saturates:
        return {"finish": found}
    edge = form.greatest + Fraction(2) ** (form.most - form.mantissa_bits - 1)
    return {
        "finish": found | _OVERFLOWS,
        "edge": _below(float(edge) * steps, form.limit % 2 == 1),
        "special": _INFINITY if form.specials == "ieee" else _NAN,
    }


def _fits_float32(form: Minifloat) -> bool:
    return form.most <= _GREATEST_POWER and -126 <= form.least <= _GREATEST_POWER - 23


def _is_short(form: Minifloat) -> bool:
    """Whether 2^(e − M + 23) is a float32 for every exponent e."""
    return form.most + 1 + 23 - form.mantissa_bits <= _GREATEST_POWER


def _float_parameters(form: Minifloat) -> Parameters:
    return Parameters(
        up=1.0,
        down=1.0,
        high=float(form.greatest),
        half=2.0 ** (form.least - 1),
        mantissa=form.mantissa_bits,
        least=(form.least + 127) << 23,
        parity=(form.offset ^ 127) & 1 if not form.mantissa_bits else 0,
    )


def _table(form: Codebook | Binary | Ternary, scale: Scale) -> Plan | None:
    import numpy as np

    steps = _steps(scale, 0)
    if steps is None or max(scale.multipliers).bit_length() > 31:
        return None
    if not _in_range(steps, _SAFE):
        return None
    entries, borders = _entries(form)
    values = _float32(steps[:, None] * np.array([float(entry) for entry in entries]))
    middles = steps[:, None] * np.array([float(middle) for middle, _ in borders])
    thresholds = _below(middles, np.array([up for _, up in borders]))
    return TablePlan(thresholds, values)


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
        element=_float_parameters(found),
        edge=float(_below(float(edge), found.limit % 2 == 1)),
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
        edge=float(_below(float((element.high + Fraction(1, 2)) * step), True)),
        bound=high,
        most=0,
        carries=carries,
        is_integer=1,
    )
    return BlockPlan(block, saturates=not carries)


def _in_range(steps: Array, power: int) -> bool:
    return bool((steps >= 2.0**-power).all() and (steps <= 2.0**power).all())


def _below(borders: Array, is_strict: Any) -> Array:
    """Give the greatest float32 that is not above each float64 border, or that lies below it."""
    import numpy as np

    found = _float32(borders)
    is_over = (found > borders) | (is_strict & (found == borders))
    return np.where(is_over, np.nextafter(found, np.float32(-np.inf)), found)


def _float32(values: Array) -> Array:
    """Give the float32 next to each float64, saturated."""
    import numpy as np

    limit = float(np.finfo(np.float32).max)
    return np.clip(values, -limit, limit).astype(np.float32)
