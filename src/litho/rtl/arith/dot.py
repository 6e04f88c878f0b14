"""Products and sums of vectors."""

from litho.hw import Family, Resources

__all__ = [
    "dot_resources",
    "packs_registers",
    "product_bits",
    "product_resources",
    "sum_resources",
    "uses_dsp",
]


def product_bits(a_bits: int, a_signed: bool, b_bits: int, b_signed: bool) -> int:
    """Give the bits of one signed product of `litho_product`."""
    return a_bits + b_bits + (0 if a_signed or b_signed else 1)


def uses_dsp(a_bits: int, b_bits: int, family: Family) -> bool:
    """Say whether Yosys puts a product of codes of these widths into multipliers."""
    is_wide_enough = a_bits + b_bits >= family.dsp_min_product
    return family.dsp_width_a > 0 and min(a_bits, b_bits) > 1 and is_wide_enough


def packs_registers(a_bits: int, b_bits: int, family: Family) -> bool:
    """Say whether the registers around such a product lie in its multiplier and cost nothing."""
    return family.dsp_has_registers and uses_dsp(a_bits, b_bits, family)


def product_resources(lanes: int, a_bits: int, b_bits: int, family: Family) -> Resources:
    """Give the resources of `lanes` products, each of one multiplier or of several and a sum."""
    wide, narrow = max(a_bits, b_bits), min(a_bits, b_bits)
    if not uses_dsp(a_bits, b_bits, family):
        return Resources(luts=lanes * wide * narrow)
    if wide <= family.dsp_width_a and narrow <= family.dsp_width_b:
        return Resources(dsps=lanes)
    # Parts of a wide product are unsigned but for the highest: a bit less each.
    tiles = -(-wide // (family.dsp_width_b - 1)) * -(-narrow // (family.dsp_width_b - 1))
    return lanes * Resources(dsps=tiles, luts=(tiles - 1) * (wide + narrow))


def sum_resources(terms: int, in_bits: int, out_bits: int, family: Family) -> Resources:
    """Give the resources of a sum of several terms.

    Yosys makes one carry-save sum of a tree: two tables a bit for each term but two, which one
    adder adds. Tables of six inputs do both halves at once.
    """
    if terms == 1:
        return Resources()
    bits = min(in_bits + (terms - 1).bit_length(), out_bits)
    tables = 1 if family.lut_inputs >= 6 else 2
    return Resources(luts=bits * (tables * (terms - 2) + 1))


def dot_resources(lanes: int, a_bits: int, b_bits: int, out_bits: int, family: Family) -> Resources:
    """Give the resources of a `litho_dot` of variable codes, one of them signed."""
    return product_resources(lanes, a_bits, b_bits, family) + sum_resources(
        lanes, a_bits + b_bits, out_bits, family
    )
