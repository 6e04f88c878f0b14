"""Times of events: what a flow says equals what its block says, and circuits without end."""

import numpy as np
import pytest

from litho.errors import GraphError
from litho.hw import Timing
from litho.rtl import Connection, Design, Endpoint, Instance, Stream, arrivals, single, timing_of
from litho.rtl.flow import flow_of
from litho.rtl.schedule import is_steady, least_interval
from litho.rtl.solver import earliest, spaced
from litho.rtl.stream.fifo import fifo
from litho.rtl.stream.fork import fork
from litho.rtl.stream.join import join
from litho.rtl.stream.register import register
from litho.rtl.stream.row_repeat import row_repeat
from litho.rtl.stream.width import width
from litho.testing import Subject, find_subjects

SUBJECTS = find_subjects()


@pytest.mark.parametrize("subject", SUBJECTS, ids=str)
def test_the_flow_of_a_block_gives_its_timing(subject: Subject) -> None:
    block = subject.case.block
    assert timing_of(single(block)) == block.timing


@pytest.mark.parametrize("subject", SUBJECTS, ids=str)
def test_the_flow_of_a_block_gives_its_schedule(subject: Subject) -> None:
    block = subject.case.block
    design = single(block)
    found, first = arrivals(design), earliest(design, None)
    offered = tuple(found[design.out_of("", s.name).name] for s in block.inputs)
    given = tuple(np.asarray(first[design.into("", s.name).name].taken) for s in block.outputs)
    for wanted, times in zip(block.schedule(offered), given, strict=True):
        assert np.array_equal(wanted, times)


def test_spaced_times_are_the_earliest_that_increase() -> None:
    assert spaced(np.array([3, 3, 1, 9])).tolist() == [3, 4, 5, 9]


def _diamond(*, depth: int) -> Design:
    """Give a fork, three registers on one branch, a buffer or none on the other, and a join."""
    row = 6
    blocks = {
        "split": fork(4, 1, row, is_signed=False),
        "r0": register(4, 1, row, is_signed=False),
        "r1": register(4, 1, row, is_signed=False),
        "r2": register(4, 1, row, is_signed=False),
        "meet": join(4, 4, row),
    }
    links = [".x>split.in", "split.a>r0.in", "r0.out>r1.in", "r1.out>r2.in", "r2.out>meet.a"]
    if depth:
        blocks = {"held": fifo(4, 1, row, depth, is_signed=False), **blocks}
        links += ["split.b>held.in", "held.out>meet.b"]
        order = ["split", "held", "r0", "r1", "r2", "meet"]
    else:
        links += ["split.b>meet.b"]
        order = list(blocks)
    ends = [
        [Endpoint(*end.split(".")) for end in link.split(">")] for link in [*links, "meet.out>.y"]
    ]
    return Design(
        "diamond",
        (Stream("x", 4, 1, row, is_signed=False),),
        (Stream("y", 8, 1, row, is_signed=False),),
        tuple(Instance(name, blocks[name]) for name in order),
        tuple(Connection(f"w{n}", *pair) for n, pair in enumerate(ends)),
    )


@pytest.mark.parametrize(("depth", "interval"), [(0, 24), (2, 10), (3, 8), (4, 6), (9, 6)])
def test_a_short_buffer_slows_a_branch_down(depth: int, interval: int) -> None:
    design = _diamond(depth=depth)
    assert timing_of(design) == Timing(3, interval)
    assert least_interval(design) == 6
    assert is_steady(design, interval)
    assert not is_steady(design, interval - 1)


def test_a_branch_that_waits_for_what_it_holds_back_stands_still() -> None:
    row = 4
    blocks = {
        "split": fork(4, 1, row, is_signed=False),
        "all": width(4, 1, 4, row, is_signed=False),
        "parts": width(4, 4, 1, row, is_signed=False),
        "meet": join(4, 4, row),
    }
    links = [".x>split.in", "split.a>all.in", "all.out>parts.in", "parts.out>meet.a"]
    links += ["split.b>meet.b", "meet.out>.y"]
    ends = [[Endpoint(*end.split(".")) for end in link.split(">")] for link in links]
    design = Design(
        "still",
        (Stream("x", 4, 1, row, is_signed=False),),
        (Stream("y", 8, 1, row, is_signed=False),),
        tuple(Instance(name, block) for name, block in blocks.items()),
        tuple(Connection(f"w{n}", *pair) for n, pair in enumerate(ends)),
    )
    with pytest.raises(GraphError, match="must not stand still: a beat waits for another"):
        timing_of(design)
    assert not is_steady(design, 1000)


def test_a_block_of_other_beats_must_say_its_flow() -> None:
    from dataclasses import replace

    block = replace(row_repeat(4, 1, 3, 2), flow=None)
    with pytest.raises(GraphError, match=r"must say its flow, not leave it out: .* 3, 6 beats"):
        flow_of(block)
