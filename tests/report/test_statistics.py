"""The small pictures on the page of a graph's statistics."""

import xml.etree.ElementTree as ElementTree

import pytest

from litho.ir import Histogram
from litho.report.statistics import draw_histogram

SVG = "{http://www.w3.org/2000/svg}"


def paths(histogram: Histogram) -> list[str]:
    root = ElementTree.fromstring(draw_histogram(histogram))
    return [item.get("d") or "" for item in root.iter(f"{SVG}path")]


def test_a_bar_stands_for_each_bin_that_is_not_empty() -> None:
    (bars,) = paths(Histogram(0, 3, (1, 0, 2)))
    assert bars == "M0.0 26v-13.0h50.0v13.0zM100.0 26v-26.0h50.0v26.0z"


def test_the_smallest_bin_can_be_seen() -> None:
    (bars,) = paths(Histogram(0, 2, (1, 10**9)))
    assert bars.startswith("M0.0 26v-1.0h")


@pytest.mark.parametrize(("low", "high", "at"), [(-1, 3, "M37.5 0"), (-1, 0.0, None), (0, 1, None)])
def test_zero_is_marked_where_it_lies_inside(low: float, high: float, at: str | None) -> None:
    found = paths(Histogram(low, high, (1, 1)))
    assert found[1:] == ([f"{at}V26"] if at else [])
