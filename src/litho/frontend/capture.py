"""Captures a model: every operator becomes a node that keeps its PyTorch spelling and place."""

import warnings
from collections.abc import Mapping
from typing import Any

import torch
from torch import fx, nn
from torch.export import ExportedProgram
from torch.export.graph_signature import InputKind, OutputKind
from torch.utils._pytree import tree_map_only

from litho.errors import GraphError, UnsupportedError
from litho.frontend.arguments import arguments_of, spelling_of
from litho.frontend.inputs import check_names, check_read, without_cache
from litho.frontend.memory import Memory
from litho.frontend.places import origin_of
from litho.frontend.types import host_type, value_type
from litho.ir import Constant, Graph, Input, Node

__all__ = ["capture"]


def capture(
    model: nn.Module,
    example: torch.Tensor | tuple[Any, ...] | Mapping[str, Any],
    name: str = "",
) -> Graph:
    """Give the graph of `model` as it is called with `example`, in its present mode.

    `example` is the model's input, a tuple of its arguments, or a mapping of them by name; its
    shapes are the graph's (a first axis of 1 stays: the interpreter puts the axis of samples in
    front of it). Call `model.eval()` before, for what hardware is to compute.

    Nothing is decomposed. Each call is a node whose op is PyTorch's spelling
    (`aten.linear.default`), named `<module path>.<operator>`, with the path and the place in the
    user's source as its origin. Parameters and buffers are constants under their own paths.
    A model of Hugging Face is captured without its cache of keys and values.
    Raises `UnsupportedError` for models that `torch.export` cannot trace, and for results whose
    shape depends on data; `ConfigError` for a name that is no input of the model.
    """
    args, kwargs = _call_of(example)
    check_names(model, kwargs)
    try:
        program = _export(model, args, kwargs)
    except UnsupportedError:
        check_names(model, kwargs, is_strict=True)  # a misspelled input explains it better
        raise
    graph = _Builder(program, name or type(model).__name__).build()
    check_read(model, kwargs, graph)
    return graph


def _call_of(example: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Give the arguments of the call, each tensor in memory of its own.

    torch.export takes one tensor that is given twice for one input.
    """
    example = tree_map_only(torch.Tensor, torch.clone, example)
    if isinstance(example, Mapping):
        return (), dict(example)
    return (tuple(example), {}) if isinstance(example, tuple | list) else ((example,), {})


def _export(model: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> ExportedProgram:
    try:
        with torch.no_grad(), warnings.catch_warnings(), without_cache(model):
            # A recurrent layer refreshes its list of weights; the graph has them all the same.
            warnings.filterwarnings("ignore", "The tensor attributes? .* assigned during export")
            return torch.export.export(model, args, kwargs, strict=False)
    except (RuntimeError, TypeError, ValueError, NotImplementedError) as error:
        reason = str(error).strip().split("\n", 1)[0]
        raise UnsupportedError(
            f"{type(model).__name__} must be a model that torch.export can trace, and it is not:"
            f" {type(error).__name__}: {reason}; take data-dependent control flow out of `forward`"
        ) from error


class _Builder:
    """Turns the nodes of an exported program into a graph, one by one."""

    def __init__(self, program: ExportedProgram, name: str) -> None:
        self._program, self._name = program, name
        self._memory = Memory()
        self._values: dict[str, str] = {}
        self._taken: set[str] = set()
        self._inputs: list[Input] = []
        self._constants: list[Constant] = []
        self._nodes: list[Node] = []

    def build(self) -> Graph:
        """Give the graph."""
        specs = {spec.arg.name: spec for spec in self._program.graph_signature.input_specs}
        calls = list(self._program.graph.nodes)
        for call in calls:
            if call.op == "placeholder" and isinstance(call.meta.get("val"), torch.Tensor):
                spec = specs[call.name]
                if spec.kind == InputKind.USER_INPUT:
                    self._add_input(call)
                else:
                    self._add_constant(call, str(spec.target))
        for call in calls:
            if call.op == "call_function":
                self._add_node(call)
        graph = Graph(
            self._name,
            tuple(self._inputs),
            tuple(self._constants),
            tuple(self._nodes),
            self._outputs(),
        )
        used = {name for node in graph.nodes for name in node.inputs} | set(graph.outputs)
        kept = tuple(constant for constant in graph.constants if constant.name in used)
        return Graph(graph.name, graph.inputs, kept, graph.nodes, graph.outputs)

    def _add_input(self, call: fx.Node) -> None:
        value = call.meta["val"]
        self._inputs.append(Input(self._named(call, call.name), host_type(value, call.name)))

    def _add_constant(self, call: fx.Node, path: str) -> None:
        value = self._tensor(path)
        kind = host_type(value, path)
        values = value.detach().cpu()
        if values.dtype == torch.bfloat16:
            values = values.float()
        self._constants.append(Constant(self._named(call, path), kind, values.numpy().copy()))

    def _tensor(self, path: str) -> torch.Tensor:
        found = self._program.state_dict.get(path, self._program.constants.get(path))
        if not isinstance(found, torch.Tensor):
            raise GraphError(f"{path} must be a tensor that the exported program holds")
        return found

    def _add_node(self, call: fx.Node) -> None:
        origin = origin_of(call)
        inputs, arguments = arguments_of(call, self._values)
        spelling = spelling_of(call)
        label = spelling.split(".")[1] if spelling.count(".") == 2 else spelling.split(".")[-1]
        name = self._named(call, f"{origin.path}.{label}" if origin.path else label)
        kind = value_type(call.meta.get("val"), f"{name} ({spelling}, from {origin})")
        self._nodes.append(Node(name, spelling, inputs, arguments, kind, origin=origin))
        for written in self._memory.follow(call, f"{name} ({spelling}, from {origin})"):
            self._values[written] = name

    def _named(self, call: fx.Node, wanted: str) -> str:
        name, number = wanted, 1
        while name in self._taken:
            name, number = f"{wanted}_{number}", number + 1
        self._taken.add(name)
        self._values[call.name] = name
        return name

    def _outputs(self) -> tuple[str, ...]:
        names = [
            spec.arg.name
            for spec in self._program.graph_signature.output_specs
            if spec.kind == OutputKind.USER_OUTPUT and hasattr(spec.arg, "name")
        ]
        return tuple(self._values[name] for name in names if name in self._values)
