"""Finds the earliest times of the events of a design (`docs/stream.md` sections 8 and 9)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from litho.rtl.design import Connection, Design, Endpoint
from litho.rtl.events import Event, Rule, Times
from litho.rtl.flow import flow_of

__all__ = ["Moments", "earliest", "latest", "spaced"]

# So long before the start that no rule reaches from there, and where events begin that are to be
# as late as they can.
_BEFORE = -(1 << 40)
_Mask = np.ndarray[Any, np.dtype[np.bool_]]


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
    return {item.name: Moments(*graph.moments(item)) for item in design.connections}


def latest(design: Design, period: int, taken: Mapping[str, Times]) -> dict[str, Moments]:
    """Give the latest times of the beats of one tensor, for each connection by name.

    Tensor follows tensor in exactly `period` cycles, and the beats of the connections in `taken`
    are taken in those cycles, which must be those of a solution. What none of them waits for comes
    at the end of time.

    Time and the order of beats are turned round for it: then every rule is one of the same form,
    from the event that it was to hold back to the one that it was to follow.
    """
    graph = _Graph(design, period, None, is_turned=True)
    for connection in design.connections:
        if connection.name in taken:
            place = graph.places[connection.target, True]
            graph.times[place] = -taken[connection.name][::-1]
    is_solved = graph.solve()
    assert is_solved, "a design that is steady has a latest solution as well"
    return {
        item.name: Moments(*(-times[::-1] for times in graph.moments(item)))
        for item in design.connections
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
    """Events of a design: `times[place]` of each, `places` by (end of a connection, is taken).

    When it `is_turned`, beats count from the last, time runs backwards, and taking a beat comes
    before offering it.
    """

    def __init__(
        self,
        design: Design,
        period: int | None,
        delays: Mapping[str, int] | None,
        *,
        is_turned: bool = False,
    ) -> None:
        self.period, self.is_turned = period, is_turned
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

    def moments(self, connection: Connection) -> tuple[Times, Times]:
        """Give when the beats of a connection are offered and taken."""
        ends = (connection.source, False), (connection.target, True)
        offered, taken = (self.times[self.places[end]] for end in ends)
        return offered, taken

    def _stream(self, ends: Iterable[Endpoint], beats: int) -> None:
        start = len(self.times)
        first = np.full(beats, _BEFORE if self.is_turned else 0, dtype=np.int64)
        self.times += [spaced(first) for _ in range(2)]
        self.versions += [0, 0]
        for end in ends:
            self.places[end, self.is_turned] = start
            self.places[end, not self.is_turned] = start + 1

    def _rules(self, instance: str, rules: Iterable[Rule]) -> None:
        def place(event: Event) -> int:
            return self.places[Endpoint(instance, event.stream), event.is_taken]

        for rule in rules:
            self._add(place(rule.later), place(rule.earlier), rule.index, rule.cycles)

    def _add(self, later: int, earlier: int, index: Times, cycles: int) -> None:
        if self.is_turned:
            index = _turned(index, len(self.times[earlier]))
            later, earlier = earlier, later
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

        They never do when a circuit of rules is longer than the periods it spans. It shows when
        all events that rose in one epoch, of two sweeps or more, rise again in the next. What
        raises an event rose at most two sweeps before it, so each of them was last raised by
        another of them, and these reasons make a circuit. The one of it that was first at its last
        height was raised by one that rose once more after that: so the circuit is longer than
        nothing. Epochs grow, so that in the end one holds every event that rises for ever.
        """
        for place in range(0, len(self.times), 2):
            self._settle(place)
        sweep, end = 0, 1
        last: list[Times] | None = None
        risen: dict[int, _Mask] | None = None
        while True:
            order = self.arcs if sweep % 2 == 0 else reversed(self.arcs)
            if sum(self._apply(arc) for arc in order) == 0:
                return True
            sweep += 1
            if sweep < end:
                continue
            end = sweep + max(2, sweep // 2)
            if last is not None:
                rising = self._risen(last)
                if risen is not None and rising and _is_part(risen, rising):
                    return False
                risen = rising
            last = list(self.times)

    def _risen(self, last: list[Times]) -> dict[int, _Mask]:
        """Give which events rose since times were `last`, by place; arrays never change."""
        return {
            place: now > before
            for place, (now, before) in enumerate(zip(self.times, last, strict=True))
            if now is not before
        }

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


def _is_part(few: Mapping[int, _Mask], many: Mapping[int, _Mask]) -> bool:
    """Say whether all that is set in `few` is set in `many`."""
    return all(place in many and not (mask & ~many[place]).any() for place, mask in few.items())


def _turned(index: Times, beats: int) -> Times:
    """Give the index of a rule whose events change places, all beats counted from the last.

    `index` is into a stream of `beats` beats. Of the events that wait for a beat the first holds
    it back; a beat that none waits for is held back by the next one, at least as much.
    """
    waiting = len(index)
    tensors, beat = np.divmod(index, beats)
    first = np.full(2 * beats, np.iinfo(np.int64).max, dtype=np.int64)
    np.minimum.at(first, beat, np.arange(waiting, dtype=np.int64) - tensors * waiting)
    first[beats:] = first[:beats]
    first[beats:][first[:beats] < np.iinfo(np.int64).max] += waiting
    first = np.minimum.accumulate(first[::-1])[::-1][:beats]
    return waiting - 1 - first[::-1]
