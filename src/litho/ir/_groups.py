"""Places boxes in nested frames, one for each module that holds several of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from litho.ir._layout import Box, Layout, Piece, lay_out

__all__ = ["Frame", "Scene", "arrange", "prefixes"]

_LEAST = 3  # boxes that make a frame
_SIDE, _HEAD, _CHARACTER = 16.0, 34.0, 7.3  # border, height of the title, width of its characters


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame of a module: its whole path, the part of it to show, and where it lies."""

    path: str
    title: str
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Scene:
    """The layout of all boxes, and the frames around them, outer ones first."""

    layout: Layout
    frames: tuple[Frame, ...]


@dataclass(frozen=True, slots=True)
class _Group:
    """Boxes that follow each other and lie under one path, some of them in groups again."""

    path: str
    title: str
    members: tuple["str | _Group", ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All boxes, in order."""
        return _names(self.members)


def arrange(boxes: Mapping[str, Box], paths: Mapping[str, str]) -> Scene:
    """Give the scene of `boxes`, which come after those they read.

    `paths` gives the module path of boxes; those that it lacks stand outside of all frames. A run
    of boxes under one path has a frame: since they follow each other, no edge leaves a frame and
    comes back, and a module that is called twice has two.
    """
    return _scene(_members(tuple(boxes), paths, 0), boxes)


def prefixes(boxes: Sequence[str], paths: Mapping[str, str]) -> dict[str, str]:
    """Give the path of the innermost frame around each box that has one."""
    found: dict[str, str] = {}

    def visit(members: Sequence[str | _Group], path: str) -> None:
        for member in members:
            if isinstance(member, _Group):
                visit(member.members, member.path)
            elif path:
                found[member] = path

    visit(_members(tuple(boxes), paths, 0), "")
    return found


def _names(members: Sequence[str | _Group]) -> tuple[str, ...]:
    nested = (member.names if isinstance(member, _Group) else (member,) for member in members)
    return tuple(name for names in nested for name in names)


def _members(
    names: Sequence[str], paths: Mapping[str, str], depth: int
) -> tuple[str | _Group, ...]:
    """Give the boxes and groups that `names` make, whose paths share the first `depth` parts."""

    def part(name: str) -> str:
        parts = [item for item in paths.get(name, "").split(".") if item]
        return parts[depth] if len(parts) > depth else ""

    found: list[str | _Group] = []
    for shared, run in groupby(names, part):
        inside = tuple(run)
        if shared and len(inside) >= _LEAST:
            found.append(_group(inside, paths, depth))
        else:
            found += inside
    return _packed(found, ".".join(paths.get(names[0], "").split(".")[:depth]) if names else "")


def _packed(members: Sequence[str | _Group], path: str) -> tuple[str | _Group, ...]:
    """Put boxes between groups into groups without a frame, so that they lie close together."""
    if not any(isinstance(member, _Group) for member in members):
        return tuple(members)
    found: list[str | _Group] = []
    for are_boxes, run in groupby(members, lambda member: isinstance(member, str)):
        inside = tuple(run)
        is_long = are_boxes and len(inside) >= _LEAST
        found += (_Group(path, "", inside),) if is_long else inside
    return tuple(found)


def _group(names: Sequence[str], paths: Mapping[str, str], depth: int) -> _Group:
    """Give the group of all that its boxes share: modules that hold one other have one frame."""
    parts = [paths[name].split(".") for name in names]
    shared = depth
    while all(len(item) > shared and item[shared] == parts[0][shared] for item in parts):
        shared += 1
    title = ".".join(parts[0][depth:shared])
    return _Group(".".join(parts[0][:shared]), title, _members(names, paths, shared))


def _scene(
    members: Sequence[str | _Group],
    boxes: Mapping[str, Box],
    entering: Sequence[str] = (),
    leaving: Sequence[str] = (),
) -> Scene:
    """Give the scene of `members`, with ports where values enter at the top and leave below."""
    inner = {_entry(value): Box(0, 0, (), (value,), held="top") for value in entering}
    nested: dict[str, tuple[_Group, Scene]] = {}
    for member in members:
        if isinstance(member, str):
            inner[member] = boxes[member]
            continue
        ends = _crossing(member, boxes)
        key = f"\0frame {member.names[0]}"
        nested[key] = member, _scene(member.members, boxes, *ends)
        inner[key] = _box_of(member, nested[key][1].layout, *ends)
    for value in leaving:
        inner[_exit(value)] = Box(0, 0, (value,), held="bottom", has_tips=False)
    return _joined(lay_out(inner), inner, nested)


def _entry(value: str) -> str:
    return f"\0into {value}"


def _exit(value: str) -> str:
    return f"\0out of {value}"


def _crossing(group: _Group, boxes: Mapping[str, Box]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the values that enter and that leave a group."""
    inside = dict.fromkeys(group.names)
    read = dict.fromkeys(source for name in inside for source in boxes[name].sources)
    outside = {
        source for name, box in boxes.items() if name not in inside for source in box.sources
    }
    entering = tuple(value for value in read if value not in inside)
    return entering, tuple(value for value in inside if value in outside)


def _box_of(group: _Group, layout: Layout, entering: Sequence[str], leaving: Sequence[str]) -> Box:
    """Give the box that stands for a frame in the layout around it."""
    width = max(layout.width + 2 * _SIDE, len(group.title) * _CHARACTER + 2 * _SIDE)
    height = layout.height + _head(group, entering) + (0 if leaving else _SIDE)

    def place(port: str) -> float:
        return layout.centres[port] - layout.width / 2

    return Box(
        width,
        height,
        tuple(entering),
        tuple(leaving),
        {value: place(_entry(value)) for value in entering},
        {value: place(_exit(value)) for value in leaving},
        has_tips=False,
    )


def _head(group: _Group, entering: Sequence[str]) -> float:
    """Give the room for a title, which edges that enter leave anyhow."""
    return _HEAD if group.title and not entering else 0.0


def _joined(
    layout: Layout, boxes: Mapping[str, Box], nested: Mapping[str, tuple[_Group, Scene]]
) -> Scene:
    """Give the scene in which each nested one lies in its frame."""
    centres, tops = dict(layout.centres), dict(layout.tops)
    pieces, frames = list(layout.pieces), list[Frame]()
    for key, (group, scene) in nested.items():
        box, x, y = boxes[key], centres.pop(key), tops.pop(key)
        if group.title:
            left = x - box.width / 2
            frames.append(Frame(group.path, group.title, left, y, box.width, box.height))
        right, down = x - scene.layout.width / 2, y + _head(group, box.sources)
        frames += (replace(one, left=one.left + right, top=one.top + down) for one in scene.frames)
        pieces += (_moved(piece, right, down) for piece in scene.layout.pieces)
        for name in group.names:
            centres[name] = scene.layout.centres[name] + right
            tops[name] = scene.layout.tops[name] + down
    return Scene(Layout(centres, tops, tuple(pieces), layout.width, layout.height), tuple(frames))


def _moved(piece: Piece, right: float, down: float) -> Piece:
    return replace(piece, points=tuple((x + right, y + down) for x, y in piece.points))
