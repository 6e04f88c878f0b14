"""Products and sums of vectors."""

from litho.hw import Family, Resources

__all__ = ["dot_resources", "product_bits", "product_resources", "sum_resources"]


def product_bits(a_bits: int, a_signed: bool, b_bits: int, b_signed: bool) -> int:
    """Give the bits of one signed product of `litho_product`."""
    return a_bits + b_bits + (0 if a_signed or b_signed else 1)


def product_resources(lanes: int, a_bits: int, b_bits: int, family: Family) -> Resources:
    """Give the resources of `lanes` products of two variable codes."""
    wide, narrow = max(a_bits, b_bits), min(a_bits, b_bits)
    has_dsp = family.dsp_width_a > 0 and wide + narrow >= family.dsp_min_product
    if has_dsp and wide <= family.dsp_width_a and narrow <= family.dsp_width_b:
        return Resources(dsps=lanes)
    return Resources(luts=lanes * wide * narrow)


def sum_resources(terms: int, in_bits: int, out_bits: int, family: Family) -> Resources:
    """Give the resources of a tree of adders: one look-up table a bit of each adder."""
    if terms == 1:
        return Resources()
    left = terms // 2
    right = terms - left
    half = min(in_bits + (right - 1).bit_length(), out_bits)
    return (
        Resources(luts=out_bits)
        + sum_resources(left, in_bits, half, family)
        + sum_resources(right, in_bits, half, family)
    )


def dot_resources(lanes: int, a_bits: int, b_bits: int, out_bits: int, family: Family) -> Resources:
    """Give the resources of a `litho_dot` of variable codes, one of them signed."""
    return product_resources(lanes, a_bits, b_bits, family) + sum_resources(
        lanes, a_bits + b_bits, out_bits, family
    )
