"""Examples of a model's inputs, from how they are spelled."""

import re
from collections.abc import Mapping, Sequence

import torch

from litho.errors import ConfigError

__all__ = ["example_of"]

_SPELLING = re.compile(r"(?:(?P<name>\w+)=)?(?P<shape>[^:=]*)(?::(?P<type>\w+))?")
_INTEGERS = re.compile(r"(.*_)?(ids|mask|labels)")
_TYPES = {
    name: getattr(torch, name)
    for name in (
        *("float64", "float32", "float16", "bfloat16"),
        *("int64", "int32", "int16", "int8", "uint8", "bool"),
    )
}


def example_of(spellings: Sequence[str]) -> tuple[torch.Tensor, ...] | Mapping[str, torch.Tensor]:
    """Give an example of the inputs `[NAME=]SHAPE[:TYPE]`: `1,64` or `input_ids=1,128:int32`.

    All of them have names (and are given by them) or none. The number type is float32, or int64
    for names that end in `ids`, `mask` or `labels`. Values are 0, or 1 where a name ends in `mask`.
    Raises `ConfigError` for what is not an input.
    """
    found = [_example(spelling) for spelling in spellings]
    names = [name for name, _ in found if name]
    if not names:
        return tuple(value for _, value in found)
    if len(names) < len(found):
        raise ConfigError(f"either all inputs must have names or none, not only {', '.join(names)}")
    if len(set(names)) < len(names):
        raise ConfigError(f"an input must be given once, not again in {', '.join(names)}")
    return {name: value for name, value in found if name}


def _example(spelling: str) -> tuple[str, torch.Tensor]:
    parts = _SPELLING.fullmatch(spelling)
    if parts is None:
        raise ConfigError(
            "an input must be spelled SHAPE or NAME=SHAPE, with :TYPE where it needs one (such as"
            f" input_ids=1,128:int64), not {spelling!r}"
        )
    name = parts["name"] or ""
    kind = parts["type"] or ("int64" if _INTEGERS.fullmatch(name) else "float32")
    if kind not in _TYPES:
        raise ConfigError(
            f"the number type of an input must be one of {', '.join(_TYPES)}, not {kind!r}"
        )
    make = torch.ones if name.endswith("mask") else torch.zeros
    return name, make(_shape(parts["shape"]), dtype=_TYPES[kind])


def _shape(spelling: str) -> tuple[int, ...]:
    parts = spelling.split(",")
    if not all(part.strip().isdigit() and int(part) for part in parts):
        raise ConfigError(f"a shape must be whole numbers above 0 (such as 1,64), not {spelling!r}")
    return tuple(int(part) for part in parts)
