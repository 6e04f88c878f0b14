"""The few lines that NumPy and torch spell differently; nothing here rounds."""

import math
from typing import Any

from litho.errors import FormatError

__all__ = [
    "address_of",
    "bits_of",
    "check_finite",
    "contiguous",
    "empty_like",
    "float_array",
    "floats_of",
    "greatest",
    "int_array",
    "not_finite",
    "padded",
    "to_float64",
    "to_int64",
]


def to_float64(values: Any) -> Any:
    """Give `values` as float64."""
    return values.double() if hasattr(values, "double") else values.astype("float64")


def to_int64(values: Any) -> Any:
    """Give `values` as int64; a fraction is cut off."""
    return values.long() if hasattr(values, "long") else values.astype("int64")


def float_array(numbers: list[float], template: Any) -> Any:
    """Make a float64 array of the same library (and device) as `template`."""
    if hasattr(template, "new_tensor"):
        return template.new_empty(0).double().new_tensor(numbers)
    return template.__array_namespace__().asarray(numbers, dtype="float64")


def int_array(numbers: list[int], template: Any) -> Any:
    """Make an int64 array of the same library (and device) as `template`."""
    if hasattr(template, "new_tensor"):
        return template.new_empty(0).long().new_tensor(numbers)
    return template.__array_namespace__().asarray(numbers, dtype="int64")


def bits_of(values: Any) -> Any:
    """Give the bits of float64 `values` as int64."""
    if hasattr(values, "new_empty"):
        return values.view(values.new_empty(0).long().dtype)
    return values.view("int64")


def floats_of(bits: Any) -> Any:
    """Give the float64 values whose bits are the int64 `bits`."""
    if hasattr(bits, "new_empty"):
        return bits.view(bits.new_empty(0).double().dtype)
    return bits.view("float64")


def greatest(array: Any) -> Any:
    """Give the greatest entry along the last axis, which stays with length 1."""
    if hasattr(array, "amax"):
        return array.amax(-1, keepdim=True)
    return array.max(-1, keepdims=True)


def padded(array: Any, length: int) -> Any:
    """Give `array` with zeros after its last axis, up to `length`."""
    missing = length - array.shape[-1]
    if not missing:
        return array
    shape = (*array.shape[:-1], missing)
    if hasattr(array, "new_zeros"):
        return array.new_zeros((*array.shape[:-1], length)).slice_scatter(
            array, dim=-1, start=0, end=array.shape[-1]
        )
    namespace = array.__array_namespace__()
    return namespace.concat([array, namespace.zeros(shape, dtype=array.dtype)], axis=-1)


def check_finite(values: Any, subject: object) -> None:
    """Raise `FormatError` when float64 `values` to be encoded as `subject` hold NaN or infinity."""
    if math.prod(values.shape) and not bool((abs(values) < float("inf")).all()):
        raise not_finite(subject)


def not_finite(subject: object) -> FormatError:
    """Give the error of NaN or infinity among values to be encoded as `subject`."""
    return FormatError(
        f"values encoded as {subject} must be finite, not NaN or infinity;"
        " look for a division by zero or a diverged training"
    )


def address_of(array: Any) -> int:
    """Give the address of an array's first entry."""
    found: int = array.data_ptr() if hasattr(array, "data_ptr") else array.ctypes.data
    return found


def empty_like(array: Any) -> Any:
    """Make an array of the same shape and number type."""
    if hasattr(array, "new_empty"):
        return array.new_empty(array.shape)
    return array.__array_namespace__().empty_like(array)


def contiguous(array: Any) -> Any:
    """Give `array` itself where its memory is in order, else a copy."""
    if hasattr(array, "contiguous"):
        return array.contiguous()
    return array if array.flags.c_contiguous else array.copy()
