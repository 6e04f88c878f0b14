"""Checks the record of a user's own operation, whose mistakes would show late and elsewhere."""

from collections.abc import Container, Mapping
from dataclasses import is_dataclass

from litho.errors import ConfigError
from litho.ir import Lowering, Op

__all__ = ["checked"]

_BUILT_IN = ("operator.", "math.")  # calls of Python's own that stay in captured graphs


def checked(op: object, name: str, place: str, taken: Container[str] = ()) -> Op:
    """Give `op`, what `place` offers as its `OP`, when it is the record of operation `name`.

    The names in `taken` are those of other operations.

    Raises `ConfigError` when it is none, has another name, or has a field of another kind.
    """
    if not isinstance(op, Op):
        raise ConfigError(f"{place} must have a record `OP` in its __init__.py, and has none")
    if op.name != name:
        raise ConfigError(
            f"the operation in {place} must be called {name!r} as its place is, not {op.name!r};"
            f" {_remedy(op.name, name, taken)}"
        )
    for field, is_right, rule in (
        ("params", isinstance(op.params, type) and is_dataclass(op.params), "a dataclass"),
        ("infer_type", callable(op.infer_type), "a function"),
        ("evaluate", callable(op.evaluate), "a function"),
        ("lowerings", _are_lowerings(op.lowerings), "a tuple of Lowering, `(Lowering(…),)`"),
        ("blocks", isinstance(op.blocks, Mapping), 'a mapping, `{"fixed": make_block}`'),
    ):
        if not is_right:
            raise ConfigError(
                f"the record `OP` in {place} must have in {field!r} {rule}, not"
                f" {getattr(op, field)!r}"
            )
    for lowering in op.lowerings:
        if isinstance(lowering.aten, str) or not callable(lowering.lower):
            raise ConfigError(
                f"a Lowering of {name!r} must have a tuple of spellings and a function, not"
                f' {lowering.aten!r} and {lowering.lower!r}; write `Lowering(("mine.x.default",),'
                " lower)`"
            )
        for spelling in lowering.aten:
            if spelling.count(".") != 2 and not spelling.startswith(_BUILT_IN):
                raise ConfigError(
                    f"a Lowering of {name!r} must spell an operator as `namespace.name.overload`,"
                    f" not {spelling!r}; the overload is `default` when it has no other"
                )
    return op


def _remedy(op: str, place: str, taken: Container[str]) -> str:
    if op in taken and place in taken:
        return "other operations have both names: give the two another"
    if place in taken:
        return f"another operation has the name {place!r}: rename the place"
    if op in taken:
        return f"another operation has the name {op!r}: rename the operation"
    return "rename one of them"


def _are_lowerings(found: object) -> bool:
    return isinstance(found, tuple) and all(isinstance(item, Lowering) for item in found)
