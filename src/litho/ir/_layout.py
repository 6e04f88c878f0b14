"""Places boxes in layers so that edges go down and cross little."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

# A place is a box by its name, or the place where an edge of a box passes a layer: (name, layer).
_Place = str | tuple[str, int]

_SIDE, _LEVEL = 28.0, 46.0  # between neighbours, between layers
_SWEEPS = 10
_SETTLINGS = 40
_STRAIGHT = 12.0  # how much more a long edge wants to be straight than a short one


@dataclass(frozen=True, slots=True)
class Box:
    """What is to be placed: its size, and the values that it reads.

    A box gives the value of its own name, or those that `gives` says. `arrivals` and `departures`
    fix where the edge of a value meets it, from its middle; others are spread. A box may be held
    at the top or the bottom of all.
    """

    width: float
    height: float
    sources: tuple[str, ...]
    gives: tuple[str, ...] = ()
    arrivals: Mapping[str, float] = field(default_factory=dict)
    departures: Mapping[str, float] = field(default_factory=dict)
    held: Literal["", "top", "bottom"] = ""
    has_tips: bool = True


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of an edge, through `points`; edges of one value share their first pieces.

    `source` is the value, `target` the box where the edge arrives: "" where it passes.
    """

    points: tuple[tuple[float, float], ...]
    source: str
    target: str = ""

    @property
    def has_tip(self) -> bool:
        """Whether the edge arrives."""
        return bool(self.target)


@dataclass(frozen=True, slots=True)
class _Link:
    """The part of a value's edge between two places in layers that follow each other."""

    above: _Place
    below: _Place
    value: str


@dataclass(frozen=True, slots=True)
class _Links:
    """The links by the place that they lead to, and by the place that they leave."""

    into: dict[_Place, list[_Link]] = field(default_factory=dict)
    out_of: dict[_Place, list[_Link]] = field(default_factory=dict)

    def add(self, link: _Link) -> None:
        self.into[link.below].append(link)
        self.out_of[link.above].append(link)

    def add_place(self, place: _Place) -> None:
        self.into[place], self.out_of[place] = [], []


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things lie: centre and top of each box, and the pieces that the edges are made of."""

    centres: Mapping[str, float]
    tops: Mapping[str, float]
    pieces: tuple[Piece, ...]
    width: float
    height: float


def lay_out(boxes: Mapping[str, Box]) -> Layout:
    """Give the layout of `boxes`, which come after those they read."""
    owners = {value: name for name, box in boxes.items() for value in box.gives or (name,)}
    layers = _layers_of(boxes, owners)
    rows, links = _rows(boxes, layers, owners)
    rows = _untangled(rows, links)
    centres = _centres(rows, links, boxes)
    left = min((centres[p] - _half(p, boxes) for row in rows for p in row), default=0.0)
    centres = {place: x - left for place, x in centres.items()}
    return _drawn(boxes, layers, rows, links, centres)


def _layers_of(boxes: Mapping[str, Box], owners: Mapping[str, str]) -> dict[str, int]:
    """Give the layer of each box: below what it reads; sources as low as their readers allow."""
    layers: dict[str, int] = {}
    first = int(any(box.held == "top" for box in boxes.values()))
    for name, box in boxes.items():
        read = [layers[owners[source]] + 1 for source in box.sources]
        layers[name] = max(read, default=0 if box.held == "top" else first)
    highest_reader: dict[str, int] = {}
    for name, box in boxes.items():
        for source in (owners[value] for value in box.sources):
            highest_reader[source] = min(highest_reader.get(source, layers[name]), layers[name])
    for name, box in boxes.items():
        if not box.sources and not box.held and name in highest_reader:
            layers[name] = highest_reader[name] - 1
    free = (layer for name, layer in layers.items() if boxes[name].held != "bottom")
    last = 1 + max(free, default=-1)
    return {name: last if boxes[name].held == "bottom" else at for name, at in layers.items()}


def _rows(
    boxes: Mapping[str, Box], layers: Mapping[str, int], owners: Mapping[str, str]
) -> tuple[list[list[_Place]], _Links]:
    """Give the places of each layer, and the links between them.

    The edges of one value share their way down, and part where they end.
    """
    rows: list[list[_Place]] = [[] for _ in range(max(layers.values(), default=-1) + 1)]
    links = _Links()
    for name in boxes:
        rows[layers[name]].append(name)
        links.add_place(name)
    for name, box in boxes.items():
        for source in dict.fromkeys(box.sources):
            above = _way(source, owners[source], layers, layers[name] - 1, rows, links)
            links.add(_Link(above, name, source))
    return rows, links


def _way(
    value: str,
    owner: str,
    layers: Mapping[str, int],
    last: int,
    rows: list[list[_Place]],
    links: _Links,
) -> _Place:
    """Give the place in layer `last` on the way down of `value`, made where it is not yet."""
    above: _Place = owner
    for layer in range(layers[owner] + 1, last + 1):
        place = (value, layer)
        if place not in links.into:
            rows[layer].append(place)
            links.add_place(place)
            links.add(_Link(above, place, value))
        above = place
    return above


def _untangled(rows: list[list[_Place]], links: _Links) -> list[list[_Place]]:
    """Give the rows in the order with the fewest crossings among those that the sweeps find."""
    above = {place: [link.above for link in found] for place, found in links.into.items()}
    below = {place: [link.below for link in found] for place, found in links.out_of.items()}
    best, fewest = [list(row) for row in rows], _crossings(rows, above)
    current = [list(row) for row in rows]
    for sweep in range(_SWEEPS):
        neighbours: Mapping[_Place, list[_Place]] = below if sweep % 2 else above
        span = range(len(rows) - 2, -1, -1) if sweep % 2 else range(1, len(rows))
        for at in span:
            beside = current[at + 1] if sweep % 2 else current[at - 1]
            current[at] = _by_mean(current[at], beside, neighbours)
        count = _crossings(current, above)
        if count < fewest:
            best, fewest = [list(row) for row in current], count
        if fewest == 0:
            break
    return best


def _by_mean(
    row: list[_Place], beside: list[_Place], neighbours: Mapping[_Place, list[_Place]]
) -> list[_Place]:
    at = {place: number for number, place in enumerate(beside)}
    own = {place: number for number, place in enumerate(row)}

    def key(place: _Place) -> tuple[float, int]:
        found = [at[other] for other in neighbours[place]]
        mean = sum(found) / len(found) if found else own[place] * len(beside) / len(row)
        return mean, own[place]

    return sorted(row, key=key)


def _crossings(rows: Sequence[list[_Place]], above: Mapping[_Place, list[_Place]]) -> int:
    count = 0
    for before, row in pairwise(rows):
        at = {place: number for number, place in enumerate(before)}
        seen: list[int] = []
        for place in row:
            ends = [at[other] for other in above[place]]
            count += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return count


def _half(place: _Place, boxes: Mapping[str, Box]) -> float:
    return boxes[place].width / 2 if isinstance(place, str) else 4.0


def _centres(
    rows: list[list[_Place]], links: _Links, boxes: Mapping[str, Box]
) -> dict[_Place, float]:
    """Give the centre of each place: near its neighbours, never over another."""
    pulls = {place: tuple(_pulls(place, links, boxes)) for row in rows for place in row}
    centres: dict[_Place, float] = {}
    for row in rows:
        _settle(row, dict.fromkeys(row, (0.0, 1.0)), boxes, centres)
    for sweep in range(_SETTLINGS):
        for row in reversed(rows) if sweep % 2 else rows:
            wishes = {place: _wish(place, pulls[place], centres) for place in row}
            _settle(row, wishes, boxes, centres)
    return centres


def _pulls(
    place: _Place, links: _Links, boxes: Mapping[str, Box]
) -> Iterator[tuple[_Place, float, float]]:
    """Give (neighbour, how far from its centre this one would like to be, how much)."""
    for link in (*links.into[place], *links.out_of[place]):
        leaving, arriving = _departure(link, boxes), _fixed_arrival(link, boxes)
        other = link.above if link.below == place else link.below
        shift = leaving - arriving if other == link.above else arriving - leaving
        is_way = not isinstance(place, str) and not isinstance(other, str)
        yield other, shift, _STRAIGHT if is_way else 1.0


def _departure(link: _Link, boxes: Mapping[str, Box]) -> float:
    """Give where a link leaves, from the centre of the place above it."""
    place = link.above
    return boxes[place].departures.get(link.value, 0.0) if isinstance(place, str) else 0.0


def _fixed_arrival(link: _Link, boxes: Mapping[str, Box]) -> float:
    place = link.below
    return boxes[place].arrivals.get(link.value, 0.0) if isinstance(place, str) else 0.0


def _wish(
    place: _Place,
    pulls: Sequence[tuple[_Place, float, float]],
    centres: Mapping[_Place, float],
) -> tuple[float, float]:
    """Give where a place would like to be, and how much."""
    total = sum(pull * (centres[other] + shift) for other, shift, pull in pulls)
    weight = sum(pull for _, _, pull in pulls)
    return (total / weight, weight) if weight else (centres[place], 1.0)


def _settle(
    row: list[_Place],
    wishes: Mapping[_Place, tuple[float, float]],
    boxes: Mapping[str, Box],
    centres: dict[_Place, float],
) -> None:
    """Set the centres of a row: the least squares of the wishes that leave room between all.

    With the room taken off, the order of the row is a rising sequence, and the best rising
    sequence joins neighbours that want to pass each other into groups at their common mean.
    """
    offset, offsets = 0.0, []
    for number, place in enumerate(row):
        if number:
            offset += _half(row[number - 1], boxes) + _SIDE + _half(place, boxes)
        offsets.append(offset)
    groups: list[tuple[float, float, int]] = []
    for place, room in zip(row, offsets, strict=True):
        wish, weight = wishes[place]
        mean, count = wish - room, 1
        while groups and groups[-1][0] >= mean:
            other, more, length = groups.pop()
            mean = (mean * weight + other * more) / (weight + more)
            weight, count = weight + more, count + length
        groups.append((mean, weight, count))
    settled = [mean for mean, _, count in groups for _ in range(count)]
    for place, mean, room in zip(row, settled, offsets, strict=True):
        centres[place] = mean + room


def _drawn(
    boxes: Mapping[str, Box],
    layers: Mapping[str, int],
    rows: list[list[_Place]],
    links: _Links,
    centres: Mapping[_Place, float],
) -> Layout:
    heights = [max((boxes[p].height for p in row if isinstance(p, str)), default=0) for row in rows]
    starts = [sum(heights[:at]) + _LEVEL * at for at in range(len(rows))]
    tops = {
        name: starts[layers[name]] + (heights[layers[name]] - box.height) / 2
        for name, box in boxes.items()
    }
    pieces = [
        _piece(link, links, boxes, tops, starts, heights, centres)
        for found in links.into.values()
        for link in found
    ]
    width = max((centres[p] + _half(p, boxes) for row in rows for p in row), default=0.0)
    height = starts[-1] + heights[-1] if rows else 0.0
    named = {name: centres[name] for name in boxes}
    return Layout(named, tops, tuple(pieces), width, height)


def _piece(
    link: _Link,
    links: _Links,
    boxes: Mapping[str, Box],
    tops: Mapping[str, float],
    starts: Sequence[float],
    heights: Sequence[float],
    centres: Mapping[_Place, float],
) -> Piece:
    """Give the piece of a link, and on through the layer below where the edge only passes."""
    above, place = link.above, link.below
    x = centres[above] + _departure(link, boxes)
    if isinstance(above, str):
        start = (x, tops[above] + boxes[above].height)
    else:
        start = (x, starts[above[1]] + heights[above[1]])
    if isinstance(place, str):
        arrival = (_arrival(link, links, boxes, centres), tops[place])
        return Piece((start, arrival), link.value, place if boxes[place].has_tips else "")
    x, top = centres[place], starts[place[1]]
    return Piece((start, (x, top), (x, top + heights[place[1]])), link.value)


def _arrival(
    link: _Link, links: _Links, boxes: Mapping[str, Box], centres: Mapping[_Place, float]
) -> float:
    """Give where an edge meets its target: spread over the middle, from left to right."""
    name = link.below
    assert isinstance(name, str)
    box = boxes[name]
    if link.value in box.arrivals or not box.width:
        return centres[name] + box.arrivals.get(link.value, 0.0)
    order = sorted(
        (centres[other.above] + _departure(other, boxes), other.value) for other in links.into[name]
    )
    place = bisect_left(order, (centres[link.above] + _departure(link, boxes), link.value))
    share = (place + 1) / (len(order) + 1) - 0.5
    return centres[name] + share * min(box.width, 120.0)
