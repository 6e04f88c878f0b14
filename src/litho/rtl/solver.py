"""Finds the earliest times of the events of a design (`docs/stream.md` sections 8 and 9)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from litho.rtl.design import Connection, Design, Endpoint
from litho.rtl.events import Event, Rule, Times
from litho.rtl.flow import flow_of

__all__ = ["Moments", "earliest", "spaced"]

# So long before the start that no rule reaches from there.
_BEFORE = -(1 << 40)
_SWEEPS = 10000
_STRIDE = 8
_ALIKE = 3


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """When the beats of one tensor are offered on a connection, and when they are taken."""

    offered: Times
    taken: Times


def spaced(wanted: Times) -> Times:
    """Give the earliest cycles not before `wanted` that are strictly increasing."""
    places = np.arange(len(wanted), dtype=np.int64)
    return np.maximum.accumulate(wanted - places) + places


def earliest(
    design: Design,
    period: int | None,
    delays: Mapping[str, int] | None = None,
    starts: Mapping[str, Times] | None = None,
) -> dict[str, Moments] | None:
    """Give the earliest times of the beats of one tensor, for each connection by name.

    With a `period`, tensor follows tensor in exactly that many cycles; without one the tensor is
    the first, and nothing is before it. `delays` makes every connection a buffer without end, of
    that latency where a connection has an entry and of none elsewhere: its moments are then those
    of its source's offer and of its sink's taking. `starts` are the cycles before which the inputs
    of the design offer none of their beats, by stream; without them they offer all at once.
    Gives None when no such times exist: a deadlock, or a period that is too short.
    """
    graph = _Graph(design, period, delays)
    for name, times in (starts or {}).items():
        graph.times[graph.places[Endpoint("", name), False]] = times
    if not graph.solve():
        return None
    return {
        connection.name: Moments(
            graph.times[graph.places[connection.source, False]],
            graph.times[graph.places[connection.target, True]],
        )
        for connection in design.connections
    }


@dataclass(slots=True, eq=False)
class _Arc:
    """A rule on the arrays of `_Graph.times`; `seen` is the version of `earlier` it has met."""

    later: int
    earlier: int
    index: Times | None
    cycles: Times | int
    seen: int = -1


class _Graph:
    """Events of a design: `times[place]` of each, `places` by (end of a connection, is taken)."""

    def __init__(
        self, design: Design, period: int | None, delays: Mapping[str, int] | None
    ) -> None:
        self.period = period
        self.times: list[Times] = []
        self.versions: list[int] = []
        self.places: dict[tuple[Endpoint, bool], int] = {}
        self.arcs: list[_Arc] = []
        for connection in design.connections:
            ends = (connection.source, connection.target)
            for group in (ends,) if delays is None else ((end,) for end in ends):
                self._stream(group, design.stream_of(connection).beats)
        # In the order in which data flow, so that one sweep brings them all the way.
        for instance in design.instances:
            flow = flow_of(instance.block)
            for name, beats in flow.inner:
                self._stream((Endpoint(instance.name, name),), beats)
            for stream in instance.block.inputs:
                self._buffer(design.into(instance.name, stream.name), delays)
            self._rules(instance.name, flow.rules)
        for stream in design.outputs:
            self._buffer(design.into("", stream.name), delays)

    def _buffer(self, connection: Connection, delays: Mapping[str, int] | None) -> None:
        """Let the target be offered what the source offers, some cycles later."""
        if delays is None:
            return
        source, target = (
            self.places[connection.source, False],
            self.places[connection.target, False],
        )
        places = np.arange(len(self.times[source]), dtype=np.int64)
        self._add(target, source, places, delays.get(connection.name, 0))

    def _stream(self, ends: Iterable[Endpoint], beats: int) -> None:
        start = len(self.times)
        self.times += [spaced(np.zeros(beats, dtype=np.int64)) for _ in range(2)]
        self.versions += [0, 0]
        for end in ends:
            self.places[end, False], self.places[end, True] = start, start + 1

    def _rules(self, instance: str, rules: Iterable[Rule]) -> None:
        def place(event: Event) -> int:
            return self.places[Endpoint(instance, event.stream), event.is_taken]

        for rule in rules:
            self._add(place(rule.later), place(rule.earlier), rule.index, rule.cycles)

    def _add(self, later: int, earlier: int, index: Times, cycles: int) -> None:
        beats = len(self.times[earlier])
        if not index[0] and len(index) == beats and index[-1] == beats - 1:
            self.arcs.append(_Arc(later, earlier, None, cycles))
            return
        tensors, beat = np.divmod(index, beats)
        if not tensors.any():
            self.arcs.append(_Arc(later, earlier, beat, cycles))
            return
        past = np.where(tensors < 0, _BEFORE, 0) if self.period is None else tensors * self.period
        self.arcs.append(_Arc(later, earlier, beat, cycles + past))

    def solve(self) -> bool:
        """Raise the times until every rule holds; say whether they come to rest.

        They never do when a circuit of rules is longer than the periods it spans. The same events
        then rise by the same cycles for ever; where there is an end, one event after another comes
        to rest. So rises that repeat `_ALIKE` times, each over `_STRIDE` sweeps, have no end.
        """
        for place in range(0, len(self.times), 2):
            self._settle(place)
        alike, rise, last = 0, np.zeros(0, dtype=np.int64), np.concatenate(self.times)
        for sweep in range(_SWEEPS):
            order = self.arcs if sweep % 2 == 0 else reversed(self.arcs)
            if sum(self._apply(arc) for arc in order) == 0:
                return True
            if sweep % _STRIDE == 0:
                now = np.concatenate(self.times)
                alike = alike + 1 if np.array_equal(now - last, rise) else 0
                rise, last = now - last, now
                if alike == _ALIKE:
                    return False
        return False

    def _apply(self, arc: _Arc) -> bool:
        if arc.seen == self.versions[arc.earlier]:
            return False
        arc.seen = self.versions[arc.earlier]
        found = self.times[arc.earlier]
        wanted = (found if arc.index is None else found[arc.index]) + arc.cycles
        present = self.times[arc.later]
        if not (wanted > present).any():
            return True
        self.times[arc.later] = np.maximum(present, wanted)
        self.versions[arc.later] += 1
        self._settle(arc.later & ~1)
        return True

    def _settle(self, place: int) -> None:
        """Keep the two rules of every stream: taken when offered, offered after the last taken."""
        offers, takes = self.times[place], self.times[place + 1]
        found = spaced(np.maximum(offers, takes))
        wrap = _BEFORE if self.period is None else int(found[-1]) + 1 - self.period
        if wrap > found[0]:
            found[0] = wrap
            found = spaced(found)
        later = np.maximum(offers, np.concatenate(([wrap], found[:-1] + 1)))
        for at, old, new in ((place, offers, later), (place + 1, takes, found)):
            if (new != old).any():
                self.times[at] = new
                self.versions[at] += 1
