"""A run without hardware as one HTML file."""

from dataclasses import dataclass

from litho.report.page import Table, accuracy_meters, accuracy_tiles, render
from litho.report.result import Result

__all__ = ["SoftwarePage", "render_software"]


@dataclass(frozen=True, slots=True)
class SoftwarePage:
    """What the page of a run without hardware shows.

    `formats` has a row for each quantized tensor, `stages` one for each stage of the run, and
    `compressed` one for each layer of a network that was compressed; `command` makes the run again.
    """

    title: str
    result: Result
    formats: Table
    stages: Table
    config: str
    command: str
    compressed: Table | None = None


def render_software(page: SoftwarePage) -> str:
    """Give the HTML of `page`."""
    return render(
        "software.html.j2",
        page=page,
        result=page.result,
        tiles=accuracy_tiles(page.result),
        accuracies=accuracy_meters(page.result),
    )
