"""Counts over a graph, captured or lowered: operations, parameters by module, bits by tensor."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from litho.formats import Format, GroupedFormat, Host, parse
from litho.ir import AtenCall, Constant, Graph, Input, Node, TensorType

__all__ = [
    "ModuleParameters",
    "OperationCount",
    "TensorBits",
    "bits_by_tensor",
    "count_operations",
    "count_parameters",
]

_QUANTIZER = "litho.fake_quantize.default"
_SAME_VALUES = (
    *("aten.to.dtype", "aten.to.dtype_layout", "aten.to.device", "aten._to_copy.default"),
    *("aten.detach.default", "aten.alias.default", "aten.contiguous.default"),
)


@dataclass(frozen=True, slots=True)
class OperationCount:
    """How many nodes have the op `op`."""

    op: str
    nodes: int


@dataclass(frozen=True, slots=True)
class ModuleParameters:
    """The parameters under a module path: tensors, numbers in them, and the bits they occupy."""

    path: str
    tensors: int
    numbers: int
    bits: Fraction


@dataclass(frozen=True, slots=True)
class TensorBits:
    """The numbers of one tensor, the format that they have or are rounded to, and their bits."""

    name: str
    is_parameter: bool
    format: Format
    numbers: int
    bits: Fraction


def count_operations(graph: Graph) -> tuple[OperationCount, ...]:
    """Give the ops of `graph` by the number of their nodes, the most frequent first."""
    counts = Counter(node.op for node in graph.nodes)
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(OperationCount(op, nodes) for op, nodes in ordered)


def count_parameters(graph: Graph, depth: int | None = None) -> tuple[ModuleParameters, ...]:
    """Give the parameters by module path, in the order of the graph.

    `depth` cuts the paths to so many parts: 1 sums up the modules at the top. Parameters are the
    constants with fractions or codes, the running statistics of a norm among them; a tensor that
    several modules share counts once, under the name that the graph has for it.
    """
    tables: dict[str, list[TensorBits]] = {}
    for item in bits_by_tensor(graph):
        if item.is_parameter:
            tables.setdefault(_module(item.name, depth), []).append(item)
    return tuple(
        ModuleParameters(
            path,
            len(items),
            sum(item.numbers for item in items),
            sum((item.bits for item in items), Fraction(0)),
        )
        for path, items in tables.items()
    )


def bits_by_tensor(graph: Graph) -> tuple[TensorBits, ...]:
    """Give the bits of each tensor: parameters first, then what inputs and nodes give.

    A tensor of a captured graph that quantizers alone read has the format that they round it to,
    and the widest where they differ; a quantizer and a change of number type give no tensor of
    their own.
    """
    return tuple(_bits(graph))


def _bits(graph: Graph) -> Iterator[TensorBits]:
    everything: tuple[Constant | Input | Node, ...] = (
        *graph.constants,
        *graph.inputs,
        *graph.nodes,
    )
    for item in everything:
        kind, is_parameter = item.type, isinstance(item, Constant)
        if not isinstance(kind, TensorType) or not kind.size or _gives_no_tensor(item):
            continue
        found = _formats(graph, item.name) or [kind.format]
        chosen = max(found, key=lambda one: (Fraction(one.bits), str(one)))
        bits = _bits_of(chosen, kind)
        yield TensorBits(item.name, is_parameter, chosen, kind.size, bits)


def _bits_of(format: Format, kind: TensorType) -> Fraction:
    """Give the bits of a tensor, with the scales of its groups, of which a row's last is short."""
    if not isinstance(format, GroupedFormat):
        return kind.size * Fraction(format.bits)
    groups = kind.rows * -(-kind.row // format.group)
    return Fraction(kind.size * format.element.bits + groups * format.scale_bits)


def _gives_no_tensor(item: Constant | Input | Node) -> bool:
    """Whether it is a number of the host's own, or what another tensor is rounded to."""
    if isinstance(item, Constant):
        return isinstance(item.type.format, Host) and "float" not in item.type.format.name
    return isinstance(item, Node) and (item.op == _QUANTIZER or item.op in _SAME_VALUES)


def _formats(graph: Graph, name: str) -> list[Format]:
    """Give the formats that the readers of a tensor round it to; none when one reads it as is."""
    found: list[Format] = []
    for user in (graph.node(user) for user in graph.users(name)):
        if user.op == _QUANTIZER and user.inputs[0] == name:
            assert isinstance(user.params, AtenCall)
            found.append(parse(user.params.get("format")))
        elif user.op in _SAME_VALUES and (behind := _formats(graph, user.name)):
            found += behind
        else:
            return []
    return [] if name in graph.outputs else found


def _module(name: str, depth: int | None) -> str:
    """Give the module that a parameter belongs to, a quantized one (`fc.bias.aligned`) too."""
    own = name.removesuffix(".aligned").split(".parametrizations.")
    parts = own[0].split(".") if len(own) > 1 else own[0].split(".")[:-1]
    return ".".join(parts if depth is None else parts[:depth]) or "(top)"
