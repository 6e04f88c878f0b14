"""Puts buffers where a design would otherwise be slow or stand still (`docs/stream.md` 9)."""

from collections.abc import Iterable, Mapping

import numpy as np

from litho.emit.names import Names
from litho.errors import GraphError
from litho.rtl import Connection, Design, Endpoint, Instance, is_steady, least_interval
from litho.rtl.events import Times
from litho.rtl.solver import earliest
from litho.rtl.stream.fifo import fifo, fifo_latency

__all__ = ["buffered", "occupancy"]


def buffered(design: Design) -> Design:
    """Give `design` with the buffers with which a tensor enters every `least_interval` cycles.

    Buffers stand before the blocks where branches of a fork meet again; when those are not enough,
    on every connection on which a beat may have to wait, as far as they are needed.
    Raises `GraphError` when there are none that suffice.
    """
    interval = least_interval(design)
    meetings = _meetings(design)
    found = with_buffers(design, _depths(design, interval, meetings))
    if is_steady(found, interval):
        return found
    inner = {item.name for item in design.connections if item.source.instance}
    depths = _depths(design, interval, inner)
    if not is_steady(with_buffers(design, depths), interval):
        raise GraphError(
            f"design {design.name!r} must take a tensor every {interval} cycles, the interval of"
            " its slowest block, and no buffers make it; choose other lanes"
        )
    return with_buffers(design, _needed(design, interval, depths, meetings))


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


def _depths(design: Design, interval: int, places: Iterable[str]) -> dict[str, int]:
    """Give the depth of the buffer that each of `places` needs, for those that need one.

    With buffers without end everywhere, each connection shows how many beats wait on it.
    A buffer takes a cycle or two itself, which may make others wait, so this is done until nothing
    changes: a buffer once placed stays.
    """
    wanted = [item for item in design.connections if item.name in set(places)]
    depths: dict[str, int] = {}
    while True:
        delays = {name: fifo_latency(depth) for name, depth in depths.items()}
        moments = earliest(design, interval, delays)
        assert moments is not None, "blocks without stalls keep their own interval"
        found = dict(depths)
        for connection in wanted:
            times = moments[connection.name]
            if connection.name in depths or (times.taken > times.offered).any():
                depth = max(2, occupancy(times.offered, times.taken, interval))
                found[connection.name] = max(depth, depths.get(connection.name, 0))
        if found == depths:
            return depths
        depths = found


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
    design: Design, interval: int, depths: Mapping[str, int], kept: set[str]
) -> dict[str, int]:
    """Give the buffers that stay when each that is not in `kept` is left out if it can be."""
    found = dict(depths)
    for name in depths:
        if name in kept:
            continue
        without = {other: depth for other, depth in found.items() if other != name}
        if is_steady(with_buffers(design, without), interval):
            found = without
    return found


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
