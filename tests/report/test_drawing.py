"""A drawing as a file of its own."""

import xml.etree.ElementTree as ElementTree
from pathlib import Path

from browser import look

from litho.formats import Fixed
from litho.ir import AtenCall, Graph, Input, Node, TensorType, draw
from litho.report.drawing import standalone

SVG = draw(Graph("g & co", (), (), (), ()))


def test_the_picture_stays_as_it_is_and_the_script_comes_last() -> None:
    root = ElementTree.fromstring(standalone(SVG))
    assert root.attrib == ElementTree.fromstring(SVG).attrib
    assert root[-1].tag.endswith("script")
    assert "viewBox" in (root[-1].text or "")


TOLD = """(() => {
  const svg = page.querySelector("svg");
  const box = () => svg.getAttribute("viewBox").split(" ").map(Number);
  const found = { opened: box(), size: svg.getAttribute("width") };
  const at = { clientX: 100, clientY: 100, bubbles: true, cancelable: true };
  svg.dispatchEvent(new view.WheelEvent("wheel", { ...at, deltaY: -200 }));
  found.nearer = box();
  svg.dispatchEvent(new view.PointerEvent("pointerdown", { ...at, buttons: 1 }));
  svg.dispatchEvent(new view.PointerEvent("pointermove", { ...at, clientX: 60, buttons: 1 }));
  found.moved = box();
  svg.dispatchEvent(new view.MouseEvent("dblclick", at));
  found.whole = box();
  return found;
})()"""


def test_a_browser_zooms_and_moves_it(tmp_path: Path) -> None:
    kind = TensorType((3,), Fixed(8))
    names = [f"n{number}" for number in range(60)]
    nodes = [
        Node(name, "aten.relu.default", (before,), AtenCall(), kind)
        for before, name in zip(["x", *names], names, strict=False)
    ]
    svg = draw(Graph("chain", (Input("x", kind),), (), tuple(nodes), (names[-1],)))
    page = f'<!DOCTYPE html><body style="margin: 0; height: 600px">{standalone(svg)}'
    seen = look(tmp_path, page, (900,), TOLD)
    assert seen.console == []
    told = seen.frames[0]["told"]
    whole = [float(part) for part in ElementTree.fromstring(svg).attrib["viewBox"].split()]
    assert told["size"] == "100%"
    assert told["opened"][3] < whole[3]  # large enough to be read, not all of it
    assert told["nearer"][2] < told["opened"][2]
    assert told["moved"][0] > told["nearer"][0]
    assert told["whole"] == whole
