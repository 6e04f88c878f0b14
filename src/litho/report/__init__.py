"""The result of a run and what is drawn from it."""

from litho.report.columns import COLUMNS, Column, column
from litho.report.curves import Chart, Curve, Mean, Spread, draw_chart
from litho.report.layers import Fidelity, Layer, grouped, slowest
from litho.report.page import Drawing, Log, Page, Part, Table, render_page
from litho.report.result import (
    Accuracy,
    Compression,
    Provenance,
    Resources,
    Result,
    Timing,
    Verification,
    read_result,
    result_text,
    tables_of,
    write_file,
)
from litho.report.sensitivity import StudyPage, render_study
from litho.report.software import SoftwarePage, render_software
from litho.report.sweep import (
    PointResult,
    PointRow,
    SweepPage,
    csv_of,
    means_table,
    render_sweep,
)
from litho.report.waves import Track, draw_waves, track_of

__all__ = [
    "COLUMNS",
    "Accuracy",
    "Chart",
    "Column",
    "Compression",
    "Curve",
    "Drawing",
    "Fidelity",
    "Layer",
    "Log",
    "Mean",
    "Page",
    "Part",
    "PointResult",
    "PointRow",
    "Provenance",
    "Resources",
    "Result",
    "SoftwarePage",
    "Spread",
    "StudyPage",
    "SweepPage",
    "Table",
    "Timing",
    "Track",
    "Verification",
    "column",
    "csv_of",
    "draw_chart",
    "draw_waves",
    "grouped",
    "means_table",
    "read_result",
    "render_page",
    "render_software",
    "render_study",
    "render_sweep",
    "result_text",
    "slowest",
    "tables_of",
    "track_of",
    "write_file",
]
