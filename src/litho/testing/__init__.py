"""The conformance suite: what every block must pass, ours and a user's alike.

`litho.testing.suite.Conformance` is the suite for pytest; the checks are functions of their own.
"""

from litho.testing.bench import CHECKS, SYNTHESIS, Outcome, chosen_subjects, run_checks
from litho.testing.checks import (
    STALLS,
    check_equality,
    check_lint,
    check_reference,
    check_reset,
    check_schedule,
    check_second_simulator,
    check_timing,
    expected_of,
    sides_of,
)
from litho.testing.discovery import Subject, find_subjects
from litho.testing.lowering import check_lowering
from litho.testing.synthesis import check_netlist, check_resources

__all__ = [
    "CHECKS",
    "STALLS",
    "SYNTHESIS",
    "Outcome",
    "Subject",
    "check_equality",
    "check_lint",
    "check_lowering",
    "check_netlist",
    "check_reference",
    "check_reset",
    "check_resources",
    "check_schedule",
    "check_second_simulator",
    "check_timing",
    "chosen_subjects",
    "expected_of",
    "find_subjects",
    "run_checks",
    "sides_of",
]
