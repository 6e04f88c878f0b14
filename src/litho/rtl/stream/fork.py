"""The fork of a stream."""

from litho.hw import Family, Resources
from litho.rtl.block import Block, Codes, Stream, Times
from litho.rtl.flow import copied

__all__ = ["fork", "fork_resources"]


def fork(bits: int, lanes: int, row: int, rows: int = 1, is_signed: bool = True) -> Block:
    """Give the block that gives each beat to the two streams `a` and `b`."""
    source = Stream("in", bits, lanes, row, rows, is_signed)
    targets = tuple(Stream(name, bits, lanes, row, rows, is_signed) for name in ("a", "b"))
    return Block(
        "litho_stream_fork",
        (("Width", source.width),),
        (source,),
        targets,
        _both,
        fork_resources,
        source.beats,
        _at_once,
        flow=lambda: copied(source, targets),
    )


def fork_resources(family: Family) -> Resources:
    """Give the resources of a fork: its data are wires."""
    del family
    return Resources(luts=5, ffs=2)


def _both(inputs: tuple[Codes, ...]) -> tuple[Codes, ...]:
    return (inputs[0], inputs[0])


def _at_once(offered: tuple[Times, ...]) -> tuple[Times, ...]:
    return (offered[0], offered[0])
