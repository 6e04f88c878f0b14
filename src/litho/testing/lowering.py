"""What is asked of the way from PyTorch to a block: its module, captured, must become the block."""

import copy
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from litho import ops
from litho.errors import MismatchError
from litho.ir import Graph, TensorType, interpret
from litho.ops.casework import Example
from litho.rtl import Case
from litho.rtl.block import Codes
from litho.sim import compare
from litho.testing.checks import expected_of, inputs_of

__all__ = ["check_lowering"]


def check_lowering(case: Case, directory: Path) -> None:
    """Capture and lower the module of the case's example; compare what it gives for the inputs.

    A case without an example passes. Raises `MismatchError` when no node of the operation comes of
    it or a code differs, and what capturing and lowering raise.
    """
    from litho import frontend, passes

    del directory
    if not isinstance(case.example, Example):
        return
    example = case.example
    spelled = [",".join(map(str, (1, *kind.shape))) + ":float64" for kind in example.types]
    module = copy.deepcopy(_module_of(example)).double().eval()
    captured = frontend.capture(module, frontend.example_of(spelled), case.name)
    known = ops.registry((example.folder,) if example.folder else ())
    graph = passes.run(
        _with_types(captured, example.types), (passes.RemoveDropout(), passes.Lower()), known
    )
    made = [node.op for node in graph.nodes]
    if example.op not in made:
        raise MismatchError(
            f"the module of case {case.name!r} must become a node of {example.op!r} when it is"
            f" lowered, not {', '.join(made) or 'nothing'}; let it call an operator that"
            f" {example.op!r} lowers"
        )
    inputs = {
        item.name: codes.reshape(-1, *item.type.shape)
        for item, codes in zip(graph.inputs, case.inputs, strict=True)
    }
    found = interpret(graph, inputs, known)
    _compare(case, tuple(found[name] for name in graph.outputs))


def _module_of(example: Example) -> Any:
    """Give the module itself, or load it by its spelling from the operation's folder."""
    if isinstance(example.module, str):
        return _loaded(example.module, example.folder)
    return example.module


@cache
def _loaded(spelling: str, folder: Path | None) -> Any:
    from litho import tasks

    return tasks.load_model(spelling, {}, folder)


def _with_types(graph: Graph, types: tuple[TensorType, ...]) -> Graph:
    """Give `graph` with inputs of codes, of `types` in turn."""
    inputs = tuple(
        replace(item, type=TensorType((1, *kind.shape), kind.format, kind.scale))
        for item, kind in zip(graph.inputs, types, strict=True)
    )
    return replace(graph, inputs=inputs)


def _compare(case: Case, found: tuple[Codes, ...]) -> None:
    expected, streams = expected_of(case), case.block.outputs
    if len(found) != len(streams):
        raise MismatchError(
            f"the module of case {case.name!r} must give {len(streams)} results, as its block does,"
            f" not {len(found)}"
        )
    shaped = tuple(_shaped(codes, wanted) for codes, wanted in zip(found, expected, strict=True))
    sides = (
        "the authority of the case" if case.expected else "the reference",
        "the lowered module",
    )
    compare(expected, shaped, streams, sides=sides, inputs=inputs_of(case))


def _shaped(codes: Codes, wanted: Codes) -> Codes:
    """Give codes[samples, *shape] as those of a stream when they are as many, else in one row."""
    rest = wanted.shape[1:] if codes.size == wanted.size else (1, -1)
    return codes.reshape(len(codes), *rest)
