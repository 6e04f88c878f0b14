"""A design of one block, for its bench."""

from litho.rtl.block import Block
from litho.rtl.design import Connection, Design, Endpoint, Instance

__all__ = ["single"]


def single(block: Block, name: str = "bench") -> Design:
    """Give the design whose streams are those of `block`, its only instance `dut`."""
    into = (
        Connection(f"{s.name}_edge", Endpoint("", s.name), Endpoint("dut", s.name))
        for s in block.inputs
    )
    out_of = (
        Connection(f"{s.name}_edge", Endpoint("dut", s.name), Endpoint("", s.name))
        for s in block.outputs
    )
    return Design(name, block.inputs, block.outputs, (Instance("dut", block),), (*into, *out_of))
