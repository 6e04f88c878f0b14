"""A drawing as a file of its own."""

import xml.etree.ElementTree as ElementTree

from litho.ir import Graph, draw
from litho.report.drawing import standalone

SVG = draw(Graph("g & co", (), (), (), ()))


def test_the_picture_stays_as_it_is_and_the_script_comes_last() -> None:
    root = ElementTree.fromstring(standalone(SVG))
    assert root.attrib == ElementTree.fromstring(SVG).attrib
    assert root[-1].tag.endswith("script")
    assert "viewBox" in (root[-1].text or "")
