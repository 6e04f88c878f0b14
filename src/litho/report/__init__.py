"""The result of a run and what is drawn from it."""

from litho.report.result import (
    Accuracy,
    Provenance,
    Resources,
    Result,
    Timing,
    Verification,
    read_result,
    result_text,
    write_file,
)

__all__ = [
    "Accuracy",
    "Provenance",
    "Resources",
    "Result",
    "Timing",
    "Verification",
    "read_result",
    "result_text",
    "write_file",
]
