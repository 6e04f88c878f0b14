"""The register stage of a stream."""

from litho.hw import Family, Resources
from litho.rtl.block import Block, Codes, Stream, Times

__all__ = ["register", "register_resources"]


def register(bits: int, lanes: int, row: int, rows: int = 1, is_signed: bool = True) -> Block:
    """Give the block that holds one beat of a stream of rows[`row`] codes of `bits` bits."""
    source = Stream("in", bits, lanes, row, rows, is_signed)
    target = Stream("out", bits, lanes, row, rows, is_signed)
    return Block(
        "litho_stream_register",
        (("Width", source.width),),
        (source,),
        (target,),
        _same,
        lambda family: register_resources(source.width, family),
        source.beats,
        _one_later,
    )


def register_resources(width: int, family: Family) -> Resources:
    """Give the resources of one register stage of `width` bits."""
    del family
    return Resources(luts=3, ffs=width + 1)


def _same(inputs: tuple[Codes, ...]) -> tuple[Codes, ...]:
    return inputs


def _one_later(offered: tuple[Times, ...]) -> tuple[Times, ...]:
    return (offered[0] + 1,)
