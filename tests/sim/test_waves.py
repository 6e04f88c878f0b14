"""Waves: what is recorded is what the simulation did, cycle by cycle."""

from pathlib import Path

import numpy as np
import pytest

from litho.errors import ConfigError, DataError, MismatchError
from litho.rtl import single, write_design
from litho.rtl.packing import unpack
from litho.rtl.stream.fifo import fifo
from litho.sim import Stalls, Wave, simulate
from litho.sim.waves import read_waves
from litho.tools import verilator

from .conftest import IN, OUT, RIGHT

BLOCK = fifo(5, 3, 7, 3)
CODES = np.arange(-14, 14, dtype=np.int64).reshape(4, 1, 7)
EDGES = ("in_edge", "out_edge")


def recorded(tmp_path: Path, simulator: str, stalls: Stalls | None, **window: int):
    folder = write_design(tmp_path / "design", single(BLOCK))
    wave = Wave(tmp_path / "waves.vcd", **window)
    found = simulate(
        folder,
        BLOCK.inputs,
        BLOCK.outputs,
        (CODES,),
        stalls=stalls,
        simulator=simulator,
        wave=wave,
    )
    return found, read_waves(wave.path, EDGES)


def transfers(wave) -> list[int]:
    """The cycles in which a recorded stream transferred a beat."""
    both = zip(wave.valid, wave.ready, strict=True)
    return [cycle for cycle, values in enumerate(both) if values == ("1", "1")]


@pytest.mark.parametrize("stalls", [None, Stalls(1)], ids=["free", "stalled"])
def test_the_transfers_in_the_file_are_those_of_the_simulation(tmp_path, simulator, stalls):
    found, (source, sink) = recorded(tmp_path, simulator, stalls)
    assert transfers(source) == found.input_cycles[0].tolist()
    assert transfers(sink) == found.output_cycles[0].tolist()


@pytest.mark.parametrize("stalls", [None, Stalls(2)], ids=["free", "stalled"])
def test_the_beats_in_the_file_hold_the_codes(tmp_path, simulator, stalls):
    _, waves = recorded(tmp_path, simulator, stalls, depth=1)
    for wave in waves:
        beats = [int(wave.data[cycle], 2).to_bytes(2, "little") for cycle in transfers(wave)]
        words = np.frombuffer(b"".join(beats), np.uint8).reshape(-1, 2)
        rows = unpack(words, 5, 3, is_signed=True).reshape(4, 1, 9)
        assert np.array_equal(rows[:, :, :7], CODES)


def test_a_window_holds_its_cycles_and_no_others(tmp_path, simulator):
    _, whole = recorded(tmp_path, simulator, Stalls(1))
    _, part = recorded(tmp_path, simulator, Stalls(1), first=4, cycles=9)
    for wave, short in zip(whole, part, strict=True):
        assert len(short) == 9
        assert short.valid == wave.valid[4:13]
        assert short.ready == wave.ready[4:13]


def test_a_run_that_fails_leaves_its_waves(make, tmp_path, simulator):
    body = RIGHT.replace("else if (in_ready_o) valid_q <= in_valid_i;", "else valid_q <= 1'b0;")
    wave = Wave(tmp_path / "waves.vcd")
    codes = np.zeros((5, 1, 4), np.int64)
    with pytest.raises(MismatchError):
        simulate(make(body), (IN,), (OUT,), (codes,), simulator=simulator, wave=wave, patience=100)
    assert "in_valid_i" in wave.path.read_text()


def test_a_simulator_that_records_nothing_is_built_without_recording(make, tmp_path, monkeypatch):
    given: list[str] = []
    whole = verilator.run

    def watched(job, **rest):
        given.extend(job.arguments)
        return whole(job, **rest)

    monkeypatch.setattr(verilator, "run", watched)
    body = f"{RIGHT}  // {tmp_path}: not in the cache\n"
    simulate(make(body), (IN,), (OUT,), (np.zeros((1, 1, 4), np.int64),))
    assert "--cc" in given
    assert not [argument for argument in given if "trace" in argument or "recorder" in argument]


def test_waves_that_cannot_be_written_are_refused(make, tmp_path):
    (tmp_path / "file").write_text("")
    wave = Wave(tmp_path / "file" / "waves.vcd")
    with pytest.raises(ConfigError, match="waves must go to a file that can be written"):
        simulate(make(RIGHT), (IN,), (OUT,), (np.zeros((1, 1, 4), np.int64),), wave=wave)


@pytest.mark.parametrize(("name", "value"), [("cycles", 0), ("first", -1), ("depth", -1)])
def test_a_window_that_is_none_is_refused(name, value):
    with pytest.raises(ConfigError, match=f"{name} of waves must be . or more, not {value}"):
        Wave(Path("waves.vcd"), **{name: value})


VCD = """\
$timescale 1ns $end
$scope module top $end
$var wire 1 ! clk_i $end
$var wire 1 " rst_ni $end
$var wire 4 # x_data [3:0] $end
$var wire 1 $ x_valid $end
$var wire 1 % x_ready $end
$upscope $end
$enddefinitions $end
#0
0!
0"
b10 #
1$
1%
#5
1!
1"
#10
0!
bx1 #
#15
1!
bz #
0$
#20
0!
#25
1!
"""


def test_values_are_those_before_the_rising_edge_and_short_ones_are_extended(tmp_path):
    (tmp_path / "a.vcd").write_text(VCD)
    (wave,) = read_waves(tmp_path / "a.vcd", ("x",))
    assert wave.data == ("xxx1", "xxxx")
    assert wave.valid == ("1", "0")


def test_a_stream_that_was_not_recorded_is_named(tmp_path):
    (tmp_path / "a.vcd").write_text(VCD)
    with pytest.raises(DataError, match="must have the signals y_data, y_valid, y_ready, and do"):
        read_waves(tmp_path / "a.vcd", ("x", "y"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must have the signals clk_i"),
        (VCD + "what is this\n", "must be changes of bits, not 'what is this'"),
        ("\xff", "must be a readable VCD file"),
    ],
    ids=["empty", "torn", "binary"],
)
def test_a_file_that_is_no_recording_is_refused(tmp_path, text, message):
    (tmp_path / "a.vcd").write_text(text, encoding="latin-1")
    with pytest.raises(DataError, match=message):
        read_waves(tmp_path / "a.vcd", ("x",))
