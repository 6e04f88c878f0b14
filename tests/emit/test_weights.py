"""One design serves many checkpoints: its weights come through a stream."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from litho import api, tools
from litho.emit import design_of, emit, weights_for
from litho.errors import ConfigError, GraphError, MismatchError, ToolMissingError
from litho.flow.proof import Bench, prove
from litho.formats import Fixed
from litho.ir import Constant, Graph, Input, Lanes, Node, TensorType, interpret
from litho.ops import registry
from litho.ops.linear.reference import LinearParams, accumulator
from litho.ops.requantize.reference import RequantizeParams
from litho.passes import StreamWeights
from litho.rtl import loading_of, timing_of
from litho.rtl.block import Memory
from litho.rtl.loading import load_words
from litho.sim import simulate

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from mlp import mlp

SIMULATORS = ("icarus", "verilator")


def checkpoint(seed: int, rounding: str = "half_even", outputs: int = 3) -> Graph:
    """Give two products with biases, and a requantization between them, with drawn weights."""
    draw = np.random.default_rng(seed)
    types, nodes, constants = {"x": TensorType((2, 6), Fixed(5, 2))}, [], []

    def add(name: str, op: str, inputs: tuple[str, ...], params: object, lanes: Lanes) -> None:
        kind = registry().find(op).infer_type(params, tuple(types[value] for value in inputs))
        nodes.append(Node(name, op, inputs, params, kind, lanes))
        types[name] = kind

    def constant(name: str, kind: TensorType, values: np.ndarray) -> None:
        types[name] = kind
        constants.append(Constant(name, kind, values))

    def product(name: str, value: str, count: int, lanes: Lanes) -> None:
        weight = TensorType((count, types[value].row), Fixed(4, 2))
        codes = draw.integers(-8, 8, weight.shape)
        bias = draw.integers(-40, 40, count)
        form = accumulator(types[value], weight, codes, bias)
        constant(f"{name}.weight", weight, codes)
        constant(f"{name}.bias", TensorType((count,), form), bias)
        inputs = (value, f"{name}.weight", f"{name}.bias")
        add(name, "linear", inputs, LinearParams(form), lanes)

    product("fc0", "x", 5, Lanes(3, 2))
    params = RequantizeParams(Fixed(6, 3), rounding=rounding)
    add("narrow", "requantize", ("fc0",), params, Lanes(2, 2))
    product("fc1", "narrow", outputs, Lanes(2, 1))
    return Graph("net", (Input("x", types["x"]),), tuple(constants), tuple(nodes), ("fc1",))


def streamed(seed: int, **options: object) -> Graph:
    return StreamWeights()(checkpoint(seed, **options), registry())


def sources(folder: Path) -> dict[str, bytes]:
    """Every file that a tool reads."""
    paths = [*folder.rglob("*.sv"), *folder.glob("*.mem"), folder / "files.f"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def codes(samples: int = 9) -> dict[str, np.ndarray]:
    drawn = np.random.default_rng(9).integers(-16, 16, (samples, 2, 6))
    return {"x": drawn.astype(np.int64)}


def needed(simulator: str) -> str:
    try:
        tools.find({"icarus": "iverilog", "verilator": "verilator"}[simulator])
    except ToolMissingError as error:
        pytest.skip(f"{simulator} is missing: {error}")
    return simulator


@pytest.mark.parametrize("simulator", SIMULATORS)
def test_one_design_is_proven_with_two_checkpoints(simulator: str, tmp_path: Path) -> None:
    emitted = emit(tmp_path / "design", streamed(1), registry())
    before = sources(tmp_path / "design")
    outputs = []
    for seed in (1, 2):
        graph = streamed(seed)
        weights_for(emitted.design, graph, registry())
        design = design_of(graph, registry())
        expected = interpret(graph, codes(), registry())
        # In the folder of the first checkpoint, from which nothing but its modules is read.
        bench = Bench(seed, simulator=needed(simulator))
        proof = prove(emitted.folder, design, codes(), expected, bench)
        assert (proof.values, proof.mismatches) == (9 * 2 * 3, 0)
        assert proof.timing == emitted.timing
        outputs.append(expected["fc1"])
    assert not np.array_equal(*outputs)
    assert sources(tmp_path / "design") == before


def test_the_files_depend_on_no_weight(tmp_path: Path) -> None:
    for seed in (1, 2):
        emit(tmp_path / str(seed), streamed(seed), registry())
    assert sources(tmp_path / "1") == sources(tmp_path / "2")
    files = [(tmp_path / seed / "weights.bin").read_bytes() for seed in "12"]
    assert files[0] != files[1]
    design = design_of(streamed(1), registry())
    assert files[1] == weights_for(design, streamed(2), registry()).file


def test_latency_and_interval_are_those_of_weights_in_rom() -> None:
    designs = [design_of(graph, registry()) for graph in (checkpoint(1), streamed(1))]
    assert timing_of(designs[0]) == timing_of(designs[1])


def test_beats_come_in_the_order_of_the_instances_low_bits_first() -> None:
    words = np.array([[0x11, 0x22, 0x33, 0x44, 0x55], [0x66, 0x77, 0x88, 0x99, 0xAA]], np.uint8)
    memories = [Memory("one", 40, words), Memory("two", 8, np.array([[0xBB]], np.uint8))]
    assert load_words(memories).tolist() == [0x44332211, 0x55, 0x99887766, 0xAA, 0xBB]
    loading = loading_of(design_of(streamed(1), registry()))
    # fc0: 2 beats, 3 groups of 3 * 2 weights of 4 bits; its biases of 2 * 11 bits. fc1: 3 beats, 3
    # groups of 2 * 1 weights; its biases.
    assert loading.stream.beats == 6 * 1 + 3 * 1 + 9 * 1 + 3 * 1
    assert loading.file == loading.codes.astype("<u4").tobytes()


def test_a_beat_too_many_is_not_taken(tmp_path: Path) -> None:
    emitted = emit(tmp_path / "design", streamed(1), registry())
    design, loading = emitted.design, loading_of(emitted.design)
    stream = replace(loading.stream, row=loading.stream.row + 1)
    longer = replace(loading, stream=stream, codes=np.append(loading.codes, 7).reshape(1, 1, -1))
    beats = loading.stream.beats
    message = rf"the design must go on .*; input 'weights' {beats} of {beats + 1} beats"
    with pytest.raises(MismatchError, match=message):
        simulate(
            emitted.folder,
            design.inputs,
            design.outputs,
            tuple(codes().values()),
            simulator=needed("icarus"),
            patience=1000,
            loading=longer,
        )


def test_the_manifest_says_what_is_loaded(tmp_path: Path) -> None:
    emit(tmp_path / "design", streamed(1), registry())
    facts = json.loads((tmp_path / "design" / "manifest.json").read_text())
    assert (facts["weights"]["name"], facts["weights"]["bits"]) == ("weights", 32)
    assert [item["name"] for item in facts["inputs"]] == ["x"]
    layer = next(item for item in facts["modules"] if item["instance"] == "u_fc0")
    assert layer["loaded"] == [
        {"name": "weights", "width": 24, "depth": 6},
        {"name": "biases", "width": 22, "depth": 3},
    ]
    assert [item["storage"] for item in layer["node"]["inputs"]] == [
        "none: a stream of data, valid, ready",
        *["on the chip, from weights"] * 2,
    ]


def test_an_input_called_weights_gets_another_name() -> None:
    graph = streamed(1)
    nodes = [
        replace(node, inputs=tuple("weights" if name == "x" else name for name in node.inputs))
        for node in graph.nodes
    ]
    named = replace(graph, inputs=(Input("weights", graph.type_of("x")),)).with_nodes(nodes)
    assert [stream.name for stream in design_of(named, registry()).inputs] == ["weights_2"]


@pytest.mark.parametrize(
    ("graph", "told"),
    [
        (streamed(2, outputs=2), "Groups of 'fc1' is 2, not 3"),
        (
            streamed(2).replace_node(replace(streamed(2).node("narrow"), lanes=Lanes(1, 1))),
            "its modules or their connections are others",
        ),
        (streamed(2, rounding="floor"), "Rounding of 'narrow' is 1, not 0"),
    ],
    ids=["a shape", "lanes", "a rounding"],
)
def test_a_checkpoint_of_other_hardware_is_refused(graph: Graph, told: str) -> None:
    design = design_of(streamed(1), registry())
    message = (
        f"a checkpoint must have the hardware of design 'top', and {told}; quantize it to the"
        " same formats and scales, and give graph 'net' the same lanes"
    )
    with pytest.raises(GraphError, match=message):
        weights_for(design, graph, registry())


def test_a_design_with_weights_in_rom_takes_no_others() -> None:
    design = design_of(checkpoint(1), registry())
    message = (
        "design 'top' must take weights from a stream to be given those of graph 'net', and one of"
        " them does not; run the pass StreamWeights on both"
    )
    with pytest.raises(GraphError, match=message):
        weights_for(design, checkpoint(2), registry())


def test_the_verb_emits_and_proves_it(tmp_path: Path) -> None:
    made = api.emit(tmp_path / "design", mlp((6, 4, 3), 4), interval=12, weights="stream")
    assert "weights_data_i" in (tmp_path / "design" / "top.sv").read_text()
    found = api.simulate(made, samples=20, simulator=needed("icarus"))
    assert (found.proof.values, found.proof.mismatches) == (60, 0)
    with pytest.raises(ConfigError, match="must lie in 'rom' or come from a 'stream', not 'flash'"):
        api.emit(tmp_path / "other", mlp((6, 4, 3), 4), weights="flash")
