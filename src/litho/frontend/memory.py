"""Follows which traced tensors share memory, so that in-place calls become plain values."""

from typing import Any

from torch import fx

from litho.errors import UnsupportedError

__all__ = ["Memory"]


class Memory:
    """The tensors seen so far, grouped by the memory that they are views of."""

    def __init__(self) -> None:
        self._roots: dict[str, str] = {}
        self._stale: dict[str, str] = {}

    def follow(self, call: fx.Node, place: str) -> tuple[str, ...]:
        """Take in a call, and give the names of the tensors that it writes in place.

        Later readers of a written tensor are to read the call's result. Raises
        `UnsupportedError` when a call reads a view of memory that was written through another.
        """
        for source in call.all_input_nodes:
            if source.name in self._stale:
                raise UnsupportedError(
                    f"{place} must not read a view of what {self._stale[source.name]} wrote in"
                    " place; use the call that gives a new tensor (`relu`, not `relu_`)"
                )
        written = [name for name, is_write in _aliased(call) if is_write]
        for name in written:
            self._make_stale(name, place)
        for name, _ in _aliased(call):
            self._roots[call.name] = self._root(name)
        return tuple(written)

    def _root(self, name: str) -> str:
        return self._roots.get(name, name)

    def _make_stale(self, written: str, place: str) -> None:
        """Mark every other view of the same memory as out of date."""
        root = self._root(written)
        family = {root, *(name for name, found in self._roots.items() if found == root)}
        self._stale.update(dict.fromkeys(family - {written}, place))


def _aliased(call: fx.Node) -> list[tuple[str, bool]]:
    """Give the arguments whose memory the result shares or that are written, and if they are."""
    schema: Any = getattr(call.target, "_schema", None)
    if schema is None:
        return []
    pairs = [
        (parameter.alias_info, call.args[place] if place < len(call.args) else None)
        for place, parameter in enumerate(schema.arguments)
    ]
    return [
        (argument.name, alias.is_write)
        for alias, argument in pairs
        if alias is not None and isinstance(argument, fx.Node)
    ]
