"""Turns a captured graph into one of integer operations."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from litho.errors import ConfigError, FormatError, GraphError, LithoError, UnsupportedError
from litho.ir import Constant, Graph, Input, Node, Registry, TensorType, TupleType
from litho.ir.op import Codes
from litho.passes._quantizers import QUANTIZER, asked_type, quantized_input, readers_type

__all__ = ["Lower"]


@dataclass(frozen=True, slots=True)
class Lower:
    """Write every call as nodes of the integer operations that claim its spelling.

    A float input takes the type of the quantizers that read it; quantized parameters become
    constants of codes; all other quantizers become `requantize` nodes, or nothing where the type
    is the wanted one already. Nodes marked `host`, and nodes that are integer operations, stay.

    Raises one `UnsupportedError` that lists every call without an operation, with its module
    path, its place in the user's source and what to do; `GraphError` when calls are known but
    do not fit (a layer without a format).
    """

    def __call__(self, graph: Graph, registry: Registry) -> Graph:
        """Give the lowered graph."""
        return _Run(graph.without_unused(), registry).lowered()


class _Run:
    """One run of the pass, which is also the context that each op's lowering gets."""

    def __init__(self, graph: Graph, registry: Registry) -> None:
        self._graph, self._registry = graph, registry
        self._values: dict[str, str] = {}
        self._made: dict[str, Input | Constant | Node] = {}
        self._failed: set[str] = set()
        self._problems: list[GraphError] = []
        self._node: Node | None = None

    def lowered(self) -> Graph:
        """Lower every node in order; give the graph, or raise what went wrong."""
        for item in self._graph.inputs:
            self._take_input(item)
        for constant in self._graph.constants:
            self._keep(constant, constant.name)
        for node in self._graph.nodes:
            self._take(node)
        if self._problems:
            raise _together(self._problems, self._graph.name)
        return self._result()

    def _take_input(self, item: Input) -> None:
        try:
            self._keep(replace(item, type=quantized_input(self._graph, item, self._registry)))
        except GraphError as error:
            self._problems.append(error)
            self._failed.add(item.name)

    def _take(self, node: Node) -> None:
        """Lower one node, or note why it cannot be."""
        self._node = node
        inputs = tuple(self._values.get(name, "") for name in node.inputs)
        is_known = node.op in self._registry or self._registry.lowering(node.op) is not None
        if node.host or self._is_beside_host(node, inputs):
            self._keep(self._as_host(node, inputs))
        elif self._failed.intersection(node.inputs):
            self._failed.add(node.name)
            if not is_known and not _takes_apart(node):
                self._problems.append(_unsupported(node))
        elif not is_known:
            self._failed.add(node.name)
            self._problems.append(_unsupported(node))
        else:
            self._try(node, inputs)

    def _is_beside_host(self, node: Node, inputs: tuple[str, ...]) -> bool:
        """Say whether the node takes apart or quantizes what the host computed."""
        source = self._made.get(inputs[0]) if inputs else None
        is_boundary = _takes_apart(node) or node.op == QUANTIZER
        return is_boundary and isinstance(source, Node) and source.host and not _is_coded(source)

    def _as_host(self, node: Node, inputs: tuple[str, ...]) -> Node:
        kind = asked_type(self._graph, node) if node.op == QUANTIZER else node.type
        kept = tuple(name or old for name, old in zip(inputs, node.inputs, strict=True))
        return replace(node, inputs=kept, type=kind, host=True)

    def _try(self, node: Node, inputs: tuple[str, ...]) -> None:
        if node.op in self._registry:
            self._keep(replace(node, inputs=inputs))
            return
        lowering = self._registry.lowering(node.op)
        assert lowering is not None
        try:
            self._values[node.name] = lowering.lower(self, node.params, inputs)
        except (GraphError, FormatError) as error:
            self._failed.add(node.name)
            self._problems.append(_placed(error, node))
        except ConfigError as error:  # the lowering itself is wrong, and the next would be as well
            raise ConfigError(_with_place(error, node)) from error.__cause__

    def _keep(self, definition: Input | Constant | Node, old: str = "") -> None:
        self._made[definition.name] = definition
        self._values[old or definition.name] = definition.name

    def _result(self) -> Graph:
        made = self._made.values()
        graph = Graph(
            self._graph.name,
            tuple(item for item in made if isinstance(item, Input)),
            tuple(item for item in made if isinstance(item, Constant)),
            tuple(item for item in made if isinstance(item, Node)),
            tuple(self._values[name] for name in self._graph.outputs),
        )
        return graph.without_unused()

    # What an op's lowering may ask and do.

    def type_of(self, name: str) -> TensorType:
        """Give the type of a lowered value."""
        found = self._made[name].type
        if isinstance(found, TupleType):
            raise GraphError(f"%{name} must be one tensor, not a tuple of {len(found.items)}")
        return found

    def constant(self, name: str) -> Constant | None:
        """Give the constant called `name`, or None when the value is computed."""
        found = self._made[name]
        return found if isinstance(found, Constant) else None

    def node(self, name: str) -> Node | None:
        """Give the lowered node that computes `name`, or None for an input or a constant."""
        found = self._made[name]
        return found if isinstance(found, Node) else None

    def encode_input(self, name: str, type: TensorType) -> None:
        """Let an input of the graph that holds integers travel as codes of `type` from here on."""
        found = self._made[name]
        if not isinstance(found, Input):
            raise GraphError(
                f"%{name} must be an input of the graph, which the host counts, not computed in it;"
                " capture the part of the model behind it"
            )
        if found.type.is_coded and found.type != type:
            raise GraphError(
                f"input %{name} must have one type, not {found.type.format} for one reader and"
                f" {type.format} for another; give the other an input of its own"
            )
        self._made[name] = replace(found, type=type)

    def add_constant(self, hint: str, type: TensorType, values: Codes) -> str:
        """Add a constant and give its name, made from `hint`."""
        name = self._free(_plain(hint))
        self._made[name] = Constant(name, type, values)
        return name

    def add(self, op: str, inputs: tuple[str, ...], params: object, hint: str = "") -> str:
        """Add a node of `op` with the type that its rule infers, and give its name."""
        assert self._node is not None
        types = tuple(self.type_of(name) for name in inputs)
        kind = self._registry.find(op).infer_type(params, types)
        path = self._node.origin.path
        name = self._free(hint or (f"{path}.{op}" if path else op))
        self._made[name] = Node(name, op, inputs, params, kind, origin=self._node.origin)
        return name

    def wanted_type(self) -> TensorType | None:
        """Give the type that the call's quantizers ask for, or None."""
        assert self._node is not None
        if self._node.op == QUANTIZER:
            return asked_type(self._graph, self._node)
        return readers_type(self._graph, self._node, self._registry)

    def _free(self, wanted: str) -> str:
        name, number = wanted, 1
        while name in self._made:
            name, number = f"{wanted}_{number}", number + 1
        return name


def _is_coded(node: Node) -> bool:
    return isinstance(node.type, TensorType) and node.type.is_coded


def _takes_apart(node: Node) -> bool:
    return node.op == "operator.getitem"


def _plain(name: str) -> str:
    """Give the name of a parameter without the parts that its parametrization put in."""
    parts = [part for part in name.split(".") if part != "parametrizations"]
    return ".".join(parts[:-1] if parts[-1] == "original" and len(parts) > 1 else parts)


def _unsupported(node: Node) -> UnsupportedError:
    return UnsupportedError(f"{node.op} in {node.origin} (%{node.name}) has no operation")


def _placed(error: GraphError | FormatError, node: Node) -> GraphError:
    text = _with_place(error, node)
    return UnsupportedError(text) if isinstance(error, UnsupportedError) else GraphError(text)


def _with_place(error: LithoError, node: Node) -> str:
    return f"{error}; %{node.name} ({node.op}) in {node.origin}"


def _together(problems: Sequence[GraphError], name: str) -> GraphError:
    """Give one error for all problems, of the kind that the worst of them is."""
    lacking = [error for error in problems if isinstance(error, UnsupportedError)]
    kind = UnsupportedError if lacking else GraphError
    if len(problems) == 1 and not lacking:
        return problems[0]
    lines = "\n".join(f"  - {error}" for error in problems)
    remedy = (
        "\nwrite these with supported calls (`litho list ops`), mark the nodes as host, or add an"
        " operation (CONTRIBUTING.md)"
        if lacking
        else ""
    )
    count = f"{len(problems)} call{'s' if len(problems) > 1 else ''}"
    return kind(
        f"every call of {name!r} must have integer semantics, and {count} have none:\n{lines}"
        f"{remedy}"
    )
