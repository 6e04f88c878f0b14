"""The result of a run and what is drawn from it."""

from litho.report.layers import Fidelity, Layer, slowest
from litho.report.page import Drawing, Log, Page, Part, Table, render_page
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
from litho.report.waves import Track, draw_waves, track_of

__all__ = [
    "Accuracy",
    "Drawing",
    "Fidelity",
    "Layer",
    "Log",
    "Page",
    "Part",
    "Provenance",
    "Resources",
    "Result",
    "Table",
    "Timing",
    "Track",
    "Verification",
    "draw_waves",
    "read_result",
    "render_page",
    "result_text",
    "slowest",
    "track_of",
    "write_file",
]
