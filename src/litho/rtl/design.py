"""A design: instances of blocks and the streams that connect them."""

from dataclasses import dataclass, field

from litho.errors import GraphError
from litho.rtl.block import Block, Stream

__all__ = ["Connection", "Design", "Endpoint", "Instance"]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One end of a connection: a stream of an instance, or of the design itself (instance "")."""

    instance: str
    stream: str

    def __str__(self) -> str:
        return f"stream {self.stream!r} of {self.instance or 'the design'}"


@dataclass(frozen=True, slots=True)
class Instance:
    """A block under a name; `node` names the graph node it belongs to, if it belongs to one."""

    name: str
    block: Block
    node: str = ""


@dataclass(frozen=True, slots=True)
class Connection:
    """A stream from a source to a target; `name` names its wires in the top module."""

    name: str
    source: Endpoint
    target: Endpoint


@dataclass(frozen=True)
class Design:
    """A directed acyclic network of blocks.

    `inputs` and `outputs` are the streams of the design itself. `instances` stand in an order in
    which data can flow; every stream has exactly one connection, and the two ends of a connection
    agree on the bits of a beat and on the beats of a tensor.
    Raises `GraphError`, naming the connection or the stream, when one of these does not hold.
    """

    name: str
    inputs: tuple[Stream, ...]
    outputs: tuple[Stream, ...]
    instances: tuple[Instance, ...]
    connections: tuple[Connection, ...]
    _into: dict[Endpoint, Connection] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    _out_of: dict[Endpoint, Connection] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        for connection in self.connections:
            for end, table in ((connection.target, self._into), (connection.source, self._out_of)):
                if end in table:
                    raise GraphError(f"a stream must have one connection, and {end} has two")
                table[end] = connection
        self._check()

    def _check(self) -> None:
        for names in (
            [instance.name for instance in self.instances],
            [connection.name for connection in self.connections],
        ):
            if len(set(names)) < len(names):
                found = ", ".join(sorted(names))
                raise GraphError(f"names in design {self.name} must be different, not {found}")
        sources, targets = self._ends()
        for ends, table in ((sources, self._out_of), (targets, self._into)):
            for end in {**ends, **table}:
                if end not in ends or end not in table:
                    what = "have a connection" if end in ends else "exist to be connected"
                    raise GraphError(f"{end} of design {self.name} must {what}")
        places = {item.name: place for place, item in enumerate(self.instances)}
        for connection in self.connections:
            source, target = sources[connection.source], targets[connection.target]
            if (source.width, source.beats) != (target.width, target.beats):
                raise GraphError(
                    f"both ends of {connection.name} in design {self.name} must take the same"
                    f" beats, not {source.beats} of {source.width} bits and {target.beats} of"
                    f" {target.width}"
                )
            before = places.get(connection.source.instance, -1)
            if before >= places.get(connection.target.instance, len(places)):
                raise GraphError(
                    f"{connection.name} in design {self.name} must lead to a later instance, not"
                    f" from {connection.source} to {connection.target}"
                )

    def _ends(self) -> tuple[dict[Endpoint, Stream], dict[Endpoint, Stream]]:
        """Give every end that beats come from, and every end that they go to."""
        sources = {Endpoint("", stream.name): stream for stream in self.inputs}
        targets = {Endpoint("", stream.name): stream for stream in self.outputs}
        for item in self.instances:
            sources |= {Endpoint(item.name, stream.name): stream for stream in item.block.outputs}
            targets |= {Endpoint(item.name, stream.name): stream for stream in item.block.inputs}
        return sources, targets

    def into(self, instance: str, stream: str) -> Connection:
        """Give the connection that feeds an input stream of an instance (or output of the top)."""
        return self._into[Endpoint(instance, stream)]

    def out_of(self, instance: str, stream: str) -> Connection:
        """Give the connection that an output stream of an instance (or input of the top) feeds."""
        return self._out_of[Endpoint(instance, stream)]

    def instance(self, name: str) -> Instance:
        """Give the instance called `name`."""
        return next(item for item in self.instances if item.name == name)

    def stream_of(self, connection: Connection) -> Stream:
        """Give what travels on a connection, as its source names it."""
        end = connection.source
        streams = self.instance(end.instance).block.outputs if end.instance else self.inputs
        return next(stream for stream in streams if stream.name == end.stream)
