"""Integer semantics of `sparse_linear`: those of `linear`; the blocks only say what is skipped."""

from dataclasses import dataclass

from litho.errors import ConfigError, GraphError
from litho.formats import Fixed
from litho.ir import TensorType
from litho.ir.op import Codes
from litho.ops.linear import reference as linear
from litho.sparsity import Block

__all__ = ["SparseLinearParams", "evaluate", "infer_type"]


@dataclass(frozen=True, slots=True)
class SparseLinearParams:
    """`format` is that of the accumulator, `block` the rows and columns that are skipped at once.

    Raises `GraphError` for a block without rows or columns.
    """

    format: Fixed
    block: tuple[int, int]

    def __post_init__(self) -> None:
        if len(self.block) != 2 or min(self.block) < 1:
            raise GraphError(
                f"a block of sparse_linear must have 1 or more rows and columns, not {self.block}"
            )

    @property
    def unit(self) -> Block:
        """The block as the geometry of masks has it."""
        return Block(self.block)


def infer_type(params: SparseLinearParams, types: tuple[TensorType, ...]) -> TensorType:
    """Give the accumulator's format in the scale of the products, as `linear` does.

    Raises `GraphError`, which names the divisors, for a block that does not divide the weight.
    """
    result = linear.infer_type(linear.LinearParams(params.format), types)
    try:
        params.unit.grid(types[1].shape, "the weight of sparse_linear")
    except ConfigError as error:
        raise GraphError(str(error)) from error
    return result


def evaluate(
    params: SparseLinearParams, types: tuple[TensorType, ...], inputs: tuple[Codes, ...]
) -> Codes:
    """Give input[..., N] · weight[M, N]ᵀ + bias[M] for codes; only input has samples in front."""
    return linear.evaluate(linear.LinearParams(params.format), types, inputs)
