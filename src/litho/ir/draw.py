"""Draws a graph as SVG: any graph, lowered or not, without an outside program."""

import hashlib
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from html import escape

from litho.errors import GraphError
from litho.ir._groups import Frame, arrange, prefixes
from litho.ir._layout import Box, Layout, Piece
from litho.ir.graph import Constant, Graph, Input, Node
from litho.ir.op import Ref
from litho.ir.text import node_text, pairs_of, type_text, value_text

__all__ = ["draw"]

_LONGEST = 52  # characters of a line; the whole of it stands in the tooltip
_CHARACTER, _LINE, _EDGE = 7.3, 16, 9  # width of a character, height of a line, border of a box
_MARGIN = 20

# What gives its input's values in another shape, order or number type, or passes them on.
_MOVES = frozenset(
    f"aten.{name}"
    for name in (
        *("view.default", "reshape.default", "_unsafe_view.default", "flatten.using_ints"),
        *("transpose.int", "permute.default", "t.default", "contiguous.default", "clone.default"),
        *("expand.default", "unsqueeze.default", "squeeze.default", "squeeze.dim"),
        *("to.dtype", "to.dtype_layout", "to.device", "detach.default", "alias.default"),
        *("dropout.default", "_assert_tensor_metadata.default"),
    )
)

_STYLE = """
.litho-graph { font: 12px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
.litho-graph:root { color-scheme: light dark; color: CanvasText; background: Canvas; }
.litho-graph text { fill: currentColor; }
.litho-graph .op { font-weight: bold; }
.litho-graph .dim { opacity: 0.62; }
.litho-graph .box { fill: currentColor; fill-opacity: 0.05; stroke: currentColor; }
.litho-graph .box { stroke-opacity: 0.55; }
.litho-graph .host .box { stroke-dasharray: 5 4; }
.litho-graph .marked .box { stroke-width: 2.5; stroke-opacity: 0.95; }
.litho-graph .edge { fill: none; stroke: currentColor; stroke-opacity: 0.6; stroke-width: 1.3; }
.litho-graph .frame rect { fill: currentColor; fill-opacity: 0.02; stroke: currentColor; }
.litho-graph .frame rect { stroke-opacity: 0.28; }
.litho-graph .frame text { font-weight: bold; font-size: 14px; opacity: 0.75; }
.litho-graph .small text { font-size: 11px; opacity: 0.8; font-weight: normal; }
.litho-graph .tip { fill: currentColor; fill-opacity: 0.75; }
"""


@dataclass(frozen=True, slots=True)
class _Card:
    """What a box shows: lines of (class, text), its tooltip, its colour's key and its class."""

    lines: tuple[tuple[str, str], ...]
    title: str
    kind: str
    style: str
    sources: tuple[str, ...]

    @property
    def box(self) -> Box:
        longest = max(len(text) for _, text in self.lines)
        width = longest * _CHARACTER + 2 * _EDGE + 4
        return Box(width, len(self.lines) * _LINE + 2 * _EDGE - 4, self.sources)

    def remarked(self, remarks: Sequence[str], is_marked: bool) -> "_Card":
        lines = (*self.lines, *(("dim", _clipped(text)) for text in remarks))
        title = "\n".join((self.title, *remarks))
        style = f"{self.style} marked" if is_marked else self.style
        return replace(self, lines=lines, title=title, style=style)


def draw(
    graph: Graph,
    remarks: Mapping[str, Sequence[str]] = {},
    marked: AbstractSet[str] = frozenset(),
) -> str:
    """Give an SVG picture of `graph`: data flow down the page, constants inside their readers.

    `remarks` are lines that stand last in the boxes of the values they are given for, and the boxes
    of `marked` have a strong border. Each box says in `data-value` what it shows, each piece of an
    edge in `data-from` and `data-to` what it joins.
    A module with three boxes or more has a frame, in which names leave out its path; nodes that
    only move or pass on values are small boxes.
    Its colours are those of the page it stands in, or of the reader's light or dark scheme.
    """
    cards = {
        name: card.remarked(remarks.get(name, ()), name in marked)
        for name, card in _cards(graph).items()
    }
    boxes = {name: card.box for name, card in cards.items()}
    scene = arrange(boxes, _paths(graph))
    layout = scene.layout
    width, height = layout.width + 2 * _MARGIN, layout.height + 2 * _MARGIN
    body = [_frame(frame) for frame in scene.frames]
    body += [_edge(piece) for piece in layout.pieces]
    body += [_box(name, card, layout) for name, card in cards.items()]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="litho-graph" width="{width:.0f}"'
            f' height="{height:.0f}" viewBox="{-_MARGIN} {-_MARGIN} {width:.0f} {height:.0f}"'
            f' role="img" aria-label="{_escaped(f"graph {graph.name}")}">',
            f"<style>{_STYLE}</style>",
            *body,
            "</svg>",
            "",
        ]
    )


def _paths(graph: Graph) -> dict[str, str]:
    return {node.name: node.origin.path for node in graph.nodes if node.origin.path}


def _cards(graph: Graph) -> dict[str, _Card]:
    cards = {item.name: _input_card(item) for item in graph.inputs}
    read = {name for node in graph.nodes for name in node.inputs if graph.is_constant(name)}
    for constant in graph.constants:
        if constant.name not in read:
            cards[constant.name] = _constant_card(constant)
    within = prefixes([node.name for node in graph.nodes], _paths(graph))
    for node in graph.nodes:
        for name in node.inputs:
            if name not in cards and not graph.is_constant(name):
                raise GraphError(
                    f"a value must be defined before it is used: %{node.name} reads %{name}"
                )
        sources = tuple(n for n in node.inputs if n in cards)
        cards[node.name] = _node_card(graph, node, sources, within.get(node.name, ""))
    for place, name in enumerate(graph.outputs):
        lines = (("op", "output"), ("dim", _clipped(f"%{name}")))
        sources = (name,) if name in cards else ()
        cards[f"\0output {place}"] = _Card(lines, f"output %{name}", "", "end", sources)
    return cards


def _input_card(item: Input) -> _Card:
    lines = (("op", "input"), ("dim", _clipped(f"%{item.name}")), _type_line(item))
    return _Card(lines, f"input %{item.name} : {type_text(item.type)}", "", "end", ())


def _constant_card(item: Constant) -> _Card:
    lines = (("op", "constant"), ("dim", _clipped(f"%{item.name}")), _type_line(item))
    return _Card(lines, f"constant %{item.name} : {type_text(item.type)}", "", "end", ())


def _node_card(graph: Graph, node: Node, sources: tuple[str, ...], within: str) -> _Card:
    title, style = node_text(node), "host" if node.host else "node"
    constants = [
        ("", _clipped(f"%{_inside(name, within)} : {type_text(graph.definition(name).type)}"))
        for name in dict.fromkeys(node.inputs)
        if name not in sources and graph.is_constant(name)
    ]
    if node.op in _MOVES:
        small = [("op", _clipped(node.op.removeprefix("aten."))), *constants]
        lines = (*small, ("", _clipped(type_text(node.type))))
        return _Card(lines, title, node.op, f"{style} small", sources)
    params = ", ".join(
        f"{key}={value_text(value)}"
        for key, value in pairs_of(node.params)
        if not isinstance(value, Ref)
    )
    lines = (("op", _clipped(node.op)), ("dim", _clipped(_label(node, within))), *constants)
    lines += (("", _clipped(params)),) if params else ()
    return _Card((*lines, _type_line(node)), title, node.op, style, sources)


def _label(node: Node, within: str) -> str:
    """Give the name of a node, and its path when the name does not say it."""
    path, name = _inside(node.origin.path, within), f"%{_inside(node.name, within)}"
    is_said = not path or node.name == path or node.name.startswith(f"{node.origin.path}.")
    return name if is_said else f"{name} · {path}"


def _inside(name: str, path: str) -> str:
    """Give a name as it is called in the frame of `path`."""
    if path and name == path:
        return ""
    return name.removeprefix(f"{path}.") if path else name


def _type_line(item: Input | Constant | Node) -> tuple[str, str]:
    lanes = item.lanes if isinstance(item, Node) else None
    more = f"  lanes {lanes.inputs} → {lanes.outputs}" if lanes else ""
    return "", _clipped(f": {type_text(item.type)}") + more


def _clipped(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _escaped(text: str) -> str:
    """Escape for XML, in which control characters may not stand at all."""
    return escape("".join(c if c.isprintable() else "�" for c in text))


def _title(card: _Card) -> str:
    return "\n".join(_escaped(line) for line in card.title.split("\n"))


def _value(name: str) -> str:
    """Give what the page calls the box `name`."""
    return _escaped(name.removeprefix("\0"))


def _hue(kind: str) -> int:
    return int(hashlib.sha256(kind.encode()).hexdigest()[:8], 16) % 360


def _box(name: str, card: _Card, layout: Layout) -> str:
    box = card.box
    left, top = layout.centres[name] - box.width / 2, layout.tops[name]
    radius = 14 if card.style == "end" else 4
    parts = [
        f'<g class="{card.style}" data-value="{_value(name)}"><title>{_title(card)}</title>',
        f'<rect class="box" x="{left:.1f}" y="{top:.1f}" width="{box.width:.1f}"'
        f' height="{box.height:.1f}" rx="{radius}"/>',
    ]
    if card.kind:
        parts.append(
            f'<rect x="{left:.1f}" y="{top + 3:.1f}" width="4" height="{box.height - 6:.1f}"'
            f' rx="2" fill="hsl({_hue(card.kind)} 60% 50%)"/>'
        )
    for number, (style, text) in enumerate(card.lines):
        kind = f' class="{style}"' if style else ""
        parts.append(
            f'<text x="{left + _EDGE + 3:.1f}" y="{top + _EDGE + 8 + number * _LINE:.1f}"{kind}>'
            f"{_escaped(text)}</text>"
        )
    return "".join([*parts, "</g>"])


def _frame(frame: Frame) -> str:
    return (
        f'<g class="frame" data-path="{_escaped(frame.path)}"><title>{_escaped(frame.path)}</title>'
        f'<rect x="{frame.left:.1f}" y="{frame.top:.1f}" width="{frame.width:.1f}"'
        f' height="{frame.height:.1f}" rx="10"/>'
        f'<text x="{frame.left + 12:.1f}" y="{frame.top + 20:.1f}">{_escaped(frame.title)}</text>'
        "</g>"
    )


def _edge(piece: Piece) -> str:
    """Give a curve that leaves and arrives upright, and the tip where it arrives."""
    (x, y), *rest = piece.points
    steps = [f"M{x:.1f} {y:.1f}"]
    for next_x, next_y in rest:
        stop = next_y - 6 if piece.has_tip else next_y
        middle = (y + stop) / 2
        steps.append(
            f"C{x:.1f} {middle:.1f} {next_x:.1f} {middle:.1f} {next_x:.1f} {stop:.1f}"
            if next_x != x
            else f"V{stop:.1f}"
        )
        x, y = next_x, next_y
    ends = f'data-from="{_value(piece.source)}" data-to="{_value(piece.target)}"'
    line = f'<path class="edge" {ends} d="{"".join(steps)}"/>'
    tip = f'<path class="tip" {ends} d="M{x:.1f} {y:.1f}l-4 -7h8z"/>'
    return line + tip * piece.has_tip
