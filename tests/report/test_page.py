"""The page of a run as a browser shows it: whole, quiet, alone, and as wide as its window."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from browser import look

from litho.formats import Fixed
from litho.hw import Estimate, Interval, Report, find_device
from litho.hw import Resources as Counts
from litho.ir import AtenCall, Graph, Input, Node, Origin, TensorType, draw
from litho.report import (
    Accuracy,
    Compression,
    Fidelity,
    Layer,
    Log,
    Page,
    Part,
    Provenance,
    Resources,
    Result,
    Table,
    Timing,
    Verification,
    render_page,
)
from litho.report.layers import duration

WIDTHS = (400, 1400)
COUNT = Interval(900, 1234, 56789)
COST = Estimate(COUNT, COUNT, COUNT, Interval(7, 7, 7))
LONG = "encoder.layers.11.attention.self.query.quantize_outputs.requantize"
KIND = TensorType((1, 64), Fixed(8, 4))

# The whole picture, a node pointed at, one that is looked for, one that its table leads to.
POINT = """(() => {
  page.querySelector("[data-act=fit]").click();
  const svg = page.querySelector(".graph-view svg"), [x, y, w, h] = svg.getAttribute("viewBox")
    .split(" ").map(Number);
  const box = page.querySelector('[data-value="n1"]');
  box.querySelector("rect").dispatchEvent(new view.PointerEvent("pointerover", {bubbles: true}));
  const near = [...svg.querySelectorAll(".near")].map((e) => [e.dataset.from, e.dataset.to]);
  const finder = page.querySelector(".graph-tools input"), shown = () => {
    const [left, top, width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
    const lit = svg.querySelector(".lit .box").getBBox();
    return [svg.querySelector(".lit").dataset.value, lit.x > left && lit.y > top
      && lit.x + lit.width < left + width && lit.y + lit.height < top + height];
  };
  const text = page.querySelector(".graph-told").textContent;
  finder.value = "N23";
  finder.dispatchEvent(new view.Event("input"));
  const found = [shown()];
  page.querySelector('[data-show="n298"]').click();
  found.push(shown());
  box.dispatchEvent(new view.MouseEvent("click", {bubbles: true}));
  return {view: [x, y, x + w, y + h], near, found, text,
    hash: decodeURIComponent(view.location.hash)};
})()"""


def chain(count: int, name: str = "n") -> Graph:
    """Nodes n0, n1, … each of which reads the one before it, every tenth that ten before too."""
    nodes: list[Node] = []
    for at in range(count):
        sources = [f"{name}{at - 1}" if at else "x"]
        if at >= 10 and at % 10 == 0:
            sources.append(f"{name}{at - 10}")
        origin = Origin(LONG, "transformer_model.py:1234")
        node = Node(f"{name}{at}", "add", tuple(sources), AtenCall(), KIND, origin=origin)
        nodes.append(node)
    return Graph("g", (Input("x", KIND),), (), tuple(nodes), (nodes[-1].name,))


def layers_of(graph: Graph) -> tuple[Layer, ...]:
    fidelity = Fidelity(signal=1.0, noise=1e-3, mean=0.02, max=0.1, reach=3.0)
    formats = (("takes", str(KIND.format), "1 × 64"), ("gives", str(KIND.format), "1 × 64"))
    return tuple(
        Layer(node.name, node.op, LONG, formats, fidelity, (64, 8), 100 + at, COST)
        for at, node in enumerate(graph.nodes)
    )


def page(graph: Graph, names: Sequence[str] = ("u_first", f"u_{LONG}")) -> Page:
    layers = layers_of(graph)
    table = Table(("file",), ((LONG,) * 1, ("rtl/" + LONG * 3,)))
    return Page(
        title="A title " + LONG,
        result=Result(
            Accuracy("accuracy", 0.97, 0.96, 0.96),
            Compression(20.5, 4.0, 100, 250),
            Verification("verilator 5.48 and icarus 11.0", 3600, 0, 1000, 20.0, 2e4, 1.5, 0.25, 49),
            Resources(COST, Report("nextpnr-ecp5 0.11", Counts(10, 20, 3, 0), 87.5, 1234)),
            Timing(40, 64, 87.5),
            Provenance("0.1", {"yosys": "0.70"}, 1, "a" * 20),
        ),
        device=find_device("ecp5-25k"),
        share=0.8,
        layers=layers,
        between=COST,
        compared="360 samples of the test set",
        modules=Table(("instance", "module"), tuple((name, LONG) for name in names)),
        parts=tuple(Part(name, LONG, (("Source files", table),)) for name in names),
        stages=Table(("stage", "seconds"), (("train", "1.00"),), ("seconds",)),
        config="key = 1\n" + "x" * 300,
        command="litho run config.toml",
        drawing=draw(graph, {layer.name: layer.remarks for layer in layers}),
        logs=(Log("synth", "y" * 300 + "\n<b>", 12),),
        multipliers=Table(("layer", "multiplying"), ((LONG, "50.0 %"),), ("multiplying",)),
    )


@pytest.fixture(scope="module")
def text() -> str:
    """A page with everything on it."""
    return render_page(page(chain(12)))


@pytest.mark.parametrize("is_dark", [False, True], ids=["light", "dark"])
def test_it_loads_quietly_and_is_no_wider_than_its_window(
    tmp_path: Path, text: str, is_dark: bool
) -> None:
    colour = "view.getComputedStyle(page.body).backgroundColor"
    seen = look(tmp_path, text, WIDTHS, colour, is_dark)
    assert seen.console == []
    for frame, width in zip(seen.frames, WIDTHS, strict=True):
        assert frame["frame"] == width
        assert (frame["page"], frame["out"]) == (frame["width"], [])  # beside the scroll bar
        assert frame["told"] == ("rgb(20, 22, 26)" if is_dark else "rgb(251, 251, 250)")


def test_what_is_wrong_with_a_page_is_seen(tmp_path: Path, text: str) -> None:
    wrong = (
        '<img src="http://example.invalid/a.png"><script>absent()</script>'
        '<div class="stray" style="width: 3000px">stray</div></main>'
    )
    seen = look(tmp_path, text.replace("</main>", wrong), (400,))
    assert any("example.invalid" in line for line in seen.console)
    assert any("absent is not defined" in line for line in seen.console)
    assert seen.frames[0]["out"] == ["DIV stray: stray"]
    assert seen.frames[0]["page"] > 3000


def test_a_graph_of_300_nodes_fits_is_followed_and_leads_to_its_table(tmp_path: Path) -> None:
    graph = chain(300)
    seen = look(tmp_path, render_page(page(graph)), WIDTHS, POINT)
    assert seen.console == []
    drawn = re.search(r'viewBox="(\S+) (\S+) (\S+) (\S+)"', draw(graph))
    assert drawn
    left, top, width, height = map(float, drawn.groups())
    for frame in seen.frames:
        told = frame["told"]
        assert frame["page"] == frame["width"]
        assert told["view"][0] <= left
        assert told["view"][2] >= left + width
        assert told["view"][1] <= top
        assert told["view"][3] >= top + height
        # Each edge that is drawn in one piece has a line and a tip.
        assert sorted(told["near"]) == [["n0", "n1"]] * 2 + [["n1", "n2"]] * 2
        assert told["text"].startswith("%n1 = add(%n0)")
        assert told["text"].endswith("101 cycles · 30.0 dB to float")
        assert told["found"] == [["n23", True], ["n298", True]]
        assert told["hash"] == "#layer-n1"


def test_without_scripts_the_graph_scrolls_at_its_full_size(tmp_path: Path, text: str) -> None:
    plain = re.sub(r"<script>.*?</script>", "", text, flags=re.S)
    told = """(() => {
      const view = page.querySelector(".graph-view"), svg = view.querySelector("svg");
      return {height: svg.getBoundingClientRect().height, scrolls: view.scrollHeight,
        tools: page.querySelector(".graph-tools").getBoundingClientRect().height};
    })()"""
    drawn = re.search(r'<svg [^>]* height="(\d+)"', text)
    assert drawn
    for frame in look(tmp_path, plain, WIDTHS, told).frames:
        assert (frame["page"], frame["out"]) == (frame["width"], [])
        assert frame["told"]["height"] == int(drawn[1])
        assert frame["told"]["scrolls"] >= int(drawn[1])
        assert frame["told"]["tools"] == 0


def test_it_refers_to_nothing_outside(text: str) -> None:
    places = re.findall(r'(?:href|src|srcset|action|data)="([^"]*)"', text)
    assert places
    assert all(place.startswith("#") for place in places)
    assert "@import" not in text
    assert "url(" not in text
    assert "default-src 'none'" in text


def test_names_are_text_whatever_they_hold() -> None:
    name = '<script>alert("1")</script>'
    text = render_page(page(chain(2, name), (name,)))
    assert name not in text
    assert text.count("<script>") == 1


def test_what_the_numbers_say_stands_on_it(text: str) -> None:
    for part in (
        "30.0 dB",
        "of 3",
        "1\u202f234",
        "900 to 56\u202f789",
        "slowest",
        "64 → 8",
        "1\u202f234 pins",
    ):
        assert part in text
    assert text.count('class="badge"') == 1
    assert "without its first 12 lines" in text
    assert "&lt;b&gt;" in text


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [(70, "70 ns"), (11.43, "11.43 ns"), (119040, "119 µs"), (2.5e7, "25 ms"), (3.2e10, "32 s")],
)
def test_a_time_is_told_in_a_unit_that_is_read_well(nanoseconds: float, text: str) -> None:
    assert duration(nanoseconds) == text


def test_times_stand_beside_cycles(text: str) -> None:
    assert "800 ns, first in to first out" in text  # 40 cycles of 20 ns
    assert "1280 ns, interval" in text
    assert "980 ns" in text  # one sample alone: 49 cycles
    assert "457.1 ns" in text  # the latency at 87.5 MHz
