"""The stage at the end of a module of exact products: each lane rounded, and a register."""

from litho.formats import Fixed
from litho.formats.arith import requantize
from litho.hw import Family, Resources
from litho.rtl.arith.round import round_resources, rounding_code
from litho.rtl.block import Block, Codes, Stream, Times
from litho.rtl.stream.register import register_resources

__all__ = ["round_stage", "round_stage_resources"]


def round_stage(
    in_bits: int, result: Fixed, rounding: str, shift: int, lanes: int, row: int
) -> Block:
    """Give the block that divides codes of `in_bits` bits by 2^`shift`, rounded to `result`."""
    target = Stream("out", result.width, lanes, row, is_signed=result.is_signed)

    def evaluate(inputs: tuple[Codes, ...]) -> tuple[Codes, ...]:
        found: Codes = requantize(inputs[0], 1, shift, result.low, result.high, rounding)
        return (found,)

    return Block(
        "litho_round_stage",
        (
            ("InBits", in_bits),
            ("OutBits", result.width),
            ("OutSigned", int(result.is_signed)),
            ("Rounding", rounding_code(rounding)),
            ("Lanes", lanes),
            ("Shift", shift),
        ),
        (Stream("in", in_bits, lanes, row),),
        (target,),
        evaluate,
        lambda family: round_stage_resources(in_bits, result.width, rounding, shift, lanes, family),
        target.beats,
        _one_later,
    )


def round_stage_resources(
    in_bits: int, out_bits: int, rounding: str, shift: int, lanes: int, family: Family
) -> Resources:
    """Give the resources of a `litho_round_stage`: only the bits above the shift are added to."""
    whole = max(in_bits - shift, 1)
    return lanes * round_resources(whole, out_bits, 0, rounding, family) + register_resources(
        out_bits * lanes, family
    )


def _one_later(offered: tuple[Times, ...]) -> tuple[Times, ...]:
    return (offered[0] + 1,)
