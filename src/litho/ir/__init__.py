"""The graph: an immutable SSA program on codes, its rules, its text form and its interpreter."""

from litho.ir.draw import draw
from litho.ir.graph import Constant, Graph, Input, Lanes, Node, Origin
from litho.ir.interpreter import has_state, interpret, interpret_from
from litho.ir.op import AtenCall, Lowering, LoweringContext, NodeView, Op, Ref, Registry, State
from litho.ir.rules import check
from litho.ir.store import load, save
from litho.ir.text import parse, write
from litho.ir.types import TensorType, TupleType
from litho.ir.values import Histogram, ValueRange

__all__ = [
    "AtenCall",
    "Constant",
    "Graph",
    "Histogram",
    "Input",
    "Lanes",
    "Lowering",
    "LoweringContext",
    "Node",
    "NodeView",
    "Op",
    "Origin",
    "Ref",
    "Registry",
    "State",
    "TensorType",
    "TupleType",
    "ValueRange",
    "check",
    "draw",
    "has_state",
    "interpret",
    "interpret_from",
    "load",
    "parse",
    "save",
    "write",
]
