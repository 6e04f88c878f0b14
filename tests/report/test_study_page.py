"""The page of a study as a browser shows it, and curves with bands."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from browser import look

from litho.report import (
    Chart,
    Curve,
    Drawing,
    Mean,
    Provenance,
    StudyPage,
    Table,
    draw_chart,
    render_study,
)

pytest.importorskip("matplotlib", reason="matplotlib is missing: no curves can be drawn")

WIDTHS = (400, 1400)
NAMES = tuple(f"network.bert.encoder.layer.{number}.attention.self.query" for number in range(12))
CHART = Chart(
    "One layer pruned at a time (element, l1)",
    "sparsity",
    "accuracy",
    (
        *(
            Curve(name, ((0.5, Mean((0.8, 0.7 + 0.01 * at))), (0.9, Mean((0.6, 0.5)))))
            for at, name in enumerate(NAMES)
        ),
        Curve("as it is", ((None, Mean((0.85,))),)),
    ),
    bands=True,
    ordered=True,
)
GREY = "#8a8f98"


def study_page() -> StudyPage:
    headers = ("rank", "target", "drop")
    ranking = Table(
        headers, tuple((str(n), name, "0.1") for n, name in enumerate(NAMES)), ("rank",)
    )
    return StudyPage(
        title="A study " + "x" * 90,
        metric="accuracy",
        tiles=(("83.75 %", "accuracy as it is", "80.00 to 87.25 %"),),
        pictures=(Drawing(CHART.title, draw_chart(CHART)[0]),),
        rankings=(("Each layer, at sparsity 0.5", ranking),),
        cases=ranking,
        provenance=Provenance("0.1", {"torch": "2.13.0"}, 1, "a" * 24),
        config="key = 1\n" + "x" * 300,
        command="litho run config.toml",
    )


def test_it_loads_quietly_and_is_no_wider_than_its_window(tmp_path: Path) -> None:
    seen = look(tmp_path, render_study(study_page()), WIDTHS)
    assert seen.console == []
    for frame in seen.frames:
        assert (frame["page"], frame["out"]) == (frame["width"], [])


def test_a_study_of_matrices_alone_has_no_pictures() -> None:
    page = render_study(replace(study_page(), pictures=()))
    assert 'href="#curves"' not in page
    assert "All 11 cases" in page


def test_curves_that_are_ordered_go_from_dark_to_light_beside_a_grey_line() -> None:
    picture, _ = draw_chart(CHART)
    assert "#440154" in picture  # where the scale begins
    assert GREY in picture
    assert GREY not in draw_chart(replace(CHART, bands=False, ordered=False))[0]


def test_a_long_legend_takes_nothing_of_the_curves() -> None:
    short = replace(CHART, curves=CHART.curves[-2:])
    heights = [
        float(re.search(r'viewBox="0 0 [\d.]+ ([\d.]+)"', draw_chart(chart)[0])[1])
        for chart in (short, CHART)
    ]
    assert heights == pytest.approx([4.8 * 72, (4.8 + 11 * 0.25) * 72])


def test_ends_are_bands_along_curves_and_bars_where_there_is_one_place() -> None:
    assert "PolyCollection" in draw_chart(CHART)[0]
    single = tuple(replace(curve, points=curve.points[:1]) for curve in CHART.curves)
    for chart in (replace(CHART, bands=False), replace(CHART, curves=single)):
        picture, image = draw_chart(chart)
        assert "PolyCollection" not in picture
        assert "LineCollection" in picture
        assert image.startswith(b"\x89PNG")
