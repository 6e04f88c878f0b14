"""Lanes of every node of a graph that keep it within an interval, and what they cost."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from litho.errors import GraphError
from litho.hw import Device, Family, Resources
from litho.ir import Graph, Lanes, Node, Registry, TensorType
from litho.ops.blocks import block_of
from litho.ops.streams import stream_of
from litho.rtl import Block
from litho.rtl.stream.width import width

__all__ = ["Folding", "Model", "Unit", "fewest_for_beats"]

_COUNTS = ("luts", "ffs", "dsps", "bram_bits")
_TOO_SLOW = 1e6
_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class Folding:
    """Lanes of each unit, in their order, and the interval and resources of the whole."""

    lanes: tuple[Lanes, ...]
    interval: int
    resources: Resources


@dataclass(frozen=True, slots=True)
class Unit:
    """Nodes whose lanes are chosen together.

    They are one node whose lanes in and out are free, or nodes one after another that give as many
    codes a cycle as they take, or one node whose op fixes them. `row_in` and `row_out` are the
    rows of their streams.
    """

    nodes: tuple[Node, ...]
    is_free: bool
    row_in: int
    row_out: int
    fixed: Lanes | None = None

    @property
    def widest(self) -> Lanes:
        """The lanes with which the unit is as fast as it can be."""
        return self.fixed or Lanes(self.row_in, self.row_out)


@dataclass(frozen=True, slots=True)
class _Edge:
    """A tensor from one unit to another; `is_shared` when both read it from the same input.

    `is_wide` says whether the target, and `is_source_wide` whether the source that shares its
    input, reads it on the lanes of its result.
    """

    source: int
    target: int
    type: TensorType
    is_wide: bool
    is_shared: bool
    is_source_wide: bool

    def ends(self, lanes: Sequence[Lanes | None]) -> tuple[int, int]:
        source, target = lanes[self.source], lanes[self.target]
        assert source is not None, "an edge is asked for when both of its ends have lanes"
        assert target is not None, "an edge is asked for when both of its ends have lanes"
        is_read = self.is_shared and not self.is_source_wide
        return (
            source.inputs if is_read else source.outputs,
            target.outputs if self.is_wide else target.inputs,
        )


@dataclass(slots=True)
class Model:
    """What choosing lanes for `graph` on `device` has to know, remembered as it is found."""

    graph: Graph
    registry: Registry
    device: Device
    family: Family
    units: list[Unit] = field(init=False)
    edges: list[_Edge] = field(init=False)
    _made: dict[tuple[int, Lanes], tuple[Block, ...]] = field(init=False, default_factory=dict)
    _resources: dict[tuple[int, Lanes], Resources] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.units = _units(self.graph, self.registry)
        self.edges = _edges(self.graph, self.units, self.registry)

    def interval(self, place: int, lanes: Lanes) -> int:
        """Give the interval of a unit."""
        return max(block.interval for block in self._blocks(place, lanes))

    def resources(self, place: int, lanes: Lanes) -> Resources:
        """Give the resources of a unit."""
        if (place, lanes) not in self._resources:
            blocks = self._blocks(place, lanes)
            self._resources[place, lanes] = sum(
                (block.resources(self.family) for block in blocks), Resources()
            )
        return self._resources[place, lanes]

    def _blocks(self, place: int, lanes: Lanes) -> tuple[Block, ...]:
        if (place, lanes) not in self._made:
            self._made[place, lanes] = tuple(
                block_of(self.graph, replace(node, lanes=lanes), self.registry)
                for node in self.units[place].nodes
            )
        return self._made[place, lanes]

    def widest(self) -> list[Lanes]:
        """Give the lanes with which each unit is as fast as it can be."""
        return [unit.widest for unit in self.units]

    def folding(self, lanes: list[Lanes]) -> Folding:
        """Give what the whole costs with these lanes."""
        found = [
            (self.interval(place, item), self.resources(place, item))
            for place, item in enumerate(lanes)
        ]
        found += [_change(edge.type, *edge.ends(lanes), self.family) for edge in self.edges]
        return Folding(
            tuple(lanes),
            max((interval for interval, _ in found), default=1),
            sum((resources for _, resources in found), Resources()),
        )

    def best(self, interval: int, weights: tuple[float, ...]) -> Folding:
        """Give the cheapest lanes within `interval`, counts weighed as `weights` says.

        Units are taken one after another, each with all of its candidates, until none changes.
        """
        lanes: list[Lanes | None] = [None] * len(self.units)
        touching: list[list[_Edge]] = [[] for _ in self.units]
        for edge in self.edges:
            for place in {edge.source, edge.target}:
                touching[place].append(edge)
        for turn in range(_ROUNDS):
            before = list(lanes)
            order = range(len(lanes)) if turn % 2 == 0 else reversed(range(len(lanes)))
            for place in order:
                lanes[place] = self._choose(place, lanes, touching[place], interval, weights)
            if lanes == before:
                break
        return self.folding([item for item in lanes if item])

    def _choose(
        self,
        place: int,
        lanes: list[Lanes | None],
        edges: list[_Edge],
        interval: int,
        weights: tuple[float, ...],
    ) -> Lanes:
        known = [e for e in edges if lanes[e.source if e.target == place else e.target]]
        near = {
            count
            for edge in known
            for end in (lanes[edge.source], lanes[edge.target])
            if end is not None
            for count in (end.inputs, end.outputs)
        }

        def cost(candidate: Lanes) -> tuple[float, int, int]:
            ends = [candidate if at == place else item for at, item in enumerate(lanes)]
            found = [(self.interval(place, candidate), self.resources(place, candidate))]
            found += [_change(edge.type, *edge.ends(ends), self.family) for edge in known]
            total = sum(self._price(each, limit, interval, weights) for limit, each in found)
            return total, candidate.inputs, candidate.outputs

        return min(self._candidates(place, near, interval), key=cost)

    def _price(
        self, resources: Resources, found: int, interval: int, weights: tuple[float, ...]
    ) -> float:
        price = _TOO_SLOW * max(0, found - interval)
        for name, weight in zip(_COUNTS, weights, strict=True):
            price += weight * getattr(resources, name) / max(getattr(self.device.capacity, name), 1)
        return price

    def _candidates(self, place: int, near: set[int], interval: int) -> Iterable[Lanes]:
        """Give lanes worth a look: for each useful count in, the fewest out that are fast enough.

        Useful are the fewest lanes for each number of beats, and what goes well with `near`.
        """
        unit = self.units[place]
        if unit.fixed:
            return [unit.fixed]
        counts_in = _useful(unit.row_in, near)
        if not unit.is_free:
            found = [Lanes(count, count) for count in counts_in]
        else:
            counts_out = _useful(unit.row_out, near)
            found = [
                lanes
                for count in counts_in
                for lanes in self._fewest(place, count, counts_out, near, interval)
            ]
        quick = [lanes for lanes in found if self.interval(place, lanes) <= interval]
        return quick or [unit.widest]

    def _fewest(
        self, place: int, inputs: int, outputs: list[int], near: set[int], interval: int
    ) -> list[Lanes]:
        """Give the fewest lanes out with which the unit is fast enough, and those in `near`."""
        low, high = 0, len(outputs)
        while low < high:
            middle = (low + high) // 2
            is_quick = self.interval(place, Lanes(inputs, outputs[middle])) <= interval
            low, high = (low, middle) if is_quick else (middle + 1, high)
        kept = [*outputs[low : low + 1], *(count for count in outputs[low + 1 :] if count in near)]
        return [Lanes(inputs, count) for count in kept]


def _useful(row: int, near: set[int]) -> list[int]:
    found = {*fewest_for_beats(row), *(count for count in near if count <= row)}
    for count in near:
        found.update(k for k in _divisors(count) if k <= row)
        found.update(range(count, min(row, 8 * count) + 1, count))
    return sorted(found)


@cache
def fewest_for_beats(row: int) -> tuple[int, ...]:
    """Give the fewest lanes for each number of beats of a row, rising."""
    return tuple(sorted({-(-row // beats) for beats in range(1, row + 1)}))


@cache
def _divisors(count: int) -> tuple[int, ...]:
    return tuple(k for k in range(1, count + 1) if count % k == 0)


@cache
def _change(kind: TensorType, source: int, target: int, family: Family) -> tuple[int, Resources]:
    """Give interval and resources of a change of lanes, as `emit` puts it there."""
    interval, resources, lanes = 1, Resources(), source
    for count in dict.fromkeys((math.gcd(source, target), target)):
        if count != lanes:
            stream = stream_of("x", kind, lanes)
            block = width(stream.bits, lanes, count, stream.row, stream.rows, stream.is_signed)
            interval = max(interval, block.interval)
            resources += block.resources(family)
            lanes = count
    return interval, resources


def _units(graph: Graph, registry: Registry) -> list[Unit]:
    """Give the units: a node with equal lanes joins one before it that it reads from."""
    found: list[Unit] = []
    home: dict[str, int] = {}
    for node in graph.nodes:
        row_in, row_out = _rows(graph, node)
        fixed = _fixed(node, registry)
        is_free = fixed is None and _is_free(graph, node, registry)
        joins = sorted(
            {
                home[name]
                for name in node.inputs
                if name in home and row_in == row_out and _takes_more(found[home[name]])
            }
        )
        if is_free or fixed or not joins:
            home[node.name] = len(found)
            found.append(Unit((node,), is_free, row_in, row_out, fixed))
            continue
        place = joins[0]
        home[node.name] = place
        found[place] = replace(found[place], nodes=(*found[place].nodes, node))
    return found


def _takes_more(unit: Unit) -> bool:
    return not unit.is_free and unit.fixed is None


def _fixed(node: Node, registry: Registry) -> Lanes | None:
    """Give the lanes on which the values of a node depend, or None."""
    state = registry.find(node.op, node.origin).state
    return state.lanes(node.params) if state else None


def _rows(graph: Graph, node: Node) -> tuple[int, int]:
    assert isinstance(node.type, TensorType), "a node with a block gives one tensor"
    return graph.type_of(node.inputs[0]).row, node.type.row


def _is_free(graph: Graph, node: Node, registry: Registry) -> bool:
    """Say whether a node can take and give different numbers of codes in a cycle."""
    row_in, row_out = _rows(graph, node)
    if row_in == row_out == 1:
        return False
    trial = _unequal(row_in)
    try:
        block = block_of(graph, replace(node, lanes=trial), registry)
    except GraphError:
        block = block_of(graph, replace(node, lanes=Lanes(1, 1)), registry)
    return (block.inputs[0].lanes, block.outputs[0].lanes) == (trial.inputs, trial.outputs)


def _unequal(row_in: int) -> Lanes:
    return Lanes(2, 1) if row_in > 1 else Lanes(1, 2)


def _wide_inputs(graph: Graph, unit: Unit, registry: Registry) -> tuple[bool, ...]:
    """Say of each input stream of a free unit whether it has the lanes of the result."""
    lanes = _unequal(unit.row_in)
    block = block_of(graph, replace(unit.nodes[0], lanes=lanes), registry)
    return tuple(stream.lanes != lanes.inputs for stream in block.inputs)


def _edges(graph: Graph, units: list[Unit], registry: Registry) -> list[_Edge]:
    home = {node.name: place for place, unit in enumerate(units) for node in unit.nodes}
    wide = {
        place: _wide_inputs(graph, unit, registry)
        for place, unit in enumerate(units)
        if unit.is_free
    }
    found: dict[_Edge, None] = {}
    first: dict[str, tuple[int, bool]] = {}
    for node in graph.nodes:
        target = home[node.name]
        names = [name for name in node.inputs if not graph.is_constant(name)]
        for stream, name in enumerate(names):
            is_wide = target in wide and wide[target][stream]
            is_shared = name not in home
            source, is_source_wide = (
                first.setdefault(name, (target, is_wide)) if is_shared else (home[name], False)
            )
            if source != target:
                kind = graph.type_of(name)
                edge = _Edge(source, target, kind, is_wide, is_shared, is_source_wide)
                found[edge] = None
    return list(found)
