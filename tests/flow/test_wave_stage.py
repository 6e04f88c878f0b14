"""The waves of a design show the values of its graph."""

import json

import numpy as np
import pytest

from litho import tools
from litho.emit import emit
from litho.errors import ConfigError, DataError, MismatchError, ToolMissingError
from litho.flow import load_config
from litho.flow.codes import drawn
from litho.flow.hardware import SIMULATE, WAVE
from litho.flow.proof import Bench
from litho.flow.run import stages_of
from litho.flow.waves import drawings_of, record, tracks_of
from litho.formats import Fixed
from litho.ir import Graph, Input, Lanes, Node, TensorType, interpret
from litho.ops import registry
from litho.ops.relu.reference import ReluParams
from litho.sim import Wave

KIND = TensorType((2, 5), Fixed(6, 2))


def chain(*lanes: int) -> Graph:
    """Rectifiers `r.0`, `r.1`, … of these lanes: names that the hardware spells otherwise."""
    names = ["x", *(f"r.{place}" for place in range(len(lanes)))]
    nodes = (
        Node(name, "relu", (before,), ReluParams(), KIND, Lanes(count, count))
        for name, before, count in zip(names[1:], names, lanes, strict=False)
    )
    return Graph("chain", (Input("x", KIND),), (), tuple(nodes), (names[-1],))


@pytest.fixture
def recorded(tmp_path):
    """A design with a width change, its graph, its inputs, and 60 cycles of its waves."""
    for name in ("verilator", "c++"):
        try:
            tools.find(name)
        except ToolMissingError as error:
            pytest.skip(f"{name} is missing: {error}")
    graph = chain(2, 1)
    emitted = emit(tmp_path / "design", graph, registry())
    inputs = drawn(graph, 6, 0)
    expected = interpret(graph, inputs, registry())
    wave = Wave(tmp_path / "waves.vcd", 60, depth=1)
    given = tuple(inputs.values()), tuple(expected.values())
    record(emitted.folder, emitted.design, *given, wave, Bench(0))
    return graph, inputs, emitted, wave


def test_the_tracks_are_the_inputs_and_the_nodes_with_the_interpreters_values(recorded):
    graph, inputs, emitted, wave = recorded
    tracks = tracks_of(emitted.folder.path, graph, wave.path)
    assert [track.name for track in tracks] == ["x", "r_0", "r_1"]
    values = [inputs["x"], *(np.maximum(inputs["x"], 0),) * 2]
    for track, codes in zip(tracks, values, strict=True):
        shown = [
            lane.code for beat in track.beats if beat.is_taken for lane in beat.lanes if lane.text
        ]
        assert shown == codes.reshape(-1)[: len(shown)].tolist()
        assert len(shown) > 20


def test_the_drawings_show_the_start_and_the_first_result(recorded):
    graph, _, emitted, wave = recorded
    drawings = drawings_of(tracks_of(emitted.folder.path, graph, wave.path))
    assert drawings[0].title == "From reset on"
    assert 'aria-label="waves of cycles 0 to 23"' in drawings[0].picture


def test_a_wrong_value_is_no_wave(recorded, tmp_path):
    _, inputs, emitted, _ = recorded
    wave = Wave(tmp_path / "other.vcd", 60, depth=1)
    with pytest.raises(MismatchError, match="stream 'r_1' must give"):
        record(emitted.folder, emitted.design, (inputs["x"],), (inputs["x"],), wave, Bench(0))


def test_a_design_without_its_manifest_is_refused(recorded):
    graph, _, emitted, wave = recorded
    path = emitted.folder.path / "manifest.json"
    path.write_text(json.dumps({"modules": []}))
    with pytest.raises(DataError, match=r"must have a manifest, and .*manifest\.json is none"):
        tracks_of(emitted.folder.path, graph, wave.path)


CONFIG = """\
task = "digits"
[model]
name = "mlp"
[[quantize]]
weights = "fixed4"
[hardware]
device = "ecp5-25k"
"""


def config(tmp_path, more: str):
    (tmp_path / "c.toml").write_text(CONFIG + more)
    return load_config(tmp_path / "c.toml")


def test_a_run_records_waves_when_it_is_asked_to(tmp_path):
    without, with_waves = config(tmp_path, ""), config(tmp_path, "[simulate]\nwave = 30\n")
    assert WAVE not in stages_of(without)
    assert stages_of(with_waves) == (*stages_of(without), WAVE)


def test_asking_for_waves_proves_nothing_again(tmp_path):
    configs = [config(tmp_path, f"[simulate]\nwave = {count}\n") for count in (0, 30, 40)]
    assert len({repr(SIMULATE.facts(item)) for item in configs}) == 1
    assert len({repr(WAVE.facts(item)) for item in configs}) == 3


def test_less_than_no_cycles_are_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"key 'simulate\.wave' must be int >= 0, not -1"):
        config(tmp_path, "[simulate]\nwave = -1\n")
