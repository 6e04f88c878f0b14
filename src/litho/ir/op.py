"""What an operation is to the graph, and the registry of operations."""

import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from litho.errors import GraphError, UnsupportedError
from litho.ir.graph import Constant, Lanes, Node, Origin
from litho.ir.types import TensorType

__all__ = [
    "AtenCall",
    "Codes",
    "Lowering",
    "LoweringContext",
    "NodeView",
    "Op",
    "Ref",
    "Registry",
    "State",
]

Codes = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class Ref:
    """The place of a tensor among a call's arguments: `inputs[index]` of its node."""

    index: int


@dataclass(frozen=True, slots=True)
class AtenCall:
    """Parameters of a node that keeps its PyTorch spelling.

    `arguments` holds the call's arguments in order as (name, value) pairs; a value is a number, a
    string, a boolean, None, a `Ref`, or a tuple of these. `left_out` holds the other arguments of
    the operator's schema by name, and is None when the schema is not known; it follows from the
    operator, so equal calls need not agree in it.
    """

    arguments: tuple[tuple[str, Any], ...] = ()
    left_out: tuple[str, ...] | None = field(default=None, compare=False)

    def get(self, name: str, default: Any = None) -> Any:
        """Give the argument called `name`, or `default` when the call left it out.

        Raises `GraphError` for a name that the operator's schema does not have.
        """
        if self.left_out is not None and not self.takes(name):
            raise GraphError(_unknown(name, self._names))
        return dict(self.arguments).get(name, default)

    def takes(self, name: str) -> bool:
        """Say whether the call has an argument called `name`, given or left out."""
        return name in self._names

    @property
    def _names(self) -> tuple[str, ...]:
        return (*(name for name, _ in self.arguments), *(self.left_out or ()))


def _unknown(name: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(name, known, n=2, cutoff=0.4)
    hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
    return (
        f"an argument that a lowering asks for must be one of {', '.join(known) or 'none'}, as the"
        f" operator's schema says, not {name!r}{hint}"
    )


@dataclass(frozen=True, slots=True)
class NodeView:
    """A node with what its op needs to know about its surroundings.

    `types` are the types of its inputs; `constants[i]` is input i when it is a constant.
    """

    node: Node
    types: tuple[TensorType, ...]
    constants: tuple[Constant | None, ...]

    @property
    def params(self) -> Any:
        """The node's parameters."""
        return self.node.params

    @property
    def type(self) -> TensorType:
        """The node's type."""
        assert isinstance(self.node.type, TensorType)
        return self.node.type

    @property
    def lanes(self) -> Lanes:
        """The node's lanes; one code a cycle when none were chosen."""
        return self.node.lanes or Lanes(1, 1)


class LoweringContext(Protocol):
    """What an op's lowering may ask and do. Values are named as in the lowered graph."""

    def type_of(self, name: str) -> TensorType:
        """Give the type of a lowered value."""
        ...

    def constant(self, name: str) -> Constant | None:
        """Give the constant called `name`, or None when the value is computed."""
        ...

    def node(self, name: str) -> Node | None:
        """Give the lowered node that computes `name`, or None for an input or a constant."""
        ...

    def encode_input(self, name: str, type: TensorType) -> None:
        """Let an input of the graph that holds integers travel as codes of a type from here on.

        Raises `GraphError` for what is no such input, or has another type already.
        """
        ...

    def add_constant(self, hint: str, type: TensorType, values: Codes) -> str:
        """Add a constant and give its name, made from `hint`."""
        ...

    def add(self, op: str, inputs: tuple[str, ...], params: Any, hint: str = "") -> str:
        """Add a node of `op` with the type that its rule infers, and give its name."""
        ...

    def wanted_type(self) -> TensorType | None:
        """Give the type that the quantizers which alone read the call's result ask for, or None.

        For a call of a quantizer (`litho.fake_quantize.default`) it is the type that the call
        itself asks for. The quantizer's own lowering gets a first argument that is coded, or a
        constant of host floats, which it encodes (the pass makes float inputs coded before).
        """
        ...


@dataclass(frozen=True, slots=True)
class Lowering:
    """How calls of some PyTorch operators become nodes of one op.

    `aten` lists the spellings (`aten.linear.default`). `lower(context, call, inputs)` gets the
    call's arguments and the lowered names of its tensor arguments, and gives the result's name.
    """

    aten: tuple[str, ...]
    lower: Callable[[LoweringContext, AtenCall, tuple[str, ...]], str]


@dataclass(frozen=True, slots=True)
class State:
    """What an op adds whose values depend on the beats before, and so on its lanes.

    - `lanes(params)`: the lanes that its parameters fix; no pass may give a node others.
    - `at_reset(params)`: its state after reset.
    - `evaluate(params, types, inputs, state)`: codes of the result as `Op.evaluate` gives them,
      from `state` on over all beats of all samples in order, and the state after them.
    """

    lanes: Callable[[Any], Lanes]
    at_reset: Callable[[Any], int]
    evaluate: Callable[[Any, tuple[TensorType, ...], tuple[Codes, ...], int], tuple[Codes, int]]


@dataclass(frozen=True, slots=True)
class Op:
    """One operation: what must agree about it.

    - `params`: the frozen dataclass of its parameters.
    - `infer_type(params, types)`: type of the result. A rule that needs constants (the width of an
      accumulator) finds what it needs in the parameters.
    - `evaluate(params, types, inputs)`: codes (samples, *shape) of the result from the inputs'
      codes (samples, *shape); a constant input has no axis of samples. An op with state starts
      from reset.
    - `lowerings`: the PyTorch operators it stands for.
    - `blocks[family](view)`: the hardware for one node, per arithmetic family of its first input.
    - `arity`: the numbers of inputs it may have.
    - `state`: what it remembers from beat to beat; None when nothing.
    """

    name: str
    params: type
    infer_type: Callable[[Any, tuple[TensorType, ...]], TensorType]
    evaluate: Callable[[Any, tuple[TensorType, ...], tuple[Codes, ...]], Codes]
    lowerings: tuple[Lowering, ...]
    blocks: Mapping[str, Callable[[NodeView], Any]]
    arity: tuple[int, ...] = (1,)
    state: State | None = None


@dataclass(frozen=True, slots=True)
class Registry:
    """The operations that are known, by name."""

    ops: Mapping[str, Op]

    def __post_init__(self) -> None:
        owners: dict[str, str] = {}
        for op in self:
            for aten in (spelling for lowering in op.lowerings for spelling in lowering.aten):
                if aten in owners:
                    raise GraphError(
                        f"one op must lower {aten}, not both {owners[aten]} and {op.name};"
                        " lower another operator, or one of your own made with"
                        " torch.library.custom_op (docs/tutorials/own_operation.md, section 4)"
                    )
                owners[aten] = op.name

    def __iter__(self) -> Iterator[Op]:
        return iter(self.ops.values())

    def __contains__(self, name: str) -> bool:
        return name in self.ops

    def find(self, name: str, origin: Origin | None = None) -> Op:
        """Give the op called `name`; raises `UnsupportedError` when there is none."""
        if name in self.ops:
            return self.ops[name]
        place = f" ({origin})" if origin else ""
        raise UnsupportedError(
            f"op {name!r}{place} must be one of {', '.join(sorted(self.ops))};"
            " see CONTRIBUTING.md on adding an operation, or name the folder of one in LITHO_OPS"
        )

    def lowering(self, aten: str) -> Lowering | None:
        """Give the lowering of the PyTorch operator spelled `aten`, or None."""
        for op in self:
            for lowering in op.lowerings:
                if aten in lowering.aten:
                    return lowering
        return None
