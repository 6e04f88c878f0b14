"""The text of a top module."""

from dataclasses import replace
from pathlib import Path

import pytest
from chain import chain, with_memory

from litho.errors import GraphError
from litho.rtl import Instrumentation, render

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize(
    ("name", "instrumentation"),
    [
        ("chain", Instrumentation()),
        ("chain_watched", Instrumentation(taps=("between", "sink"), stalls=("between", "source"))),
    ],
)
def test_the_text_is_the_committed_file(name: str, instrumentation: Instrumentation) -> None:
    assert render(chain(), instrumentation) == (GOLDEN / f"{name}.sv").read_text()


def test_the_shipped_top_has_neither_taps_nor_stalls() -> None:
    text = render(chain())
    assert "tap_" not in text
    assert "stall" not in text


def test_a_memory_file_is_a_parameter() -> None:
    design = with_memory([1, 2])
    name = design.instances[0].block.memories[0].file_name
    assert f'.MemFile("{name}")' in render(design)


def test_the_same_design_gives_the_same_text() -> None:
    assert render(chain()) == render(replace(chain()))


@pytest.mark.parametrize("where", ["taps", "stalls"])
def test_an_unknown_connection_is_told_those_there_are(where: str) -> None:
    text = "must stand on one of between, sink, source, not on 'nowhere'"
    with pytest.raises(GraphError, match=text):
        render(chain(), Instrumentation(**{where: ("nowhere",)}))
