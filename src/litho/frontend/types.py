"""Types of PyTorch values that have no codes yet."""

from typing import Any

import torch

from litho.errors import UnsupportedError
from litho.formats import Host
from litho.ir import TensorType, TupleType

__all__ = ["host_type", "value_type"]

_NAMES = {
    torch.float64: "float64",
    torch.float32: "float32",
    torch.float16: "float16",
    torch.bfloat16: "bfloat16",
    torch.int64: "host_int64",
    torch.int32: "host_int32",
    torch.int16: "host_int16",
    torch.int8: "host_int8",
    torch.uint8: "host_uint8",
    torch.bool: "host_bool",
}
_SCALARS = {bool: "host_bool", int: "host_int64", float: "float64"}


def host_type(value: torch.Tensor, place: str) -> TensorType:
    """Give the type of a traced tensor.

    Raises `UnsupportedError` for a shape that depends on data and for a number type that a
    graph does not know.
    """
    if value.dtype not in _NAMES:
        raise UnsupportedError(
            f"{place} must have a real number type of at most 64 bits, not {value.dtype}"
        )
    if not all(isinstance(size, int) for size in value.shape):
        raise UnsupportedError(
            f"{place} must have a static shape, not {list(map(str, value.shape))}, which depends"
            " on data; take it out of the captured part"
        )
    return TensorType(tuple(value.shape), Host(_NAMES[value.dtype]))


def value_type(value: Any, place: str) -> TensorType | TupleType:
    """Give the type of what a traced call gives: a tensor, a number, or several of them."""
    if isinstance(value, torch.Tensor):
        return host_type(value, place)
    if isinstance(value, tuple | list):
        return TupleType(tuple(value_type(item, place) for item in value))
    if value is None:
        return TupleType(())
    for kind, name in _SCALARS.items():
        if isinstance(value, kind):
            return TensorType((), Host(name))
    raise UnsupportedError(
        f"{place} must give tensors of static shape, not {type(value).__name__} {value};"
        " take what depends on data out of the captured part"
    )
