"""The event graphs of blocks, put together from the parts that their modules are made of.

A part has one stream in and one stream out. Its rules are those of a shared module: where one
changes, the other must.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from litho.errors import GraphError
from litho.rtl.block import Block, Stream
from litho.rtl.events import Flow, Rule, Times, offered, taken

__all__ = [
    "Part",
    "accumulated",
    "added_up",
    "buffer",
    "collected",
    "copied",
    "fetched",
    "flow_of",
    "joined",
    "repeated",
    "resized",
    "selected",
    "series",
    "stages",
]

_Name = Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a block.

    `beats` are the beats of one tensor that it gives. `rules(source, target, name)` gives its
    rules between the streams `source` and `target`; `name(beats)` makes a stream of its own.
    `registers` is their number when it is nothing but registers.
    """

    beats: int
    rules: Callable[[str, str, _Name], tuple[Rule, ...]]
    registers: int | None = None


def stages(beats: int, count: int) -> Part:
    """Give `count` registers in a row (`litho_stream_register`); none are wires."""
    places = np.arange(beats, dtype=np.int64)
    return Part(beats, lambda source, target, name: _stages(source, target, places, count), count)


def _stages(source: str, target: str, places: Times, count: int) -> tuple[Rule, ...]:
    return (
        Rule(offered(target), taken(source) if count else offered(source), places, count),
        Rule(taken(source), taken(target), places - count, 0),
    )


def buffer(beats: int, depth: int, latency: int) -> Part:
    """Give a buffer of `depth` beats (`litho_stream_fifo`).

    It reads in the cycle itself when `latency` is 1, a cycle later when it is 2.
    """
    places = np.arange(beats, dtype=np.int64)

    def rules(source: str, target: str, name: _Name) -> tuple[Rule, ...]:
        read = target if latency == 1 else name(beats)
        found = (
            Rule(offered(read), taken(source), places, 1),
            Rule(taken(source), taken(target), places - depth, 1),
        )
        return found if read == target else found + _stages(read, target, places, 1)

    return Part(beats, rules)


def resized(source: Stream, target: Stream) -> Part:
    """Give a change of lanes (`litho_stream_width`) between streams of the same rows.

    Narrower, a register holds a beat while its parts go out; wider, the last part of a beat goes
    straight through.
    """
    if target.lanes < source.lanes:
        needs, ends = _holders(target, source), _holders_end(source, target)
        # The register takes a beat when the last part of the one before goes out.
        frees = np.concatenate([ends[-1:] - target.beats, ends[:-1]])
        return Part(
            target.beats,
            lambda before, after, name: (
                Rule(offered(after), taken(before), needs, 1),
                Rule(taken(before), taken(after), frees, 0),
            ),
        )
    needs = _holders_end(target, source)
    # A part is taken at once unless it is the last of its beat.
    parts = np.arange(source.beats, dtype=np.int64)
    frees = np.searchsorted(needs, parts, side="right").astype(np.int64) - 1
    return Part(
        target.beats,
        lambda before, after, name: (
            Rule(offered(after), offered(before), needs, 0),
            Rule(taken(before), taken(after), frees, 0),
        ),
    )


def selected(beats: int, kept: Times) -> Part:
    """Give the beats `kept` of `beats`, in wires; the others are taken at once and dropped
    (`litho_select` before its register).
    """
    # A beat that is dropped waits for no more than the one kept before it waited for.
    waits = np.searchsorted(kept, np.arange(beats), side="right").astype(np.int64) - 1
    return Part(
        len(kept),
        lambda source, target, name: (
            Rule(offered(target), offered(source), kept, 0),
            Rule(taken(source), taken(target), waits, 0),
        ),
    )


def _holders(few: Stream, many: Stream) -> Times:
    """Give the beat of `many` that holds the first code of each beat of `few`."""
    return _beats_at(few, many, np.arange(few.beats_per_row, dtype=np.int64) * few.lanes)


def _holders_end(many: Stream, few: Stream) -> Times:
    """Give the beat of `few` that holds the last code of each beat of `many`."""
    ends = (np.arange(many.beats_per_row, dtype=np.int64) + 1) * many.lanes
    return _beats_at(many, few, np.minimum(ends, many.row) - 1)


def _beats_at(asking: Stream, asked: Stream, codes: Times) -> Times:
    rows = np.arange(asking.rows, dtype=np.int64)[:, None]
    return (rows * asked.beats_per_row + codes // asked.lanes).reshape(-1)


def repeated(rows: int, beats: int, repeats: int, latency: int) -> Part:
    """Give rows of `beats` beats, each `repeats` times (`litho_row_repeat`).

    One repeat is wires; one beat a row is held by a register; else two rows are stored, read in
    the cycle itself when `latency` is 1, a cycle later when it is 2.
    """
    if repeats == 1:
        return stages(rows * beats, 0)
    total, places = rows * beats * repeats, np.arange(rows * beats, dtype=np.int64)
    row, beat = np.divmod(places, beats)
    if beats == 1:
        return Part(
            total,
            lambda source, target, name: (
                Rule(offered(target), taken(source), np.repeat(places, repeats), 1),
                Rule(taken(source), taken(target), row * repeats - 1, 0),
            ),
        )

    def rules(source: str, target: str, name: _Name) -> tuple[Rule, ...]:
        read = target if latency == 1 else name(total)
        needs = np.repeat(places.reshape(-1, 1, beats), repeats, axis=1).reshape(-1)
        # A word is given up in the last repeat, and its place is free a cycle later.
        frees = ((row - 2) * repeats + repeats - 1) * beats + beat
        found = (
            Rule(offered(read), taken(source), needs, 1),
            Rule(taken(source), taken(read), frees, 1),
        )
        every = np.arange(total, dtype=np.int64)
        return found if read == target else found + _stages(read, target, every, 1)

    return Part(total, rules)


def collected(matrices: int, writes: int, reads: int) -> Part:
    """Give matrices of `writes` beats, each held whole before the first of its `reads` words goes
    out (`litho_double_buffer`).

    The memory has room for two: a beat is taken when the matrix two before it is read to the end.
    """
    beats = np.arange(matrices * writes, dtype=np.int64)
    words = np.arange(matrices * reads, dtype=np.int64)

    def rules(source: str, target: str, name: _Name) -> tuple[Rule, ...]:
        read = name(len(words))
        return (
            Rule(offered(read), taken(source), (words // reads + 1) * writes - 1, 1),
            Rule(taken(source), taken(read), (beats // writes - 1) * reads - 1, 1),
            *_stages(read, target, words, 1),
        )

    return Part(len(words), rules)


def fetched(source: Stream, place: Stream, target: Stream, matrices: int) -> Flow:
    """Give the flow of matrices that are held whole, and given as the beats of `place` say
    (`litho_banked_buffer`).

    It is `collected` with a second input, which is taken when a word is read.
    """
    held = collected(matrices, source.beats // matrices, place.beats // matrices)
    inner: list[tuple[str, int]] = []
    rules = _series(source.name, target.name, (held,), inner)
    (read, beats), places = inner[0], np.arange(place.beats, dtype=np.int64)
    assert beats == place.beats, "a place names a word"
    asked = (
        Rule(offered(read), offered(place.name), places, 0),
        Rule(taken(place.name), taken(read), places, 0),
    )
    return Flow(tuple(inner), (*rules, *asked))


def accumulated(beats: int, count: int) -> Part:
    """Give one beat for each `count` taken, from an accumulator that is the output register.

    The accumulator takes nothing while its result waits.
    """
    needs = (np.arange(beats, dtype=np.int64) + 1) * count - 1
    before = np.arange(beats * count, dtype=np.int64) // count - 1
    return Part(
        beats,
        lambda source, target, name: (
            Rule(offered(target), taken(source), needs, 1),
            Rule(taken(source), taken(target), before, 0),
        ),
    )


def added_up(needs: Times) -> Part:
    """Give one beat for each result, where beat needs[k] of those taken is the last of result k.

    Results lie in a buffer of two (`litho_stream_fifo`), and the accumulator goes on while they
    wait: the last beat of a result is taken a cycle after the result two before it.
    """
    beats = np.arange(needs[-1] + 1)
    whole = np.searchsorted(needs, beats, side="right").astype(np.int64)  # results up to this beat
    return Part(
        len(needs),
        lambda source, target, name: (
            Rule(offered(target), taken(source), needs, 1),
            Rule(taken(source), taken(target), whole - 3, 1),
        ),
    )


def series(source: Stream, target: Stream, *parts: Part) -> Flow:
    """Give the flow of a block of one input and one output that is `parts` in a row."""
    inner: list[tuple[str, int]] = []
    rules = _series(source.name, target.name, parts, inner)
    return Flow(tuple(inner), rules)


def _series(
    source: str, target: str, parts: tuple[Part, ...], inner: list[tuple[str, int]]
) -> tuple[Rule, ...]:
    """Give the rules of `parts` in a row, and put the streams between them to `inner`."""

    def name(beats: int) -> str:
        inner.append((f"inner{len(inner)}", beats))
        return inner[-1][0]

    rules: list[Rule] = []
    parts = _merged(parts)
    for part in parts[:-1]:
        after = name(part.beats)
        rules += part.rules(source, after, name)
        source = after
    rules += parts[-1].rules(source, target, name)
    return tuple(rules)


def _merged(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Give `parts` with registers next to each other as one, whose rules are the same."""
    found: list[Part] = []
    for part in parts:
        before = found[-1].registers if found else None
        if before is not None and part.registers is not None:
            found[-1] = stages(part.beats, before + part.registers)
        else:
            found.append(part)
    return tuple(found)


def joined(
    sources: tuple[Stream, ...],
    target: Stream,
    *parts: Part,
    before: tuple[tuple[Part, ...], ...] = (),
) -> Flow:
    """Give the flow of a block that takes a beat of each input together, then is `parts`.

    `before` are the parts in a row that each input goes through first.
    """
    ways = before or ((),) * len(sources)
    beats = ways[0][-1].beats if ways[0] else sources[0].beats
    places = np.arange(beats, dtype=np.int64)
    inner, rules = [("met", beats)], list[Rule]()
    for source, way in zip(sources, ways, strict=True):
        end = source.name
        if way:
            end = f"{source.name}_end"
            inner.append((end, beats))
            rules += _series(source.name, end, way, inner)
        rules.append(Rule(offered("met"), offered(end), places, 0))
        rules.append(Rule(taken(end), taken("met"), places, 0))
    rules += _series("met", target.name, parts or (stages(beats, 0),), inner)
    return Flow(tuple(inner), tuple(rules))


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


def flow_of(block: Block) -> Flow:
    """Give the flow of a block: its own, or that of the registers it must then consist of.

    Raises `GraphError` for a block that says none and whose streams differ in beats.
    """
    if block.flow:
        return block.flow()
    beats = {stream.beats for stream in (*block.inputs, *block.outputs)}
    if len(beats) != 1 or len(block.outputs) != 1:
        raise GraphError(
            f"block {block.module} must say its flow, not leave it out: its streams have"
            f" {', '.join(map(str, sorted(beats)))} beats; see litho.rtl.flow"
        )
    pipeline = stages(beats.pop(), block.timing.latency)
    if len(block.inputs) == 1:
        return series(block.inputs[0], block.outputs[0], pipeline)
    return joined(block.inputs, block.outputs[0], pipeline)
