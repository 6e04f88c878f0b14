"""The conformance suite of number formats: its checks by what they prove, and the format table.

Registering a family (`litho.formats.register`) is what gets it tested: `FORMAT_CHECKS` lists what
is asked of it, by its kind, and `table_of_formats` claims only what a check there proves.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from litho.errors import LithoError
from litho.formats import (
    CodeFormat,
    Format,
    GroupedFormat,
    fake_quantize,
    families,
    parse,
    pass_gradient,
)
from litho.formats.format import Family
from litho.ir import Registry
from litho.testing import format_checks as coded
from litho.testing import grouped_checks as grouped

__all__ = [
    "FORMAT_CHECKS",
    "PROPERTIES",
    "FormatCheck",
    "FormatOutcome",
    "FormatRow",
    "check_gradients_pass_through",
    "check_values_pass_through",
    "checks_of",
    "run_format_checks",
    "table_of_formats",
]

PROPERTIES = ("encode/decode", "fake-quantize", "QAT gradient", "integer semantics")
"""What the format table claims of the software of a family."""


@dataclass(frozen=True, slots=True)
class FormatCheck:
    """One demand on the formats of a kind (`coded`, `grouped` or `host`), and what it proves."""

    name: str
    kind: str
    proves: str
    run: Callable[[Any], None]


@dataclass(frozen=True, slots=True)
class FormatOutcome:
    """How one check of one family ended: `passed` or `failed`, with the reason."""

    family: str
    check: str
    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FormatRow:
    """One family of the format table.

    `checks` names the checks that prove each property, in the order of `PROPERTIES`; `ops` names
    the operations whose hardware takes its codes, and `costs` those that say what it costs. `page`
    is the path of its page, or empty.
    """

    family: str
    example: str
    bits: int | Fraction
    checks: tuple[tuple[str, ...], ...]
    ops: tuple[str, ...]
    costs: tuple[str, ...]
    page: str


def check_values_pass_through(form: Format) -> None:
    """Demand that a host type leaves values as they are, NaN included."""
    x = np.array([1.5, -np.inf, np.nan])
    coded.demand(fake_quantize(x, form) is x, form, "leave values alone", "another array")


def check_gradients_pass_through(form: Format) -> None:
    """Demand that a host type leaves gradients as they are."""
    x = np.array([1.5, -np.inf, np.nan])
    coded.demand(pass_gradient(x, x, form) is x, form, "leave gradients alone", "another array")


def _checks(kind: str, proves: str, *runs: Callable[[Any], None]) -> tuple[FormatCheck, ...]:
    return tuple(
        FormatCheck(run.__name__.removeprefix("check_"), kind, proves, run) for run in runs
    )


_CODING, _FAKE, _GRADIENT, _INTEGERS = PROPERTIES
FORMAT_CHECKS: tuple[FormatCheck, ...] = (
    *_checks(
        "coded", _CODING, coded.check_record, coded.check_values_are_kept,
        coded.check_the_nearest_is_taken, coded.check_order_is_kept, coded.check_signs_are_alike,
        coded.check_not_finite_is_loud,
    ),
    *_checks("coded", _FAKE, coded.check_float32_is_the_grids),
    *_checks(
        "coded", _GRADIENT, coded.check_gradient_is_that_of_the_clipped_line,
        coded.check_scales_gradient_is_its_slope,
    ),
    *_checks(
        "coded", _INTEGERS, coded.check_products_are_integers, coded.check_roundings_are_exact
    ),
    *_checks(
        "grouped", _CODING, coded.check_record, grouped.check_groups_are_kept,
        grouped.check_elements_are_the_nearest, grouped.check_negated_groups_are_negative,
        grouped.check_a_group_of_zeros_stays_zero, grouped.check_groups_not_finite_are_loud,
    ),
    *_checks("grouped", _FAKE, grouped.check_groups_of_float32),
    *_checks("grouped", _GRADIENT, grouped.check_group_gradients_stop_at_saturation),
    *_checks("grouped", _INTEGERS, grouped.check_group_products_are_integers),
    *_checks("host", _FAKE, check_values_pass_through),
    *_checks("host", _GRADIENT, check_gradients_pass_through),
)  # fmt: skip
"""Every check, in the order of `PROPERTIES` for each kind."""


def checks_of(form: Format) -> tuple[FormatCheck, ...]:
    """Give the checks that `form` must pass."""
    if isinstance(form, GroupedFormat):
        kind = "grouped"
    else:
        kind = "coded" if isinstance(form, CodeFormat) else "host"
    return tuple(check for check in FORMAT_CHECKS if check.kind == kind)


def run_format_checks(form: Format) -> tuple[FormatOutcome, ...]:
    """Give the outcome of each check on `form`, which may be registered or not."""
    return tuple(_outcome(form, check) for check in checks_of(form))


def _outcome(form: Format, check: FormatCheck) -> FormatOutcome:
    try:
        check.run(form)
    except LithoError as error:
        return FormatOutcome(form.family, check.name, "failed", str(error))
    return FormatOutcome(form.family, check.name, "passed")


def table_of_formats(registry: Registry) -> tuple[FormatRow, ...]:
    """Give a row for each registered family; its hardware is that of the ops in `registry`."""
    return tuple(_row(family, registry) for family in families())


def _row(family: Family, registry: Registry) -> FormatRow:
    form = parse(family.example)
    proofs = tuple(
        tuple(check.name for check in checks_of(form) if check.proves == proved)
        for proved in PROPERTIES
    )
    # A block carries its resources: what has hardware has a cost.
    ops = tuple(op.name for op in registry if family.name in op.blocks)
    return FormatRow(family.name, family.example, form.bits, proofs, ops, ops, family.page)
