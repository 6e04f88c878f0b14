"""The result of a run and what is drawn from it."""

from litho.report.page import Page, Table, render_page
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
    "Page",
    "Provenance",
    "Resources",
    "Result",
    "Table",
    "Timing",
    "Verification",
    "read_result",
    "render_page",
    "result_text",
    "write_file",
]
