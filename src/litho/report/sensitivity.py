"""A study of sensitivity as one HTML file: curves, rankings, every case."""

from dataclasses import dataclass

from litho.report.page import Drawing, Table, render
from litho.report.result import Provenance

__all__ = ["StudyPage", "render_study"]


@dataclass(frozen=True, slots=True)
class StudyPage:
    """What the page of a study shows.

    `pictures` are charts of targets as SVG, `rankings` tables of targets under their titles, the
    most sensitive first, and `cases` has a row for each case. `command` makes the study again.
    """

    title: str
    metric: str
    tiles: tuple[tuple[str, str, str], ...]
    pictures: tuple[Drawing, ...]
    rankings: tuple[tuple[str, Table], ...]
    cases: Table
    provenance: Provenance
    config: str
    command: str


def render_study(page: StudyPage) -> str:
    """Give the HTML of `page`."""
    return render("sensitivity.html.j2", page=page)
