"""The picture of a graph: everything is on it, and nothing lies over anything else."""

import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest
from example_ops import KIND, example
from hypothesis import given
from hypothesis import strategies as st

from litho.errors import GraphError
from litho.ir import AtenCall, Graph, Input, Lanes, Node, Origin, Ref, TupleType, draw
from litho.ir._layout import Box, Layout, lay_out

SVG = "{http://www.w3.org/2000/svg}"


def texts(graph: Graph) -> list[str]:
    root = ElementTree.fromstring(draw(graph))
    return [element.text or "" for element in root.iter(f"{SVG}text")]


def call(name: str, *inputs: str, op: str = "aten.add.Tensor", **more: object) -> Node:
    return Node(name, op, inputs, AtenCall(), KIND, **more)


def test_a_box_shows_op_name_constants_parameters_and_type() -> None:
    found = texts(example())
    for line in (
        "input",
        "%x",
        ": fixed8f4[2, 3]",
        "negate",
        "%n · act",
        "%fc.weight : fixed8f4[2, 3]",
        ": fixed8f4[2, 3]  lanes 3 → 1",
        "output",
    ):
        assert line in found
    assert any(line.startswith("factor=3, format='fixed10f4'") for line in found)


def test_a_long_line_is_cut_and_stands_whole_in_the_tooltip() -> None:
    path = "encoder." * 20
    graph = example()
    graph = graph.replace_node(replace(graph.node("s"), origin=Origin(path)))
    assert max(map(len, texts(graph))) <= 70
    titles = [item.text or "" for item in ElementTree.fromstring(draw(graph)).iter(f"{SVG}title")]
    assert any(path in title for title in titles)


def test_the_same_graph_gives_the_same_picture() -> None:
    assert draw(example()) == draw(example())


def test_a_graph_of_nothing_is_drawn() -> None:
    assert texts(Graph("empty", (), (), (), ())) == []


@pytest.mark.parametrize("name", ["<&\"'>", "\x00\x1b", "two words", "é☃\U0001f600", "\ud800"])
def test_any_name_is_drawn(name: str) -> None:
    graph = Graph(name, (Input(name, KIND),), (), (call("y", name),), ("y",))
    assert "%y" in texts(graph)


def test_nodes_of_pytorch_are_drawn_without_their_tensor_arguments() -> None:
    arguments = AtenCall((("self", Ref(0)), ("dim", -1)))
    node = Node("y", "aten.split.Tensor", ("x",), arguments, TupleType((KIND, KIND)), Lanes(1, 2))
    found = texts(Graph("g", (Input("x", KIND),), (), (node,), ("y",)))
    assert "dim=-1" in found
    assert ": (fixed8f4[2, 3], fixed8f4[2, 3])  lanes 1 → 2" in found


def test_a_node_of_the_host_is_marked() -> None:
    node = replace(call("y", "x"), host=True)
    text = draw(Graph("g", (Input("x", KIND),), (), (node,), ("y",)))
    assert text.count('<g class="host"') == 1


def test_a_constant_that_is_an_output_has_a_box_of_its_own() -> None:
    graph = replace(example(), nodes=(), outputs=("fc.weight",))
    assert texts(graph).count("constant") == 1


def test_a_graph_out_of_order_is_refused() -> None:
    graph = example()
    with pytest.raises(GraphError, match="a value must be defined before it is used: %u reads %s"):
        draw(graph.with_nodes(reversed(graph.nodes)))


def test_edges_name_the_boxes_that_they_join() -> None:
    root = ElementTree.fromstring(draw(example()))
    boxes = {item.get("data-value") for item in root.iter(f"{SVG}g")}
    arrivals = [item for item in root.iter(f"{SVG}path") if item.get("class") == "tip"]
    assert {item.get("data-from") for item in arrivals} <= boxes
    graph = example()
    read = {(name, node.name) for node in graph.nodes for name in node.inputs}
    found = {(item.get("data-from"), item.get("data-to")) for item in arrivals}
    assert {pair for pair in read if not graph.is_constant(pair[0])} <= found


def test_remarks_stand_last_in_their_box() -> None:
    root = ElementTree.fromstring(draw(example(), {"n": ("7 cycles", "40 dB")}, {"n"}))
    (box,) = (item for item in root.iter(f"{SVG}g") if item.get("data-value") == "n")
    assert [item.text for item in box.iter(f"{SVG}text")][-2:] == ["7 cycles", "40 dB"]
    assert (box.findtext(f"{SVG}title") or "").endswith("\n7 cycles\n40 dB")
    assert [item.get("class") for item in root.iter(f"{SVG}g")].count("node marked") == 1


def nested() -> Graph:
    """Two layers of four nodes that read the mask; the first layer's norm is called again."""
    paths = [
        *(("a", "net.layer.0.fc"), ("b", "net.layer.0.fc"), ("c", "net.layer.0"), ("d", "net")),
        *(("e", "net.layer.1.fc"), ("f", "net.layer.1"), ("g", "net.layer.1"), ("h", "")),
        *(("i", "net.layer.0"), ("j", "net.layer.0"), ("k", "net.layer.0")),
    ]
    nodes = [
        call(f"{path}.{name}", before, "mask", origin=Origin(path))
        for (name, path), before in zip(
            paths, ["x", *(f"{path}.{name}" for name, path in paths)], strict=False
        )
    ]
    inputs = (Input("x", KIND), Input("mask", KIND))
    return Graph("nested", inputs, (), tuple(nodes), (nodes[-1].name,))


def numbers(item: ElementTree.Element) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a drawn box or frame."""
    rect = item.find(f"{SVG}rect")
    assert rect is not None
    left, top, width, height = (float(rect.get(key) or 0) for key in ("x", "y", "width", "height"))
    return left, top, left + width, top + height


def test_a_module_with_three_boxes_has_a_frame_at_each_run() -> None:
    root = ElementTree.fromstring(draw(nested()))
    frames = [item for item in root.iter(f"{SVG}g") if item.get("class") == "frame"]
    paths = [item.get("data-path") for item in frames]
    assert paths == ["net", "net.layer.0", "net.layer.1", "net.layer.0"]
    titles = [item.findtext(f"{SVG}text") for item in frames]
    assert titles == ["net", "layer.0", "layer.1", "net.layer.0"]


def test_a_frame_holds_its_boxes_and_no_others() -> None:
    root = ElementTree.fromstring(draw(nested()))
    groups = list(root.iter(f"{SVG}g"))
    (frame,) = (item for item in groups if item.get("data-path") == "net.layer.1")
    left, top, right, bottom = numbers(frame)
    for item in groups:
        if name := item.get("data-value"):
            found = numbers(item)
            is_inside = (
                left < found[0] and found[2] < right and top < found[1] and found[3] < bottom
            )
            assert is_inside == name.startswith("net.layer.1."), name


def test_names_leave_out_the_path_of_their_frame() -> None:
    found = texts(nested())
    assert {"%fc.a", "%fc.b", "%c", "%d", "%fc.e", "%f", "%g"} <= set(found)


def test_an_edge_that_enters_frames_comes_to_its_box_in_one_line() -> None:
    root = ElementTree.fromstring(draw(nested()))
    arrivals = [
        (item.get("data-from"), item.get("data-to"))
        for item in root.iter(f"{SVG}path")
        if item.get("class") == "tip"
    ]
    graph = nested()
    read = [(name, node.name) for node in graph.nodes for name in node.inputs]
    assert sorted(arrivals) == sorted([*read, (graph.outputs[0], "output 0")])


def test_what_only_moves_values_is_small() -> None:
    node = Node("y", "aten.transpose.int", ("x",), AtenCall((("dim0", 1),)), KIND)
    graph = Graph("g", (Input("x", KIND),), (), (node,), ("y",))
    assert texts(graph)[3:5] == ["transpose.int", "fixed8f4[2, 3]"]
    assert "dim0=1" in draw(graph)


def test_it_takes_the_colours_of_its_page() -> None:
    text = draw(example())
    assert "currentColor" in text
    assert "fill: currentColor" in text
    assert "black" not in text
    assert "white" not in text


@st.composite
def networks(draw_from: st.DrawFn) -> dict[str, Box]:
    boxes: dict[str, Box] = {}
    for number in range(draw_from(st.integers(0, 20))):
        known = list(boxes)
        sources = draw_from(st.lists(st.sampled_from(known), max_size=3)) if known else []
        width, height = draw_from(st.integers(10, 400)), draw_from(st.integers(10, 120))
        boxes[f"b{number}"] = Box(float(width), float(height), tuple(sources))
    return boxes


def frames(boxes: dict[str, Box], layout: Layout) -> dict[str, tuple[float, float, float, float]]:
    """Left, top, right and bottom of each box."""
    return {
        name: (
            layout.centres[name] - box.width / 2,
            layout.tops[name],
            layout.centres[name] + box.width / 2,
            layout.tops[name] + box.height,
        )
        for name, box in boxes.items()
    }


@given(networks())
def test_boxes_do_not_overlap_and_lie_inside(boxes: dict[str, Box]) -> None:
    layout = lay_out(boxes)
    found = list(frames(boxes, layout).values())
    for number, (left, top, right, bottom) in enumerate(found):
        assert -0.01 <= left <= right <= layout.width + 0.01
        assert -0.01 <= top <= bottom <= layout.height + 0.01
        for other in found[:number]:
            assert left >= other[2] or right <= other[0] or top >= other[3] or bottom <= other[1]


@given(networks())
def test_a_box_lies_below_all_that_it_reads(boxes: dict[str, Box]) -> None:
    found = frames(boxes, lay_out(boxes))
    for name, box in boxes.items():
        for source in box.sources:
            assert found[source][3] < found[name][1]


@given(networks())
def test_edges_go_down_and_pass_beside_the_boxes(boxes: dict[str, Box]) -> None:
    layout = lay_out(boxes)
    found = list(frames(boxes, layout).values())
    for piece in layout.pieces:
        heights = [y for _, y in piece.points]
        assert heights == sorted(heights)
        for x, y in piece.points[1 : 3 if not piece.has_tip else 1]:
            assert not any(
                left < x < right and top < y < bottom for left, top, right, bottom in found
            )


@given(networks())
def test_every_edge_arrives_once(boxes: dict[str, Box]) -> None:
    expected = sum(len(set(box.sources)) for box in boxes.values())
    assert sum(piece.has_tip for piece in lay_out(boxes).pieces) == expected


def test_a_chain_is_drawn_straight() -> None:
    boxes = {str(k): Box(50.0 + k, 20.0, (str(k - 1),) if k else ()) for k in range(30)}
    centres = lay_out(boxes).centres.values()
    assert max(centres) - min(centres) < 0.5


def test_branches_that_can_be_told_apart_do_not_cross() -> None:
    boxes = {"x": Box(50, 20, ())}
    for branch in "badc":
        boxes[f"{branch}0"] = Box(50, 20, ("x",))
    for branch in "abcd":
        boxes[f"{branch}1"] = Box(50, 20, (f"{branch}0",))
    layout = lay_out(boxes)
    for layer in "01":
        order = sorted("abcd", key=lambda branch: layout.centres[f"{branch}{layer}"])
        assert order == sorted("abcd", key=lambda branch: layout.centres[f"{branch}0"])
