"""Places boxes in layers so that edges go down and cross little."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

# A place is a box by its name, or the place where an edge of a box passes a layer: (name, layer).
_Place = str | tuple[str, int]

_SIDE, _LEVEL = 28.0, 46.0  # between neighbours, between layers
_SWEEPS = 10
_SETTLINGS = 40
_STRAIGHT = 12.0  # how much more a long edge wants to be straight than a short one


@dataclass(frozen=True, slots=True)
class Box:
    """What is to be placed: its size, and the boxes that it reads."""

    width: float
    height: float
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of an edge, through `points`; edges that leave one box share their first pieces.

    `source` is the box that the edge leaves, `target` the one it arrives at: "" where it passes.
    """

    points: tuple[tuple[float, float], ...]
    source: str
    target: str = ""

    @property
    def has_tip(self) -> bool:
        """Whether the edge arrives."""
        return bool(self.target)


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
    layers = _layers_of(boxes)
    rows, links = _rows(boxes, layers)
    rows = _untangled(rows, links)
    centres = _centres(rows, links, boxes)
    left = min((centres[p] - _half(p, boxes) for row in rows for p in row), default=0.0)
    centres = {place: x - left for place, x in centres.items()}
    return _drawn(boxes, layers, rows, links, centres)


def _layers_of(boxes: Mapping[str, Box]) -> dict[str, int]:
    """Give the layer of each box: below what it reads; sources as low as their readers allow."""
    layers: dict[str, int] = {}
    for name, box in boxes.items():
        layers[name] = 1 + max((layers[source] for source in box.sources), default=-1)
    highest_reader: dict[str, int] = {}
    for name, box in boxes.items():
        for source in box.sources:
            highest_reader[source] = min(highest_reader.get(source, layers[name]), layers[name])
    for name, box in boxes.items():
        if not box.sources and name in highest_reader:
            layers[name] = highest_reader[name] - 1
    return layers


def _rows(
    boxes: Mapping[str, Box], layers: Mapping[str, int]
) -> tuple[list[list[_Place]], dict[_Place, list[_Place]]]:
    """Give the places of each layer, and for each place those above that lead to it.

    The edges that leave one box share their way down, and part where they end.
    """
    rows: list[list[_Place]] = [[] for _ in range(max(layers.values(), default=-1) + 1)]
    links: dict[_Place, list[_Place]] = {}
    for name in boxes:
        rows[layers[name]].append(name)
        links[name] = []
    for name, box in boxes.items():
        for source in dict.fromkeys(box.sources):
            links[name].append(_way(source, layers, layers[name] - 1, rows, links))
    return rows, links


def _way(
    source: str,
    layers: Mapping[str, int],
    last: int,
    rows: list[list[_Place]],
    links: dict[_Place, list[_Place]],
) -> _Place:
    """Give the place in layer `last` on the way down from `source`, made where it is not yet."""
    above: _Place = source
    for layer in range(layers[source] + 1, last + 1):
        place = (source, layer)
        if place not in links:
            rows[layer].append(place)
            links[place] = [above]
        above = place
    return above


def _untangled(
    rows: list[list[_Place]], links: Mapping[_Place, list[_Place]]
) -> list[list[_Place]]:
    """Give the rows in the order with the fewest crossings among those that the sweeps find."""
    below = _turned(links)
    best, fewest = [list(row) for row in rows], _crossings(rows, links)
    current = [list(row) for row in rows]
    for sweep in range(_SWEEPS):
        neighbours: Mapping[_Place, list[_Place]] = below if sweep % 2 else links
        span = range(len(rows) - 2, -1, -1) if sweep % 2 else range(1, len(rows))
        for at in span:
            beside = current[at + 1] if sweep % 2 else current[at - 1]
            current[at] = _by_mean(current[at], beside, neighbours)
        count = _crossings(current, links)
        if count < fewest:
            best, fewest = [list(row) for row in current], count
        if fewest == 0:
            break
    return best


def _turned(links: Mapping[_Place, list[_Place]]) -> dict[_Place, list[_Place]]:
    below: dict[_Place, list[_Place]] = {place: [] for place in links}
    for place, above in links.items():
        for other in above:
            below[other].append(place)
    return below


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


def _crossings(rows: Sequence[list[_Place]], links: Mapping[_Place, list[_Place]]) -> int:
    count = 0
    for above, row in pairwise(rows):
        at = {place: number for number, place in enumerate(above)}
        seen: list[int] = []
        for place in row:
            ends = [at[other] for other in links[place]]
            count += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return count


def _half(place: _Place, boxes: Mapping[str, Box]) -> float:
    return boxes[place].width / 2 if isinstance(place, str) else 4.0


def _centres(
    rows: list[list[_Place]], links: Mapping[_Place, list[_Place]], boxes: Mapping[str, Box]
) -> dict[_Place, float]:
    """Give the centre of each place: near its neighbours, never over another."""
    below = _turned(links)
    centres: dict[_Place, float] = {}
    for row in rows:
        _settle(row, dict.fromkeys(row, (0.0, 1.0)), boxes, centres)
    for sweep in range(_SETTLINGS):
        for row in reversed(rows) if sweep % 2 else rows:
            wishes = {place: _wish(place, links, below, centres) for place in row}
            _settle(row, wishes, boxes, centres)
    return centres


def _wish(
    place: _Place,
    links: Mapping[_Place, list[_Place]],
    below: Mapping[_Place, list[_Place]],
    centres: Mapping[_Place, float],
) -> tuple[float, float]:
    """Give where a place would like to be, and how much."""
    is_way = not isinstance(place, str)
    total = weight = 0.0
    for other in (*links[place], *below[place]):
        pull = _STRAIGHT if is_way and not isinstance(other, str) else 1.0
        total, weight = total + pull * centres[other], weight + pull
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
    links: Mapping[_Place, list[_Place]],
    centres: Mapping[_Place, float],
) -> Layout:
    heights = [max((boxes[p].height for p in row if isinstance(p, str)), default=0) for row in rows]
    starts = [sum(heights[:at]) + _LEVEL * at for at in range(len(rows))]
    tops = {
        name: starts[layers[name]] + (heights[layers[name]] - box.height) / 2
        for name, box in boxes.items()
    }
    pieces = [
        _piece(place, above, boxes, tops, starts, heights, centres)
        for place, found in links.items()
        for above in found
    ]
    width = max((centres[p] + _half(p, boxes) for row in rows for p in row), default=0.0)
    height = starts[-1] + heights[-1] if rows else 0.0
    named = {name: centres[name] for name in boxes}
    return Layout(named, tops, tuple(pieces), width, height)


def _piece(
    place: _Place,
    above: _Place,
    boxes: Mapping[str, Box],
    tops: Mapping[str, float],
    starts: Sequence[float],
    heights: Sequence[float],
    centres: Mapping[_Place, float],
) -> Piece:
    """Give the piece from `above` to `place`, and on through its layer where it only passes."""
    if isinstance(above, str):
        start = (centres[above], tops[above] + boxes[above].height)
    else:
        start = (centres[above], starts[above[1]] + heights[above[1]])
    source = above if isinstance(above, str) else above[0]
    if isinstance(place, str):
        arrival = (_arrival(place, source, boxes, centres), tops[place])
        return Piece((start, arrival), source, place)
    x, top = centres[place], starts[place[1]]
    return Piece((start, (x, top), (x, top + heights[place[1]])), source)


def _arrival(
    name: str, source: str, boxes: Mapping[str, Box], centres: Mapping[_Place, float]
) -> float:
    """Give where an edge meets its target: spread over the middle, from left to right."""
    sources = sorted(dict.fromkeys(boxes[name].sources), key=lambda item: (centres[item], item))
    place = bisect_left([(centres[item], item) for item in sources], (centres[source], source))
    share = (place + 1) / (len(sources) + 1) - 0.5
    return centres[name] + share * min(boxes[name].width, 120.0)
