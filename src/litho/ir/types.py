"""Types of the values in a graph."""

import math
from dataclasses import dataclass

from litho.errors import GraphError
from litho.formats import CodeFormat, Fixed, Format, Scale

__all__ = ["TensorType", "TupleType"]


@dataclass(frozen=True, slots=True)
class TensorType:
    """Shape, format and scale of a tensor.

    The shape leaves out the axis of samples that the interpreter puts in front.
    """

    shape: tuple[int, ...]
    format: Format
    scale: Scale = Scale()

    def __post_init__(self) -> None:
        if any(length < 0 for length in self.shape):
            raise GraphError(f"a shape must have lengths of 0 or more, not {list(self.shape)}")
        axis = self.scale.axis
        if axis is None:
            return
        if -axis > len(self.shape) or self.shape[axis] != len(self.scale.multipliers):
            raise GraphError(
                f"a scale on axis {axis} must have one entry for each index of shape"
                f" {list(self.shape)}, not {len(self.scale.multipliers)}"
            )

    @property
    def codes(self) -> CodeFormat:
        """The format, when its values are codes.

        Raises `GraphError` for a tensor of host floats.
        """
        # Fixed first: to ask a protocol takes long.
        if isinstance(self.format, Fixed | CodeFormat):
            return self.format
        raise GraphError(
            f"a tensor must be quantized to have codes, not {self.format};"
            " give the layer before it an output format"
        )

    @property
    def fixed(self) -> Fixed:
        """The format, when it is fixed point or a scaled integer.

        Raises `GraphError` for any other.
        """
        if isinstance(self.codes, Fixed):
            return self.codes
        raise GraphError(
            f"this operation must have fixed-point codes, not {self.format}; requantize before it"
        )

    @property
    def is_coded(self) -> bool:
        """Whether the values are codes."""
        return isinstance(self.format, CodeFormat)

    @property
    def row(self) -> int:
        """Codes in one row: the length of the last axis, 1 without axes."""
        return self.shape[-1] if self.shape else 1

    @property
    def rows(self) -> int:
        """Rows in one tensor."""
        return math.prod(self.shape[:-1])

    @property
    def size(self) -> int:
        """Codes in one tensor."""
        return math.prod(self.shape)


@dataclass(frozen=True, slots=True)
class TupleType:
    """Types of the several results of one call."""

    items: tuple["TensorType | TupleType", ...]
