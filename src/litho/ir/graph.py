"""The graph and its parts: immutable records, edited by making new ones."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from litho.errors import GraphError
from litho.ir.types import TensorType, TupleType

__all__ = ["Constant", "Graph", "Input", "Lanes", "Node", "Origin"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a node comes from: the PyTorch module path and `file:line` in the user's source."""

    path: str = ""
    source: str = ""

    def __str__(self) -> str:
        place = f" at {self.source}" if self.source else ""
        return f"{self.path or '(top)'}{place}"


@dataclass(frozen=True, slots=True)
class Lanes:
    """Codes that a node takes and gives in one cycle, on each of its streams."""

    inputs: int
    outputs: int


@dataclass(frozen=True, slots=True)
class Input:
    """A tensor that comes from outside."""

    name: str
    type: TensorType


@dataclass(frozen=True, slots=True, eq=False)
class Constant:
    """A tensor that is known: int64 codes, or host floats before the graph is lowered.

    The values are copied, unless they cannot be written to already. Two constants are equal when
    name, type and every byte are.
    """

    name: str
    type: TensorType
    values: np.ndarray[Any, Any]

    def __post_init__(self) -> None:
        values = np.asarray(self.values, order="C")
        if values.flags.writeable:
            values = values.copy()
            values.setflags(write=False)
        object.__setattr__(self, "values", values)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Constant):
            return NotImplemented
        mine, theirs = self.values, other.values
        same_kind = (self.name, self.type, mine.dtype, mine.shape) == (
            other.name,
            other.type,
            theirs.dtype,
            theirs.shape,
        )
        return same_kind and (mine is theirs or mine.tobytes() == theirs.tobytes())

    def __hash__(self) -> int:
        return hash((self.name, self.type))


@dataclass(frozen=True, slots=True)
class Node:
    """One operation.

    `op` names an op of the registry, or a PyTorch operator by its own spelling
    (`aten.linear.default`) when the graph is not lowered; `params` is the op's frozen record.
    A node marked `host` stays outside the hardware.
    """

    name: str
    op: str
    inputs: tuple[str, ...]
    params: Any
    type: TensorType | TupleType
    lanes: Lanes | None = None
    origin: Origin = Origin()
    host: bool = False


@dataclass(frozen=True)
class Graph:
    """An SSA program: inputs and constants, nodes in an order in which they can run, outputs."""

    name: str
    inputs: tuple[Input, ...]
    constants: tuple[Constant, ...]
    nodes: tuple[Node, ...]
    outputs: tuple[str, ...]
    _definitions: Mapping[str, Input | Constant | Node] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        definitions: dict[str, Input | Constant | Node] = {}
        everything: tuple[Input | Constant | Node, ...] = (
            *self.inputs,
            *self.constants,
            *self.nodes,
        )
        for definition in everything:
            if definition.name in definitions:
                raise GraphError(f"a value must be defined once, not again as %{definition.name}")
            definitions[definition.name] = definition
        object.__setattr__(self, "_definitions", definitions)

    def definition(self, name: str) -> Input | Constant | Node:
        """Give what defines the value `name`; raises `GraphError` when nothing does."""
        if name not in self._definitions:
            raise GraphError(f"a value must be defined before it is used: %{name} is not")
        return self._definitions[name]

    def node(self, name: str) -> Node:
        """Give the node `name`; raises `GraphError` when there is no such node."""
        found = self.definition(name)
        if not isinstance(found, Node):
            what = "an input" if isinstance(found, Input) else "a constant"
            raise GraphError(f"%{name} must be a node, not {what}")
        return found

    def type_of(self, name: str) -> TensorType:
        """Give the type of a tensor value; raises `GraphError` for a tuple or an unknown name."""
        found = self.definition(name).type
        if isinstance(found, TupleType):
            raise GraphError(f"%{name} must be one tensor, not a tuple of {len(found.items)}")
        return found

    def is_constant(self, name: str) -> bool:
        """Say whether the value `name` is a constant."""
        return isinstance(self.definition(name), Constant)

    def _repr_svg_(self) -> str:
        from litho.ir.draw import draw  # notebooks show a graph by this

        return draw(self)

    @cached_property
    def _users(self) -> Mapping[str, tuple[str, ...]]:
        users: dict[str, list[str]] = {}
        for node in self.nodes:
            for name in dict.fromkeys(node.inputs):
                users.setdefault(name, []).append(node.name)
        return {name: tuple(found) for name, found in users.items()}

    def users(self, name: str) -> tuple[str, ...]:
        """Give the names of the nodes that read the value `name`, in order."""
        return self._users.get(name, ())

    def with_nodes(self, nodes: Iterable[Node]) -> "Graph":
        """Give the graph with other nodes and all else as it is."""
        return replace(self, nodes=tuple(nodes))

    def replace_node(self, node: Node) -> "Graph":
        """Give the graph in which `node` stands in the place of the node of its name."""
        self.node(node.name)
        return self.with_nodes(node if old.name == node.name else old for old in self.nodes)

    def replace_uses(self, old: str, new: str) -> "Graph":
        """Give the graph in which every reader of `old`, outputs too, reads `new`.

        When `new` is a node that reads `old` itself, it goes on doing so.
        """
        self.definition(new)
        nodes = (
            replace(node, inputs=tuple(new if name == old else name for name in node.inputs))
            if old in node.inputs and node.name != new
            else node
            for node in self.nodes
        )
        outputs = tuple(new if name == old else name for name in self.outputs)
        return replace(self, nodes=tuple(nodes), outputs=outputs)

    def remove(self, name: str) -> "Graph":
        """Give the graph without the node `name`.

        Raises `GraphError`, naming the users, when something still reads it.
        """
        node = self.node(name)
        users = [*self.users(name), *(["the output"] if name in self.outputs else [])]
        if users:
            raise GraphError(
                f"a node must have no users to be removed, but %{name} ({node.op}, from"
                f" {node.origin}) still has {len(users)}: {', '.join(users)};"
                " call replace_uses first"
            )
        return self.with_nodes(old for old in self.nodes if old.name != name)

    def without_unused(self) -> "Graph":
        """Give the graph without nodes and constants that no output needs; inputs stay."""
        needed = set(self.outputs)
        kept: list[Node] = []
        for node in reversed(self.nodes):
            if node.name in needed:
                kept.append(node)
                needed.update(node.inputs)
        constants = tuple(constant for constant in self.constants if constant.name in needed)
        return replace(self, nodes=tuple(reversed(kept)), constants=constants)
