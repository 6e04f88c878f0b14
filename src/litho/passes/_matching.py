"""Which products with known weights a pass is for."""

import difflib
from dataclasses import replace
from fnmatch import fnmatchcase

from litho.errors import ConfigError
from litho.ir import Graph, Node

__all__ = ["matched_linears", "path_of", "with_zeros"]


def matched_linears(graph: Graph, match: str | tuple[str, ...], who: str) -> set[str]:
    """Give the names of each `linear` with a constant weight whose path a pattern matches.

    Raises `ConfigError`, with the name of the pass `who`, for a pattern that matches none.
    """
    paths = {node.name: path_of(node) for node in graph.nodes if _is_dense(graph, node)}
    found: set[str] = set()
    for pattern in (match,) if isinstance(match, str) else match:
        taken = {name for name, path in paths.items() if fnmatchcase(path, pattern)}
        if not taken:
            known = list(dict.fromkeys(paths.values()))
            near = difflib.get_close_matches(pattern, known, n=5, cutoff=0.4) or known[:5]
            raise ConfigError(
                f"{who} {pattern!r} must match a linear, and none of {len(paths)} does; near names:"
                f" {', '.join(near) or '(there are none)'}"
            )
        found |= taken
    return found


def with_zeros(graph: Graph, match: str | tuple[str, ...], who: str, zeros: str) -> Graph:
    """Give `graph` with what each `linear` that matches does with `zeros` of its input.

    Raises what `matched_linears` raises.
    """
    matched = matched_linears(graph, match, who)
    return graph.with_nodes(
        replace(node, params=replace(node.params, zeros=zeros)) if node.name in matched else node
        for node in graph.nodes
    )


def path_of(node: Node) -> str:
    """Give the PyTorch path of a node, its name where it has none."""
    return node.origin.path or node.name


def _is_dense(graph: Graph, node: Node) -> bool:
    return node.op == "linear" and not node.host and graph.is_constant(node.inputs[1])
