"""Puts buffers where a design would otherwise be slow or stand still (`docs/stream.md` 9)."""

from collections.abc import Iterable, Mapping

import numpy as np

from litho.emit.names import Names
from litho.errors import GraphError
from litho.rtl import Connection, Design, Endpoint, Instance, is_steady, least_interval
from litho.rtl.events import Times
from litho.rtl.mem.ram import SHALLOW
from litho.rtl.solver import earliest, latest
from litho.rtl.stream.fifo import fifo, fifo_latency

__all__ = ["buffered", "occupancy", "with_buffers"]

_SHALLOWEST = 2
# More beats than can ever wait.
_ENDLESS = 1 << 30


def buffered(design: Design) -> Design:
    """Give `design` with the buffers with which a tensor enters every `least_interval` cycles.

    Buffers stand before the blocks where branches of a fork meet again; when those are not enough,
    on every connection on which a beat may have to wait, as far as they are needed.
    Raises `GraphError` when there are none that suffice.
    """
    interval = least_interval(design)
    meetings = _meetings(design)
    depths = _least_depths(design, interval, _waited_on(design, interval, meetings))
    if depths is None:
        inner = {item.name for item in design.connections if item.source.instance}
        roomy = _waited_on(design, interval, inner)
        doubted = [name for name in roomy if name not in meetings]
        depths = _least_depths(design, interval, _needed(design, interval, roomy, doubted))
    if depths is None:
        raise _refusal(design, interval)
    return with_buffers(design, depths)


def _refusal(design: Design, interval: int) -> GraphError:
    return GraphError(
        f"design {design.name!r} must take a tensor every {interval} cycles, the interval of its"
        " slowest block, and no buffers make it; choose other lanes, or see whether the interval of"
        " a block of your own is that of its flow"
    )


def _meetings(design: Design) -> set[str]:
    """Give the connections into a block whose other inputs share an ancestor with them."""
    above: dict[str, frozenset[str]] = {"": frozenset()}
    found: set[str] = set()
    for instance in design.instances:
        into = [design.into(instance.name, stream.name) for stream in instance.block.inputs]
        sets = [above[connection.source.instance] for connection in into]
        for place, connection in enumerate(into):
            others = frozenset[str]().union(*sets[:place], *sets[place + 1 :])
            if sets[place] & others:
                found.add(connection.name)
        above[instance.name] = frozenset({instance.name}).union(*sets)
    return found


def _waited_on(design: Design, interval: int, places: Iterable[str]) -> dict[str, int]:
    """Give those of the connections `places` on which a beat has to wait, with room for all.

    With buffers without end everywhere, each connection shows how many beats wait on it.
    A buffer takes a cycle or two itself, which may make others wait, so this is done until nothing
    changes: a buffer once placed stays.
    """
    allowed = set(places)
    wanted = [item for item in design.connections if item.name in allowed]
    depths: dict[str, int] = {}
    while True:
        delays = {name: fifo_latency(depth) for name, depth in depths.items()}
        moments = earliest(design, interval, delays)
        if moments is None:  # a block does not keep its own interval
            raise _refusal(design, interval)
        found = dict(depths)
        for connection in wanted:
            times = moments[connection.name]
            if connection.name in depths or (times.taken > times.offered).any():
                depth = max(_SHALLOWEST, occupancy(times.offered, times.taken, interval))
                found[connection.name] = max(depth, depths.get(connection.name, 0))
        if found == depths:
            return {name: _roomy(depth) for name, depth in depths.items()}
        depths = found


def _roomy(depth: int) -> int:
    """Give a depth that is as quick as `depth`, and the greatest that is."""
    return SHALLOW if depth <= SHALLOW else _ENDLESS


def _least_depths(
    design: Design, interval: int, depths: Mapping[str, int]
) -> dict[str, int] | None:
    """Give the least depth of each buffer, None when those of `depths` are not enough.

    A buffer that turns out shallow is quicker than a deep one, so it is looked at again.
    Now and then beats that leave a buffer later make do with less, so less is tried for each that
    is deep; for a shallow one there is little to gain.
    The shallowest are left out if the design does without.
    """
    while True:
        found = _shrunk(design, interval, depths)
        if found is None:
            return None
        if all(fifo_latency(found[name]) == fifo_latency(depths[name]) for name in depths):
            break
        depths = found
    for name in found:
        if found[name] > SHALLOW:
            found = found | {name: _tried(design, interval, found, name)}
    shallowest = [name for name, depth in found.items() if depth == _SHALLOWEST]
    return _needed(design, interval, found, shallowest)


def _tried(design: Design, interval: int, depths: Mapping[str, int], name: str) -> int:
    """Give the least depth of buffer `name` with which the others are enough as they are.

    It is near, so steps begin at one beat.
    """
    low, high, step = _SHALLOWEST - 1, depths[name], 1
    while high - low > 1:
        depth = max(low + 1, high - step)
        if is_steady(with_buffers(design, {**depths, name: depth}), interval):
            high, step = depth, 2 * step
        else:
            low, step = depth, max(1, (high - depth) // 2)
    return high


def _shrunk(design: Design, interval: int, depths: Mapping[str, int]) -> dict[str, int] | None:
    """Give depths that are enough where `depths` are; None when those are not.

    Beats leave the buffers as early as they can, and enter them as late as that allows.
    """
    built = with_buffers(design, depths)
    first = earliest(built, interval)
    if first is None:
        return None
    after = {
        item.name: built.out_of(item.target.instance, "out").name
        for item in built.connections
        if item.name in depths
    }
    fixed = [*after.values(), *(built.into("", stream.name).name for stream in built.outputs)]
    last = latest(built, interval, {name: first[name].taken for name in fixed})
    return {
        name: max(_SHALLOWEST, occupancy(last[name].taken, first[after[name]].taken, interval))
        for name in depths
    }


def occupancy(entered: Times, left: Times, interval: int) -> int:
    """Give the greatest number of beats that wait at once, tensors following in `interval` cycles.

    A beat waits from the cycle in which it enters to that in which it leaves, both counted.
    """
    tensors = 1 + max(0, int((left - entered[0]).max())) // interval
    past = np.arange(-tensors, 1, dtype=np.int64)[:, None] * interval
    gone = np.searchsorted((left + past).reshape(-1), entered, side="left")
    present = np.arange(len(entered), dtype=np.int64) + tensors * len(entered) + 1
    return int((present - gone).max())


def _needed(
    design: Design, interval: int, depths: Mapping[str, int], doubted: list[str]
) -> dict[str, int]:
    """Give the buffers that stay when those that are `doubted` are left out if they can be.

    Most of them can, so they are left out together, and by halves where that fails.
    """
    stay, parts = dict(depths), [doubted] if doubted else []
    while parts:
        part = parts.pop()
        without = {name: depth for name, depth in stay.items() if name not in part}
        if is_steady(with_buffers(design, without), interval):
            stay = without
        elif len(part) > 1:
            half = len(part) // 2
            parts += [part[half:], part[:half]]
    return stay


def with_buffers(design: Design, depths: Mapping[str, int]) -> Design:
    """Give `design` with a buffer of the given depth on each connection that has an entry."""
    names = Names()
    for taken in (*(c.name for c in design.connections), *(i.name for i in design.instances)):
        if taken not in names:
            names.make(taken)
    connections: list[Connection] = []
    before: dict[str, list[Instance]] = {}
    for connection in design.connections:
        if connection.name not in depths:
            connections.append(connection)
            continue
        stream = design.stream_of(connection)
        block = fifo(
            stream.bits,
            stream.lanes,
            stream.row,
            depths[connection.name],
            stream.rows,
            stream.is_signed,
        )
        name = names.make(f"{connection.name}_fifo")
        before.setdefault(connection.target.instance, []).append(Instance(name, block))
        connections += [
            Connection(connection.name, connection.source, Endpoint(name, "in")),
            Connection(name, Endpoint(name, "out"), connection.target),
        ]
    instances = [
        item for instance in design.instances for item in (*before.get(instance.name, ()), instance)
    ]
    return Design(
        design.name,
        design.inputs,
        design.outputs,
        (*instances, *before.get("", ())),
        tuple(connections),
    )
