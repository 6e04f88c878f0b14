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
    which data can flow; every stream of an instance has exactly one connection.
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
