"""What the operations that add products share: the format and the scale of an exact sum."""

from litho.errors import FormatError, GraphError
from litho.formats import Fixed, Scale

__all__ = ["product_scale", "sum_format"]


def sum_format(left: Fixed, right: Fixed, low: int, high: int) -> Fixed:
    """Give the narrowest signed format of sums of products of two formats, `low` to `high`."""
    width = 1 + max(high, -low - 1, 0).bit_length()
    if left.is_integer or right.is_integer:
        return Fixed(width, is_integer=True)
    return Fixed(width, left.frac + right.frac)


def product_scale(op: str, forms: tuple[Fixed, Fixed], scales: tuple[Scale, Scale]) -> Scale:
    """Give the scale of products of two formats, `scales` on the axes of the result of `op`.

    Fraction bits belong to the format, unless a scaled integer takes part: its format has none.
    Raises `GraphError` when the scales have no product.
    """
    try:
        scale = scales[0].times(scales[1])
    except FormatError as error:
        raise GraphError(
            f"{op} cannot have the products of scales {scales[0]} and {scales[1]}: {error}"
        ) from error
    if forms[0].is_integer or forms[1].is_integer:
        scale = scale.times(Scale.power_of_two(forms[0].frac + forms[1].frac))
    return scale
