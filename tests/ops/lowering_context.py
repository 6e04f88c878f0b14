"""A context for one lowering, without a pass around it."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from litho.ir import Constant, Node, TensorType
from litho.ir.op import Codes
from litho.ops import registry


@dataclass
class Context:
    """Values by name; nodes that a lowering adds are called after their op."""

    values: dict[str, TensorType | Constant] = field(default_factory=dict)
    wanted: TensorType | None = None
    nodes: list[Node] = field(default_factory=list)

    def type_of(self, name: str) -> TensorType:
        found = self.values[name]
        return found.type if isinstance(found, Constant) else found

    def wanted_type(self) -> TensorType | None:
        return self.wanted

    def constant(self, name: str) -> Constant | None:
        found = self.values[name]
        return found if isinstance(found, Constant) else None

    def node(self, name: str) -> Node | None:
        return next((node for node in self.nodes if node.name == name), None)

    def add_constant(self, hint: str, type: TensorType, values: Codes) -> str:
        name = f"{hint}.codes"
        self.values[name] = Constant(name, type, values)
        return name

    def add(self, op: str, inputs: tuple[str, ...], params: Any, hint: str = "") -> str:
        kind = registry().find(op).infer_type(params, tuple(self.type_of(name) for name in inputs))
        self.values[op] = kind
        self.nodes.append(Node(op, op, inputs, params, kind))
        return op


def known(name: str, kind: TensorType, values: Any) -> Constant:
    """Give a constant of codes, or of floats when the type is a host's."""
    return Constant(name, kind, np.array(values, dtype=np.int64 if kind.is_coded else np.float64))
