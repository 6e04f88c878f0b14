"""Latest times, and circuits that are found out: each against a plain search on random rules."""

from dataclasses import replace

import numpy as np
import pytest

from litho.rtl import Block, Design, Stream, single
from litho.rtl.block import no_resources
from litho.rtl.events import Flow, Rule, offered, taken
from litho.rtl.solver import earliest, latest

PERIOD = 9


def _drawn(seed: int) -> Design:
    """Give a block whose input, output and two streams inside follow random rules.

    Beats rise along a rule, now and then with a beat that is repeated or one that is left out.
    """
    draw = np.random.default_rng(seed)
    beats = {name: int(draw.integers(1, 6)) for name in ("in", "out", "a", "b")}
    names = list(beats)
    rules = [Rule(offered("out"), taken("in"), _along(beats["out"], beats["in"], 0), 1)]
    for _ in range(8):
        one, other = (names[int(place)] for place in draw.integers(0, 4, 2))
        later, earlier = (
            (offered, taken)[int(kind)](name)
            for kind, name in zip(draw.integers(0, 2, 2), (one, other), strict=True)
        )
        index = _along(beats[one], beats[other], int(draw.integers(-6, 1)))
        rules.append(Rule(later, earlier, index, int(draw.integers(0, 5))))
    streams = (Stream("in", 1, 1, beats["in"]),), (Stream("out", 1, 1, beats["out"]),)
    flow = Flow((("a", beats["a"]), ("b", beats["b"])), tuple(rules))
    block = Block("", (), *streams, lambda codes: codes, no_resources, 1, lambda times: times)
    return single(replace(block, flow=lambda: flow))


def _along(later: int, earlier: int, shift: int) -> np.ndarray:
    return np.arange(later, dtype=np.int64) * earlier // later + shift


def _edges(design: Design) -> tuple[list[tuple[int, int, int]], dict[tuple[str, bool], list[int]]]:
    """Give the rules one event at a time, (from, to, cycles), and the events by stream."""
    block = design.instances[0].block
    assert block.flow is not None
    flow = block.flow()
    sizes = {s.name: s.beats for s in (*block.inputs, *block.outputs)} | dict(flow.inner)
    places: dict[tuple[str, bool], list[int]] = {}
    for name, beats in sizes.items():
        for is_taken in (False, True):
            start = sum(map(len, places.values()))
            places[name, is_taken] = list(range(start, start + beats))
    found = []
    for name, beats in sizes.items():
        for beat in range(beats):
            found.append((places[name, False][beat], places[name, True][beat], 0))
            before = 1 if beat else 1 - PERIOD
            found.append((places[name, True][beat - 1], places[name, False][beat], before))
    for rule in flow.rules:
        sources = places[rule.earlier.stream, rule.earlier.is_taken]
        targets = places[rule.later.stream, rule.later.is_taken]
        for target, index in zip(targets, rule.index.tolist(), strict=True):
            tensor, beat = divmod(index, len(sources))
            found.append((sources[beat], target, rule.cycles + tensor * PERIOD))
    return found, places


def _raised(edges: list[tuple[int, int, int]], times: list[int]) -> list[int] | None:
    """Raise times by one rule after another, as often as there are events; None without an end."""
    for _ in range(len(times) + 1):
        before = list(times)
        for source, target, cycles in edges:
            times[target] = max(times[target], times[source] + cycles)
        if times == before:
            return times
    return None


@pytest.mark.parametrize("seed", range(60))
def test_times_are_those_of_a_plain_search(seed: int) -> None:
    design = _drawn(seed)
    edges, places = _edges(design)
    starts = [0] * (1 + max(max(group) for group in places.values()))
    for group in places.values():
        for beat, place in enumerate(group):
            starts[place] = beat
    wanted, found = _raised(edges, starts), earliest(design, PERIOD)
    assert (wanted is None) == (found is None)
    if wanted is None or found is None:
        return
    output = design.into("", "out").name
    for name, connection in (("in", design.out_of("", "in").name), ("out", output)):
        moments = found[connection]
        assert moments.offered.tolist() == [wanted[place] for place in places[name, False]]
        assert moments.taken.tolist() == [wanted[place] for place in places[name, True]]
    # Backwards: from what is fixed at the output to the latest that comes in time for it.
    far = -(1 << 40)
    turned = [far] * len(wanted)
    for place, time in zip(places["out", True], found[output].taken.tolist(), strict=True):
        turned[place] = -time
    bounds = _raised([(target, source, cycles) for source, target, cycles in edges], turned)
    assert bounds is not None
    given = latest(design, PERIOD, {output: found[output].taken})
    moments = given[design.out_of("", "in").name]
    for times, is_taken in ((moments.offered, False), (moments.taken, True)):
        for time, place in zip(times.tolist(), places["in", is_taken], strict=True):
            assert time == -bounds[place]


def test_some_of_the_random_rules_have_a_circuit_and_some_have_none() -> None:
    found = [earliest(_drawn(seed), PERIOD) is None for seed in range(60)]
    assert 10 < sum(found) < 50
