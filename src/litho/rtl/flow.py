"""The timing of a block as an event graph: which transfer waits for which (`docs/stream.md` 8).

Each stream has two events a beat: its source offers it, and it is taken. A rule says that an event
comes no earlier than some cycles after another. All else follows: a beat is taken no earlier than
it is offered, and offered at least one cycle after the one before it was taken.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from litho.errors import GraphError
from litho.rtl.block import Block, Flow, Rule, Stream, Times, offered, taken

__all__ = [
    "Part",
    "buffer",
    "copied",
    "flow_of",
    "joined",
    "repeated",
    "resized",
    "series",
    "stages",
]

# A part of a block with one input stream and one output stream: `part(in, out, inner)` gives its
# rules; `inner(beats)` names a stream inside it.
_Inner = Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a block with one stream in and one out.

    `beats` are the beats of one tensor that it gives; `rules(source, target, inner)` are its
    rules between the streams of those names, `inner(beats)` naming streams of its own.
    """

    beats: int
    rules: Callable[[str, str, _Inner], tuple[Rule, ...]]


def stages(beats: int, count: int) -> Part:
    """Give `count` register stages in a row, or wires when there are none."""
    places = np.arange(beats, dtype=np.int64)
    return Part(beats, lambda source, target, inner: _stages(source, target, places, count))


def _stages(source: str, target: str, places: Times, count: int) -> tuple[Rule, ...]:
    if not count:
        return (
            Rule(offered(target), offered(source), places, 0),
            Rule(taken(source), taken(target), places, 0),
        )
    return (
        Rule(offered(target), taken(source), places, count),
        Rule(taken(source), taken(target), places - count, 0),
    )


def buffer(beats: int, depth: int, latency: int) -> Part:
    """Give a buffer of `depth` beats, read in the cycle itself (latency 1) or a cycle later (2)."""
    places = np.arange(beats, dtype=np.int64)

    def rules(source: str, target: str, inner: _Inner) -> tuple[Rule, ...]:
        read = inner(beats) if latency > 1 else target
        found = (
            Rule(offered(read), taken(source), places, 1),
            Rule(taken(source), taken(target), places - depth, 1),
        )
        if read != target:
            found += _stages(read, target, places, 1)
        return found

    return Part(beats, rules)


def resized(source: Stream, target: Stream) -> Part:
    """Give a change of lanes that stores at most the parts of one beat (latency 0)."""
    last_code = np.minimum(
        (np.arange(target.beats_per_row, dtype=np.int64) + 1) * target.lanes, source.row
    )
    row = (last_code - 1) // source.lanes
    starts = np.arange(source.rows, dtype=np.int64)[:, None]
    needs = (starts * source.beats_per_row + row).reshape(-1)
    if target.lanes > source.lanes:
        return Part(target.beats, partial(_wider, needs=needs, beats=source.beats))
    last_part = np.minimum(
        (np.arange(source.beats_per_row, dtype=np.int64) + 1) * source.lanes, source.row
    )
    frees = (starts * target.beats_per_row + (last_part - 1) // target.lanes).reshape(-1)
    return Part(
        target.beats,
        lambda before, after, inner: (
            Rule(offered(after), offered(before), needs, 0),
            Rule(taken(before), taken(after), frees, 0),
        ),
    )


def gathered(source: Stream, target: Stream) -> Part:
    """Give what `resized` gives, for streams of one length of beats each way."""
    return resized(source, target)


def _wider(before: str, after: str, inner: _Inner, needs: Times, beats: int) -> tuple[Rule, ...]:
    # Beat k waits for the output only when it is the last part; any other beat is taken at once,
    # which the rule on the beat before it already says.
    done = np.searchsorted(needs, np.arange(beats, dtype=np.int64), side="right") - 1
    return (
        Rule(offered(after), offered(before), needs, 0),
        Rule(taken(before), taken(after), done.astype(np.int64), 0),
    )


def collected(beats: int, count: int) -> Part:
    """Give what takes `count` beats for each of the `beats` it gives (latency 0)."""
    needs = (np.arange(beats, dtype=np.int64) + 1) * count - 1
    return Part(beats, partial(_wider, needs=needs, beats=beats * count))


def repeated(rows: int, beats: int, repeats: int, latency: int) -> Part:
    """Give each row of `beats` beats `repeats` times, from a store of two rows.

    One beat a row is held by the source and one repeat is wires: nothing is stored then.
    """
    if repeats == 1:
        return stages(rows * beats, 0)
    total = rows * beats * repeats
    if beats == 1:
        return Part(
            total,
            lambda source, target, inner: (
                Rule(offered(target), offered(source), _every(rows, repeats), 0),
                Rule(taken(source), taken(target), _lasts(rows, repeats), 0),
            ),
        )
    return Part(total, partial(_stored, rows=rows, beats=beats, repeats=repeats, latency=latency))


def _every(count: int, repeats: int) -> Times:
    return np.repeat(np.arange(count, dtype=np.int64), repeats)


def _lasts(count: int, repeats: int) -> Times:
    return np.arange(count, dtype=np.int64) * repeats + repeats - 1


def _stored(
    source: str, target: str, inner: _Inner, rows: int, beats: int, repeats: int, latency: int
) -> tuple[Rule, ...]:
    total = rows * beats * repeats
    row, beat = np.divmod(np.arange(rows * beats, dtype=np.int64), beats)
    needs = np.repeat(np.arange(rows * beats, dtype=np.int64).reshape(-1, 1, beats), repeats, 1)
    # A word is given up in the last repeat; its place is free one cycle later.
    frees = ((row - 2) * repeats + repeats - 1) * beats + beat
    read = inner(total) if latency > 1 else target
    found = (
        Rule(offered(read), taken(source), needs.reshape(-1), 1),
        Rule(taken(source), taken(read), frees, 1),
    )
    if read != target:
        found += _stages(read, target, np.arange(total, dtype=np.int64), 1)
    return found


def series(source: Stream, target: Stream, parts: tuple[Part, ...]) -> Flow:
    """Give the flow of a block of one input and one output that is `parts` in a row."""
    return _chained((), source.name, target.name, parts)


def joined(sources: tuple[Stream, ...], target: Stream, parts: tuple[Part, ...] = ()) -> Flow:
    """Give the flow of a block that takes a beat of each input at once, then is `parts`."""
    places = np.arange(sources[0].beats, dtype=np.int64)
    meet = "meet" if parts else target.name
    rules = tuple(
        rule
        for source in sources
        for rule in (
            Rule(offered(meet), offered(source.name), places, 0),
            Rule(taken(source.name), taken(meet), places, 0),
        )
    )
    if not parts:
        return Flow((), rules)
    chain = _chained((), meet, target.name, parts)
    return Flow(((meet, len(places)), *chain.inner), rules + chain.rules)


def copied(source: Stream, targets: tuple[Stream, ...]) -> Flow:
    """Give the flow of a fork: each output takes a beat when it can, the input when all have."""
    places = np.arange(source.beats, dtype=np.int64)
    rules = (
        rule
        for target in targets
        for rule in (
            Rule(offered(target.name), offered(source.name), places, 0),
            Rule(taken(source.name), taken(target.name), places, 0),
        )
    )
    return Flow((), tuple(rules))


def _chained(
    inner: tuple[tuple[str, int], ...], source: str, target: str, parts: tuple[Part, ...]
) -> Flow:
    streams, rules, before = list(inner), [], source

    def name(beats: int) -> str:
        streams.append((f"inner{len(streams)}", beats))
        return streams[-1][0]

    for place, part in enumerate(parts):
        after = target if place == len(parts) - 1 else name(part.beats)
        rules += part.rules(before, after, name)
        before = after
    return Flow(tuple(streams), tuple(rules))


def flow_of(block: Block) -> Flow:
    """Give the flow of a block: its own, or that of the register stages that it must be.

    Raises `GraphError` for a block that is no such pipeline and says nothing else.
    """
    if block.flow:
        return block.flow()
    beats = {stream.beats for stream in (*block.inputs, *block.outputs)}
    if len(beats) != 1 or len(block.outputs) != 1:
        raise GraphError(
            f"block {block.module} must say its flow, since its streams have"
            f" {sorted(beats)} beats; see litho.rtl.flow"
        )
    parts = (stages(beats.pop(), block.timing.latency),)
    if len(block.inputs) == 1:
        return series(block.inputs[0], block.outputs[0], parts)
    return joined(block.inputs, block.outputs[0], parts)
