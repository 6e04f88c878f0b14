"""Puts blocks and connections together into a design, changing lanes and forking on the way."""

import math
from dataclasses import dataclass, field, replace

from litho.emit.names import Names
from litho.errors import GraphError
from litho.rtl import Block, Connection, Design, Endpoint, Instance, Stream
from litho.rtl.stream.fork import fork
from litho.rtl.stream.width import width

__all__ = ["Network", "Use"]


@dataclass(frozen=True, slots=True)
class Use:
    """A place that wants a value: an end, the stream it takes there, and a name for the way."""

    end: Endpoint
    stream: Stream
    hint: str


@dataclass(slots=True)
class Network:
    """A design while it is being made."""

    name: str
    names: Names = field(default_factory=Names)
    inputs: list[Stream] = field(default_factory=list)
    outputs: list[Stream] = field(default_factory=list)
    instances: list[Instance] = field(default_factory=list)
    connections: list[Connection] = field(default_factory=list)

    def add(self, name: str, block: Block, node: str = "") -> None:
        """Add an instance under a name that `names` has given."""
        self.instances.append(Instance(name, block, node))

    def deliver(self, source: Endpoint, stream: Stream, name: str, uses: tuple[Use, ...]) -> None:
        """Bring a stream to every use: one fork for each further one, lanes changed before it.

        `name` is that of the wires at the source.
        """
        wanted = list(dict.fromkeys(use.stream.lanes for use in uses))
        groups = [tuple(use for use in uses if use.stream.lanes == lanes) for lanes in wanted]
        self._share(source, stream, name, groups)

    def _share(
        self, source: Endpoint, stream: Stream, name: str, groups: list[tuple[Use, ...]]
    ) -> None:
        """Fork until one group of uses with the same lanes is left, then until one use is."""
        if len(groups) == 1 and len(groups[0]) == 1:
            self._bring(source, stream, name, groups[0][0])
            return
        if len(groups) == 1 and groups[0][0].stream.lanes != stream.lanes:
            source, stream, name = self._change(
                source, stream, name, groups[0][0].stream.lanes, f"{name}_x"
            )
        split: list[tuple[Use, ...]] = groups if len(groups) > 1 else [(u,) for u in groups[0]]
        forked = self.names.make(f"{name}_fork")
        self.connections.append(Connection(name, source, Endpoint(forked, "in")))
        self.add(forked, fork(*_shape(stream)))
        half = len(split) // 2
        for side, part in (("a", split[:half]), ("b", split[half:])):
            rest = part if len(groups) > 1 else [tuple(use for uses in part for use in uses)]
            self._share(Endpoint(forked, side), stream, self.names.make(f"{forked}_{side}"), rest)

    def _bring(self, source: Endpoint, stream: Stream, name: str, use: Use) -> None:
        if replace(stream, name="", lanes=1) != replace(use.stream, name="", lanes=1):
            raise GraphError(
                f"a stream must go where it is wanted: {use.hint} takes {use.stream}, not {stream}"
            )
        if stream.lanes != use.stream.lanes:
            source, stream, name = self._change(source, stream, name, use.stream.lanes, use.hint)
        self.connections.append(Connection(name, source, use.end))

    def _change(
        self, source: Endpoint, stream: Stream, name: str, lanes: int, hint: str
    ) -> tuple[Endpoint, Stream, str]:
        """Change lanes, through the greatest common divisor when neither divides the other."""
        for count in dict.fromkeys((math.gcd(stream.lanes, lanes), lanes)):
            if count == stream.lanes:
                continue
            bits, _, row, rows, is_signed = _shape(stream)
            block = width(bits, stream.lanes, count, row, rows, is_signed)
            changed = self.names.make(f"{hint}{count}")
            self.connections.append(Connection(name, source, Endpoint(changed, "in")))
            self.add(changed, block)
            source, stream, name = Endpoint(changed, "out"), block.outputs[0], changed
        return source, stream, name

    def design(self) -> Design:
        """Give the design."""
        return Design(
            self.name,
            tuple(self.inputs),
            tuple(self.outputs),
            tuple(self.instances),
            tuple(self.connections),
        )


def _shape(stream: Stream) -> tuple[int, int, int, int, bool]:
    return stream.bits, stream.lanes, stream.row, stream.rows, stream.is_signed
