"""A design says what is wrong with it when it is made."""

from dataclasses import replace

import pytest
from chain import STREAM, chain, connect

from litho.errors import GraphError
from litho.hw import Timing
from litho.rtl import Design, Endpoint, Instance, Stream, single, timing_of
from litho.rtl.stream.register import register


def with_connections(**changed: tuple[str, str]) -> Design:
    ends = {
        "source": (".x", "first.in"),
        "between": ("first.out", "second.in"),
        "sink": ("second.out", ".y"),
        **changed,
    }
    connections = tuple(connect(name, *pair) for name, pair in ends.items())
    return replace(chain(), connections=connections)


def test_connections_are_found_by_either_end() -> None:
    design = chain()
    assert design.into("second", "in").name == "between"
    assert design.out_of("first", "out").name == "between"
    assert design.out_of("", "x").name == "source"
    assert design.into("", "y").name == "sink"
    assert design.instance("second").node == "act"


def test_what_travels_on_a_connection_is_what_its_source_gives() -> None:
    design = chain()
    assert design.stream_of(design.out_of("", "x")) == STREAM
    assert design.stream_of(design.into("", "y")).name == "out"


def test_a_stream_has_one_connection() -> None:
    with pytest.raises(GraphError, match="one connection, and stream 'in' of first has two"):
        with_connections(more=(".x", "first.in"))


def test_a_stream_has_a_connection() -> None:
    spare = (*chain().outputs, Stream("z", 8, 2, 5))
    with pytest.raises(GraphError, match="stream 'z' of the design of design chain must have a"):
        replace(chain(), outputs=spare)


@pytest.mark.parametrize("end", ["third.in", "second.input", "first.out"])
def test_a_connection_leads_to_a_stream(end: str) -> None:
    with pytest.raises(GraphError, match=r"must (exist to be connected|have a connection)"):
        with_connections(between=("first.out", end))


def test_names_are_different() -> None:
    block = register(8, 2, 5)
    with pytest.raises(GraphError, match="names in design chain must be different"):
        replace(chain(), instances=(Instance("first", block), Instance("first", block)))


@pytest.mark.parametrize(
    "other", [register(8, 4, 5), register(9, 2, 5), register(8, 2, 7), register(8, 2, 5, rows=2)]
)
def test_both_ends_of_a_connection_take_the_same_beats(other: object) -> None:
    instances = (chain().instances[0], Instance("second", other))
    with pytest.raises(GraphError, match="both ends of between in design chain must take the same"):
        replace(chain(), instances=instances)


def test_instances_stand_in_the_order_of_the_data() -> None:
    first, second = chain().instances
    with pytest.raises(GraphError, match="between in design chain must lead to a later instance"):
        replace(chain(), instances=(second, first))


def test_a_bench_is_a_design_of_one_block() -> None:
    design = single(register(8, 2, 5))
    assert [item.name for item in design.instances] == ["dut"]
    assert design.into("dut", "in").source == Endpoint("", "in")
    assert timing_of(design) == Timing(1, 3)


def test_stages_in_a_row_add_their_latencies() -> None:
    assert timing_of(chain()) == Timing(2, 3)
