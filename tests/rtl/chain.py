"""Small designs that the tests of the records work with."""

import numpy as np

from litho.rtl import Block, Connection, Design, Endpoint, Instance, Memory, Stream
from litho.rtl.stream.register import register

STREAM = Stream("x", 8, 2, 5)


def connect(name: str, source: str, target: str) -> Connection:
    """A connection between `instance.stream` and `instance.stream`; the design's own is `.x`."""
    ends = (Endpoint(*end.split(".")) for end in (source, target))
    return Connection(name, *ends)


def chain() -> Design:
    """x → first → second → y, two register stages."""
    block = register(8, 2, 5)
    return Design(
        "chain",
        (STREAM,),
        (Stream("y", 8, 2, 5),),
        (Instance("first", block), Instance("second", block, node="act")),
        (
            connect("source", ".x", "first.in"),
            connect("between", "first.out", "second.in"),
            connect("sink", "second.out", ".y"),
        ),
    )


def with_memory(words: list[int], width: int = 6) -> Design:
    """One register stage that claims a memory; only its files matter."""
    content = np.array(words, dtype=np.uint8)[:, None]
    plain = register(8, 1, 1)
    block = Block(
        plain.module,
        plain.parameters,
        plain.inputs,
        plain.outputs,
        plain.evaluate,
        plain.resources,
        plain.interval,
        plain.schedule,
        memories=(Memory("MemFile", width, content),),
    )
    ends = (connect("a", ".in", "r.in"), connect("b", "r.out", ".out"))
    return Design("stored", block.inputs, block.outputs, (Instance("r", block),), ends)
