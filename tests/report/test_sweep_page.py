"""The pages of sweeps and of runs without hardware as a browser shows them."""

from dataclasses import replace
from pathlib import Path

import pytest
from browser import look

from litho.report import (
    Accuracy,
    Chart,
    Compression,
    Curve,
    Mean,
    PointRow,
    Provenance,
    Result,
    SoftwarePage,
    SweepPage,
    Table,
    draw_chart,
    means_table,
    render_software,
    render_sweep,
)

pytest.importorskip("matplotlib", reason="matplotlib is missing: no curves can be drawn")

WIDTHS = (400, 1400)
LONG = "method=QAT_per_axis_learned,bits=4,epochs=1,seed=1,granularity=axis,scale=learned"
PROVENANCE = Provenance("0.1", {"torch": "2.13.0"}, 1, "a" * 24)
CHART = Chart(
    "A title that says what is drawn",
    "bits",
    "accuracy",
    (
        Curve("PTQ", ((4, Mean((0.5, 0.6))), (8, Mean((0.8, 0.82))), (32, Mean((0.84,))))),
        Curve("QAT", ((4, Mean((0.7, 0.75))), (8, Mean((0.83,))))),
        Curve("float", ((None, Mean((0.85, 0.86))),)),
    ),
)


def sweep_page() -> SweepPage:
    return SweepPage(
        title="A sweep " + LONG,
        tiles=(("12", "points done", "none failed"), ("66.9 %", "best fake-quantized", LONG)),
        picture=draw_chart(CHART)[0],
        means=means_table(CHART),
        headers=("float", "fake_quantized", "bits_per_quantized_weight"),
        points=(
            PointRow(LONG, ("0.9", "0.8", "4.0"), "points/a/report.html"),
            PointRow("b" * 90, ("", "", ""), error="it must be so, not otherwise; " * 9),
        ),
        best=LONG,
        rule="highest accuracy",
        provenance=PROVENANCE,
        config="key = 1\n" + "x" * 300,
        command="litho run config.toml",
    )


def software_page() -> SoftwarePage:
    row = (f"network.{LONG}", "weights", "fixed4f3", "power_of_two", "tensor", "4", "16384")
    headers = ("module", "part", "format", "scale", "granularity", "bits", "values")
    return SoftwarePage(
        title=LONG,
        result=Result(
            Accuracy("accuracy", 0.9, 0.8, before_tuning=0.5, before_compression=0.85),
            Compression(20.5, 4.0, 100, 250, 5000, 0.5),
            *(None, None, None, PROVENANCE),
        ),
        formats=Table(headers, (row,) * 3, ("bits", "values")),
        stages=Table(("stage", "seconds"), (("train", "1.00"),), ("seconds",)),
        config="key = 1\n" + "x" * 300,
        command="litho run config.toml",
        compressed=Table(("layer", "shape", "kept"), ((f"network.{LONG}", "2:4", "8192"),) * 3),
    )


@pytest.mark.parametrize("is_dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("kind", ["sweep", "software"])
def test_it_loads_quietly_and_is_no_wider_than_its_window(
    tmp_path: Path, kind: str, is_dark: bool
) -> None:
    text = render_sweep(sweep_page()) if kind == "sweep" else render_software(software_page())
    ink = "page.querySelector('.litho-chart text')" if kind == "sweep" else "page.body"
    seen = look(tmp_path, text, WIDTHS, f"view.getComputedStyle({ink}).color", is_dark)
    assert seen.console == []
    for frame in seen.frames:
        assert (frame["page"], frame["out"]) == (frame["width"], [])
        assert frame["told"] == ("rgb(232, 234, 238)" if is_dark else "rgb(28, 30, 33)")


def test_a_compressed_network_shows_its_way_and_its_layers() -> None:
    text = render_software(software_page())
    places = [text.index(words) for words in (">float network<", ">before compression<")]
    places += [text.index(words) for words in (">before tuning<", ">fake-quantized<")]
    assert places == sorted(places)
    for words in ("85.00 %", "sparsity of the pruned layers", "5\u202f000 weights dropped", "2:4"):
        assert words in text
    plain = render_software(replace(software_page(), compressed=None))
    assert 'id="compression"' in text
    assert 'id="compression"' not in plain


def test_a_picture_is_the_same_each_time_and_has_no_ink_of_its_own() -> None:
    picture, image = draw_chart(CHART)
    assert draw_chart(CHART) == (picture, image)
    assert "currentColor" in picture
    assert "#000000" not in picture
    for curve in CHART.curves:
        assert f">{curve.label}</text>" in picture
    assert image.startswith(b"\x89PNG")


def test_a_picture_may_stand_on_words() -> None:
    chart = Chart(
        "", "how", "accuracy", (Curve("a", (("min", Mean((1.0,))), ("mse", Mean((2.0,))))),)
    )
    assert chart.places == ("min", "mse")
    assert ">mse</text>" in draw_chart(chart)[0]


def test_means_have_their_spread() -> None:
    table = means_table(CHART)
    assert table.rows[0] == ("PTQ", "4", "0.5500", "0.5000 to 0.6000", "0.0707", "2")
    assert table.rows[2] == ("PTQ", "32", "0.8400", "", "", "1")
    assert table.rows[-1] == ("float", "", "0.8550", "0.8500 to 0.8600", "0.0071", "2")
