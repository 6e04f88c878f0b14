"""Follows, in one traced forward pass, the integer grid on which each tensor stands.

A quantizer whose input stands on a known grid requantizes in integers, as hardware does. The
grid of a sum of products is the product of the steps; relu, views, parts and dropout in eval keep
it; a leaky rectifier makes it finer by its slope; an addition stands on the finer grid of the two;
anything else ends it.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import torch
from torch.overrides import TorchFunctionMode

from litho.errors import ConfigError
from litho.formats import Fixed, Format, Scale
from litho.ir import TensorType
from litho.ops.linear.reference import output_scale

if TYPE_CHECKING:
    from litho.compress.quantizer import Quantizer

__all__ = [
    "DECODED",
    "Grid",
    "Rule",
    "Rules",
    "Trace",
    "active",
    "check_width",
    "holds",
    "product_step",
    "significand",
    "sum_width",
    "tracing",
    "value_bits",
]

_SIGNIFICAND = {torch.float16: 11, torch.bfloat16: 8, torch.float32: 24, torch.float64: 53}


def significand(dtype: torch.dtype) -> int:
    """Give the bits that products and sums in a number type keep."""
    is_exact = dtype != torch.float32 or torch.get_float32_matmul_precision() == "highest"
    return _SIGNIFICAND[dtype] if is_exact else _SIGNIFICAND[torch.bfloat16]


@lru_cache(maxsize=1024)
def holds(dtype: torch.dtype, form: Format, scale: Scale) -> bool:
    """Say whether float32 is `dtype` and holds every value of a fixed-point format exactly."""
    if dtype != torch.float32 or not isinstance(form, Fixed):
        return False
    powers = [shift + form.frac for shift in scale.shifts]
    is_near = max(abs(power) for power in powers) <= _NEAR
    return is_near and value_bits(form.width, scale) <= _SIGNIFICAND[dtype]


# A sum times a multiplier of 16 bits stays below the 2^61 of `arith.requantize`.
_WIDEST = 46
_NEAR = 80  # powers of two between which float32 has no subnormals and no infinity
DECODED = 63  # of a code times its multiplier, which `decode` takes


@dataclass(frozen=True, slots=True)
class Grid:
    """Where a tensor stands.

    `form` bounds the codes, `step` is the value of code 1 (fraction included), `is_integer` says
    that a scaled integer took part, `sources` are the quantizers that decide its number type, and
    `is_stored` says that the codes are a quantizer's own and no sum.
    """

    form: Fixed
    step: Scale
    is_integer: bool = False
    sources: tuple["Quantizer", ...] = ()
    is_stored: bool = False

    def type(self, shape: tuple[int, ...]) -> TensorType:
        """Give the type of a tensor of this shape, all of its step in the scale."""
        form = Fixed(self.form.width, 0, self.form.is_signed, is_integer=True)
        return TensorType(shape, form, self.step)


@dataclass(frozen=True, slots=True)
class _Rounded:
    """A float result of a function of codes, and whether a module is that function."""

    tensor: torch.Tensor
    name: str
    is_module: bool = False


class Trace(TorchFunctionMode):
    """The grids of the tensors of one forward pass.

    Sums too wide to be requantized, and a quantizer behind a function that has a table of its own,
    are an error when `is_exact`; else the grid ends there, and floats go on.
    """

    def __init__(self, rules: "Rules", is_exact: bool = True) -> None:
        super().__init__()
        self.rules, self.is_exact = rules, is_exact
        self._known: dict[int, tuple[torch.Tensor, Grid]] = {}
        self._functions: dict[int, _Rounded] = {}
        self._seen: dict[str, tuple[Scale | None]] = {}
        self._read: set[int] = set()

    def of(self, tensor: Any) -> Grid | None:
        """Give the grid of a tensor, or None."""
        found = self._known.get(id(tensor))
        return found[1] if found else None

    def note(self, tensor: torch.Tensor, grid: Grid | None) -> None:
        """Remember the grid of a tensor; the tensor stays alive as long as the trace."""
        if grid is not None:
            self._known[id(tensor)] = (tensor, grid)
        else:
            self._known.pop(id(tensor), None)

    def read(self, grid: Grid | None) -> None:
        """Remember that the codes of a grid are read, not only their values."""
        if grid is not None:
            self._read.update(id(quantizer) for quantizer in grid.sources)

    def is_read(self, quantizer: "Quantizer") -> bool:
        """Say whether codes that a quantizer had a part in are read."""
        return id(quantizer) in self._read

    def ends_at(self, width: int) -> bool:
        """Say whether sums of so many bits end the grid."""
        return not self.is_exact and width > _WIDEST

    def enter_quantizer(self, quantizer: "Quantizer", x: torch.Tensor) -> None:
        """Tell a quantizer the grid of what it reads; it must be the same each time.

        A format that is not fixed-point takes values and no codes.
        """
        if not quantizer.is_fixed:
            quantizer.know_input(None)
            return
        found = self._functions.get(id(x))
        if found and found.is_module and self.is_exact:
            raise ConfigError(
                f"{quantizer.place} must not quantize what {found.name} gives: its"
                " table has that format already; give the module a rule of"
                " its own that names `inputs` and `outputs`"
            )
        grid = self.of(x)
        self.read(grid)
        self.expect_same(quantizer.place, grid)
        quantizer.know_input(grid.step if grid else None, is_raw=found is not None)

    def note_module(self, result: Any) -> None:
        """Remember that a module with a table of its own in hardware gave `result`."""
        found = self._functions.get(id(result))
        if found:
            self._functions[id(result)] = replace(found, is_module=True)

    def expect_same(self, place: str, grid: Grid | None) -> None:
        """Raise `ConfigError` when a module is called again with an input on another grid."""
        step = grid.step if grid else None
        seen = self._seen.setdefault(place, (step,))
        if seen != (step,):
            raise ConfigError(
                f"{place} must read one integer grid, not {_said(seen[0])} in one call"
                f" and {_said(step)} in another; give each place in the model a module of its own"
            )

    def leave_quantizer(self, quantizer: "Quantizer", y: torch.Tensor) -> None:
        """Remember where a quantizer's result stands."""
        if not quantizer.is_fixed:
            self.note(y, None)
            return
        form = quantizer.fixed
        self.note(y, Grid(form, quantizer.step, form.is_integer, (quantizer,), is_stored=True))

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run a torch function and follow the grids through it."""
        del types
        options = kwargs or {}
        name = getattr(func, "__name__", "").strip("_")
        if name not in self.rules.grids and any(self.of(item) for item in args):
            args = _alike(args)
        result = func(*args, **options)
        if isinstance(result, torch.Tensor):
            rule = self.rules.grids.get(name)
            self.note(result, rule(self, result, args, options) if rule else None)
            self._note_function(result, name, args[0] if args else options.get("input"))
        return result

    def _note_function(self, result: torch.Tensor, name: str, source: Any) -> None:
        """Remember that a tensor is a rounded function of codes, or a view of such a tensor."""
        if name in self.rules.rounded and self.of(source) is not None:
            self._functions[id(result)] = _Rounded(result, name)
        elif name in self.rules.views and id(source) in self._functions:
            self._functions[id(result)] = replace(self._functions[id(source)], tensor=result)
        elif result is not source:
            self._functions.pop(id(result), None)


def _alike(args: Any) -> Any:
    """Give float64 tensors as float32 beside float32 ones: here the grid ends."""
    if any(isinstance(item, torch.Tensor) and item.dtype == torch.float32 for item in args):
        return tuple(
            item.float() if isinstance(item, torch.Tensor) and item.dtype == torch.float64 else item
            for item in args
        )
    return args


def _said(step: Scale | None) -> str:
    return "raw floats" if step is None else f"multiples of {step}"


_ACTIVE: ContextVar[Trace | None] = ContextVar("litho_trace", default=None)


def active() -> Trace | None:
    """Give the trace that is running, or None."""
    return _ACTIVE.get()


Rule = Callable[[Trace, torch.Tensor, tuple[Any, ...], dict[str, Any]], Grid | None]


@dataclass(frozen=True, slots=True)
class Rules:
    """What functions of torch do to grids, by their names.

    `grids` give the grid of a result, `views` are those that only show what they get, and the
    results of `rounded` are floats that hardware rounds in another way.
    """

    grids: Mapping[str, Rule]
    views: frozenset[str]
    rounded: frozenset[str]


@contextmanager
def tracing(rules: Rules, is_exact: bool = True) -> Iterator[Trace]:
    """Trace the forward pass that runs inside."""
    trace = Trace(rules, is_exact)
    token = _ACTIVE.set(trace)
    try:
        with trace:
            yield trace
    finally:
        _ACTIVE.reset(token)


def product_step(source: Grid, weight: Grid) -> Scale:
    """Give the step of the products of an input and a weight of `linear`."""
    axis = source.step.axis
    shape = (1,) if axis is None else (len(source.step.multipliers), *(1,) * (-axis - 1))
    rows = len(weight.step.multipliers)
    return output_scale(source.type(shape), weight.type((rows, 1)))


def sum_width(left: Fixed, right: Fixed, count: int) -> int:
    """Give the bits of any sum of `count` products."""
    greatest = count * max(-left.low, left.high) * max(-right.low, right.high)
    return greatest.bit_length() + 1


def value_bits(width: int, step: Scale) -> int:
    """Give the bits of significand that hold every code of `width` bits times its step."""
    factor = max(step.multipliers)
    return width if factor == 1 else width + factor.bit_length()


def check_width(width: int, place: str) -> None:
    """Raise `ConfigError` for sums whose codes float64 would not tell apart."""
    if width > _WIDEST:
        raise ConfigError(
            f"{place} must fit {_WIDEST} bits to be requantized, not take {width};"
            " use narrower formats or nearer scales: give the layers before it `outputs`"
        )
