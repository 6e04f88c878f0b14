"""`simulate`: what goes in comes out, and what breaks a rule is named."""

from pathlib import Path

import numpy as np
import pytest

from litho import tools
from litho.errors import ConfigError, DataError, MismatchError, ToolError
from litho.rtl import (
    Block,
    Connection,
    Design,
    DesignFolder,
    Endpoint,
    Instance,
    Instrumentation,
    Stream,
    single,
    write_design,
)
from litho.rtl.stream.register import register
from litho.sim import Request, Stalls, simulate, simulate_all

from .conftest import IN, OUT, RIGHT

CODES = np.arange(-20, 20, dtype=np.int64).reshape(10, 1, 4)


def wires(bits: int, lanes: int, row: int, is_signed: bool, rows: int = 1) -> Block:
    return register(bits, lanes, row, rows, is_signed=is_signed)


@pytest.mark.parametrize(
    ("bits", "lanes", "row", "is_signed"),
    [(1, 1, 3, False), (2, 5, 7, True), (8, 4, 10, True), (13, 7, 7, False), (62, 3, 4, True)],
)
def test_gives_back_the_codes_that_went_in(tmp_path, simulator, bits, lanes, row, is_signed):
    block = wires(bits, lanes, row, is_signed, rows=2)
    low = -(2 ** (bits - 1)) if is_signed else 0
    codes = np.random.default_rng(0).integers(low, low + 2**bits, (5, 2, row))
    folder = write_design(tmp_path, single(block))
    for stalls in (None, Stalls(1)):
        found = simulate(
            folder, block.inputs, block.outputs, (codes,), stalls=stalls, simulator=simulator
        )
        assert np.array_equal(found.outputs[0], codes)


def test_tells_the_cycle_of_each_transfer_at_full_speed(make, simulator):
    found = simulate(make(RIGHT), (IN,), (OUT,), (CODES,), simulator=simulator)
    assert np.array_equal(found.input_cycles[0], np.arange(40))
    assert np.array_equal(found.output_cycles[0], np.arange(1, 41))
    assert found.cycles == 41
    assert found.simulator.startswith(simulator)


def test_several_simulations_run_at_once(make, simulator):
    folder = make(RIGHT)
    requests = tuple(
        Request(folder, (IN,), (OUT,), (CODES[part],), simulator=simulator)
        for part in (slice(0, 3), slice(3, 10))
    )
    found = simulate_all(requests, workers=2)
    assert [item.cycles for item in found] == [13, 29]
    assert np.array_equal(np.concatenate([item.outputs[0] for item in found]), CODES)


def test_the_first_simulation_that_fails_is_told_and_its_vectors_stay(make, simulator):
    right = (make(RIGHT), (IN,), (OUT,), (CODES,))
    with pytest.raises(MismatchError, match="no beat moved for 5 cycles") as caught:
        simulate_all(
            (
                Request(*right, simulator=simulator),
                Request(*right, simulator=simulator, stalls=Stalls(1, 0.99), patience=5),
                Request(*right, simulator=simulator),
            )
        )
    assert Path(str(caught.value).split()[-1].removeprefix("+vectors=")).is_dir()


def test_stalls_are_the_same_for_the_same_seed_only(make, simulator):
    folder = make(RIGHT)
    times = [
        simulate(folder, (IN,), (OUT,), (CODES,), stalls=Stalls(seed), simulator=simulator)
        .output_cycles[0]
        .tolist()
        for seed in (1, 1, 2)
    ]
    assert times[0] == times[1]
    assert times[0] != times[2]


def test_a_reset_in_mid_transfer_starts_all_over(make, simulator):
    folder = make(RIGHT)
    for cycle in (0, 1, 7, 20):
        for stalls in (None, Stalls(cycle, 0.5, 0.5)):
            found = simulate(
                folder,
                (IN,),
                (OUT,),
                (CODES,),
                stalls=stalls,
                reset_at=cycle,
                simulator=simulator,
            )
            assert np.array_equal(found.outputs[0], CODES)
            assert found.output_cycles[0][0] >= cycle


def test_a_reset_after_the_end_is_refused(make, simulator):
    with pytest.raises(MismatchError, match="reset_at must be a cycle of the run"):
        simulate(make(RIGHT), (IN,), (OUT,), (CODES,), reset_at=5000, simulator=simulator)


def chain(length: int) -> Design:
    block = wires(8, 1, 4, True)
    names = [f"r{i}" for i in range(length)]
    ends = [Endpoint("", "in"), *(Endpoint(name, "out") for name in names)]
    targets = [*(Endpoint(name, "in") for name in names), Endpoint("", "out")]
    return Design(
        "chain",
        (IN,),
        (OUT,),
        tuple(Instance(name, block) for name in names),
        tuple(
            Connection(f"e{i}", source, target)
            for i, (source, target) in enumerate(zip(ends, targets, strict=True))
        ),
    )


def test_taps_show_inner_edges_and_inner_stalls_slow_them(tmp_path, simulator):
    added = Instrumentation(taps=("e1", "e2"), stalls=("e1", "e3"))
    folder = write_design(tmp_path, chain(3), added)
    taps = (Stream("e1", 8, 1, 4), Stream("e2", 8, 1, 4))
    cycles = []
    for stalls in (None, Stalls(3, 0.0, 0.0, 0.6)):
        found = simulate(
            folder,
            (IN,),
            (OUT,),
            (CODES,),
            taps=taps,
            stall_bits=2,
            stalls=stalls,
            simulator=simulator,
        )
        for codes in (*found.outputs, *found.taps):
            assert np.array_equal(codes, CODES)
        cycles.append(found.cycles)
    assert cycles[0] == 43
    assert cycles[1] > 60


def test_padding_is_noise_under_stalls_and_is_not_given_back(tmp_path, simulator):
    # Lane 3 of the second beat is padding: a design that adds it to lane 0 must be seen.
    block = wires(8, 4, 7, True)
    folder = write_design(tmp_path, single(block))
    top = tmp_path / "bench.sv"
    text = top.read_text()
    sum_ = "out_edge_data[7:0] + {7'b0, ^out_edge_data[31:24]}"
    changed = text.replace(
        "assign out_data_o = out_edge_data;",
        f"assign out_data_o = {{out_edge_data[31:8], {sum_}}};",
    )
    assert changed != text
    top.write_text(changed)
    codes = np.zeros((20, 1, 7), np.int64)
    still = simulate(folder, block.inputs, block.outputs, (codes,), simulator=simulator)
    assert np.array_equal(still.outputs[0], codes)
    noisy = simulate(
        folder, block.inputs, block.outputs, (codes,), stalls=Stalls(1), simulator=simulator
    )
    assert not np.array_equal(noisy.outputs[0], codes)


BROKEN = {
    "valid falls": (
        RIGHT.replace("else if (in_ready_o) valid_q <= in_valid_i;", "else valid_q <= in_valid_i;"),
        r"output 'out' must hold a beat until it is taken \(rule 1\), and valid fell",
    ),
    "data changes": (
        RIGHT.replace("if (in_ready_o && in_valid_i) data_q", "if (in_valid_i) data_q"),
        r"output 'out' must hold a beat until it is taken \(rule 1\), and data changed",
    ),
    "data changes with ready": (
        RIGHT.replace("out_data_o = data_q", "out_data_o = data_q + 8'(out_ready_i)"),
        r"output 'out' must hold a beat .* \(rule 1\), and data changes with ready",
    ),
    "valid waits for ready": (
        RIGHT.replace("out_valid_o = valid_q", "out_valid_o = valid_q && out_ready_i"),
        r"output 'out' must not let valid wait for ready \(rule 2\)",
    ),
    "valid is high in reset": (
        RIGHT.replace("valid_q <= 1'b0;", "valid_q <= 1'b1;"),
        r"output 'out' must keep valid low in reset \(rule 4\), and valid is high",
    ),
    "a beat too many": (
        """\
  logic [7:0] count_q;
  assign in_ready_o = count_q < 40 && out_ready_i;
  assign out_valid_o = (in_valid_i && count_q < 40) || (count_q == 40);
  assign out_data_o = data_q;
  assign valid_q = 0;
  always_ff @(posedge clk_i) begin
    data_q <= 0;
    if (!rst_ni) count_q <= 0;
    else if (out_valid_o && out_ready_i) count_q <= count_q + 1;
  end
""",
        r"output 'out' must give 40 beats, and offers one more in cycle 40",
    ),
    "a beat lost": (
        """\
  logic [7:0] count_q;
  assign in_ready_o = out_ready_i;
  assign out_valid_o = in_valid_i && count_q != 17;
  assign out_data_o = in_data_i;
  always_ff @(posedge clk_i) begin
    data_q <= 0;
    valid_q <= 0;
    if (!rst_ni) count_q <= 0;
    else if (in_valid_i && in_ready_o) count_q <= count_q + 1;
  end
""",
        r"must give every beat, and some are missing: its inputs were all taken; look for a ready"
        r" that is high while the register behind it is full \(no beat moved for 1000 cycles"
        r".*input 'in'.* 40 of 40 beats.*output 'out'.*39 of 40 beats",
    ),
    "nothing is taken": (
        RIGHT.replace("in_ready_o = !valid_q || out_ready_i", "in_ready_o = 1'b0"),
        r"the design must go on \(no beat moved for 1000 cycles.*input 'in'.* 0 of 40 beats",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_names_the_rule_that_is_broken(make, simulator, name):
    body, message = BROKEN[name]
    stalls = None if "beat" in name or "nothing" in name else Stalls(5, 0.3, 0.5)
    with pytest.raises(MismatchError, match=message) as caught:
        simulate(
            make(body),
            (IN,),
            (OUT,),
            (CODES,),
            stalls=stalls,
            patience=1000,
            simulator=simulator,
        )
    assert "to repeat: cd " in str(caught.value)


def test_a_broken_rule_on_a_tap_is_named(tmp_path, simulator):
    folder = write_design(tmp_path, chain(2), Instrumentation(taps=("e1",)))
    top = folder.path / "chain.sv"
    top.write_text(
        top.read_text().replace("tap_e1_valid_o = e1_valid", "tap_e1_valid_o = e1_ready")
    )
    with pytest.raises(MismatchError, match=r"tap 'e1' must"):
        simulate(
            folder,
            (IN,),
            (OUT,),
            (CODES,),
            taps=(Stream("e1", 8, 1, 4),),
            stalls=Stalls(2, 0.5, 0.5),
            simulator=simulator,
        )


def test_a_register_that_reset_leaves_alone_is_caught(make, simulator):
    folder = make(RIGHT.replace("if (!rst_ni) valid_q <= 1'b0;\n    else if", "if"))
    with pytest.raises(MismatchError, match="valid"):
        simulate(folder, (IN,), (OUT,), (CODES,), simulator=simulator)


def test_icarus_refuses_unknown_bits(make, simulator):
    if simulator != "icarus":
        simulate(make(RIGHT), (IN,), (OUT,), (CODES,), simulator=simulator)
        return
    body = RIGHT.replace("out_data_o = data_q", "out_data_o = {data_q[7:1], 1'bx}")
    with pytest.raises(MismatchError, match="stream 'out' must give known bits, and bit 0 of code"):
        simulate(make(body), (IN,), (OUT,), (CODES,), simulator=simulator)


def test_a_design_that_stops_itself_is_told_in_its_own_words(make, simulator):
    body = RIGHT + '  initial if (1) $fatal(1, "memory file weights.mem is absent");\n'
    with pytest.raises((ToolError, MismatchError), match=r"memory file weights\.mem is absent"):
        simulate(make(body), (IN,), (OUT,), (CODES,), simulator=simulator)


def test_source_that_does_not_parse_is_told_with_its_line(make, simulator):
    with pytest.raises(ToolError, match=r"top\.sv:22.*log: .*to repeat: ") as caught:
        simulate(make(RIGHT + "  assign ;\n"), (IN,), (OUT,), (CODES,), simulator=simulator)
    log = str(caught.value).split("log: ")[1].split(";")[0]
    assert "top.sv" in Path(log).read_text()


def test_a_source_that_is_absent_is_named(tmp_path):
    folder = DesignFolder(tmp_path, "top", ("gone.sv",))
    with pytest.raises(DataError, match=r"source .*gone\.sv must be readable"):
        simulate(folder, (IN,), (OUT,), (CODES,))


def test_codes_that_do_not_fit_their_stream_are_refused(make):
    with pytest.raises(ConfigError, match=r"codes of input 'in' must have shape \[samples, 1, 4\]"):
        simulate(make(RIGHT), (IN,), (OUT,), (CODES[:, :, :3],))
    with pytest.raises(ConfigError, match="the same number of samples, 1 or more"):
        simulate(make(RIGHT), (IN,), (OUT,), (CODES[:0],))
    with pytest.raises(ConfigError, match="simulator must be one of verilator, icarus, not 'vcs'"):
        simulate(make(RIGHT), (IN,), (OUT,), (CODES,), simulator="vcs")


@pytest.mark.parametrize("value", [-0.1, 1.0])
def test_stalls_that_never_end_are_refused(value):
    with pytest.raises(ConfigError, match="stalls of sink must be at least 0 and below 1"):
        Stalls(0, 0.1, value)


def test_vectors_are_gone_after_a_run_and_kept_after_a_failure(make, tmp_path, monkeypatch):
    simulate(make(RIGHT), (IN,), (OUT,), (CODES,))
    cache = tmp_path / "cache"
    (cache / "simulators").mkdir(parents=True)
    for kind in ("runtime", "simulators"):
        (cache / kind).rmdir() if (cache / kind).is_dir() else None
        (cache / kind).symlink_to(tools.cache_root() / kind)
    monkeypatch.setenv("LITHO_CACHE", str(cache))
    simulate(make(RIGHT), (IN,), (OUT,), (CODES,))
    assert list((cache / "vectors").iterdir()) == []
    with pytest.raises(MismatchError):
        simulate(make(BROKEN["nothing is taken"][0]), (IN,), (OUT,), (CODES,), patience=100)
    kept = next((cache / "vectors").iterdir())
    assert "failure" in (kept / "result").read_text()
