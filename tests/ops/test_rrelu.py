"""The register of `rrelu` against a sequence worked out by hand, and its state over samples."""

from dataclasses import replace

import numpy as np
import pytest
from lowering_context import Context

from litho.emit import design_of
from litho.errors import GraphError
from litho.formats import Fixed
from litho.hw import find_device
from litho.ir import (
    AtenCall,
    Graph,
    Input,
    Lanes,
    Node,
    TensorType,
    check,
    interpret,
    interpret_from,
)
from litho.ops import registry
from litho.ops.leaky_relu.reference import LeakyReluParams
from litho.ops.rrelu.lower import lower, lower_random
from litho.ops.rrelu.reference import (
    RreluParams,
    alpha_of,
    alphas,
    evaluate,
    nearest_alpha,
    next_state,
)
from litho.passes.choose_lanes import ChooseLanes

# From 00000001 on; the bit that comes in is the parity of bits 7, 5, 4 and 3.
STATES = (
    0b00000001,  # 0 0 0 0 -> 0
    0b00000010,  # 0 0 0 0 -> 0
    0b00000100,  # 0 0 0 0 -> 0
    0b00001000,  # 0 0 0 1 -> 1
    0b00010001,  # 0 0 1 0 -> 1
    0b00100011,  # 0 1 0 0 -> 1
    0b01000111,  # 0 0 0 0 -> 0
    0b10001110,  # 1 0 0 1 -> 0
    0b00011100,  # 0 0 1 1 -> 0
    0b00111000,  # 0 1 1 1 -> 1
    0b01110001,  # 0 1 1 0 -> 0
    0b11100010,  # 1 1 0 0 -> 0
    0b11000100,
)
# 8 + floor(low four bits · 13 / 16), the bits 1 2 4 8 1 3 7 14 12 8 1 2 4.
SLOPES = (8, 9, 11, 14, 8, 10, 13, 19, 17, 14, 8, 9, 11)


def test_the_states_are_those_worked_out_by_hand() -> None:
    found = [1]
    for _ in STATES[1:]:
        found.append(next_state(RreluParams(), found[-1]))
    assert found == list(STATES)


def test_the_slopes_are_those_worked_out_by_hand() -> None:
    assert [alpha_of(RreluParams(), state) for state in STATES] == list(SLOPES)
    assert alphas(RreluParams(), 1, len(SLOPES))[0].tolist() == list(SLOPES)


def test_the_codes_are_those_worked_out_by_hand() -> None:
    kind = TensorType((5,), Fixed(8, 3))
    codes = np.array([[-8, -1, 6, -128, -8], [-8, -1, 6, -128, -8]])
    # Four lanes: slopes 8, 9 (a code of its own beat), then 11, 14.
    expected = [[-1, -1, 6, -16, -2], [-2, -1, 6, -22, -2]]
    assert evaluate(RreluParams(4), (kind,), (codes,)).tolist() == expected


def test_all_states_but_zero_follow_each_other() -> None:
    state, seen = 1, set()
    while state not in seen:
        seen.add(state)
        state = next_state(RreluParams(), state)
    assert seen == set(range(1, 256))
    assert alphas(RreluParams(), 1, 255)[1] == 1


def test_slopes_lie_between_an_eighth_and_five_sixteenths() -> None:
    found = alphas(RreluParams(), 1, 255)[0]
    assert sorted(set(found.tolist())) == list(range(8, 21))
    assert (nearest_alpha(1 / 8), nearest_alpha(1 / 3)) == (8, 21)
    assert round(found.mean() / 64, 4) == 0.2132


def test_the_state_runs_on_over_samples() -> None:
    graph, codes = example(RreluParams(2)), drawn(20)
    whole = interpret(graph, {"x": codes}, registry())["y"]
    states: dict[str, int] = {}
    parts = []
    for part in np.split(codes, [3, 4, 11]):
        found, states = interpret_from(graph, {"x": part}, registry(), states)
        parts.append(found["y"])
    assert np.concatenate(parts).tolist() == whole.tolist()
    assert states == {"y": alphas(RreluParams(2), 1, 20 * 2 * 3)[1]}


def test_values_depend_on_the_lanes() -> None:
    codes = drawn(20)
    found = [interpret(example(RreluParams(k)), {"x": codes}, registry())["y"] for k in (1, 2, 4)]
    assert len({array.tobytes() for array in found}) == 3


@pytest.mark.parametrize("interval", [1, 2, 5, 12])
def test_no_choice_of_lanes_changes_its_own(interval: int) -> None:
    graph = example(RreluParams(3))
    found = ChooseLanes(interval=max(interval, 4))(graph, registry())
    assert found.node("y").lanes == Lanes(3, 3)
    found = ChooseLanes(device=find_device("ecp5-25k"))(graph, registry())
    assert found.node("y").lanes == Lanes(3, 3)
    assert design_of(found, registry()).instances


def test_a_node_with_other_lanes_breaks_a_rule() -> None:
    graph = example(RreluParams(3))
    wrong = graph.replace_node(replace(graph.node("y"), lanes=Lanes(5, 5)))
    text = r"lanes of %y .* must be 3 in and 3 out, on which its values depend, not 5 and 5"
    with pytest.raises(GraphError, match=text):
        check(wrong, registry())


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"lanes": 0}, "lanes of rrelu must be 1 or more, not 0"),
        ({"lower": 9, "upper": 8}, "must be 0 <= lower <= upper <= 64 .*, not 9 to 8"),
        ({"polynomial": 0x71}, r"must be of degree 8 .*, not 0x71"),
        ({"polynomial": 0x170}, r"with a constant term .*, not 0x170"),
        ({"seed": 0}, "seed of rrelu must be 1 to 255, not 0: a register of zeros stays so"),
    ],
)
def test_parameters_that_draw_nothing_are_refused(values: dict[str, int], text: str) -> None:
    with pytest.raises(GraphError, match=text):
        RreluParams(**values)


def example(params: RreluParams) -> Graph:
    kind = TensorType((2, 5), Fixed(8, 3))
    node = Node("y", "rrelu", ("x",), params, kind)

    return Graph("example", (Input("x", kind),), (), (node,), ("y",))


def drawn(samples: int) -> np.ndarray:
    generator = np.random.default_rng(0)
    return generator.integers(-128, 128, (samples, 2, 5), dtype=np.int64)


def test_pytorchs_call_in_eval_is_a_leaky_rectifier_of_the_mean_slope() -> None:
    context = Context({"x": TensorType((3,), Fixed(8, 4))})
    lower(context, AtenCall((("lower", 8 / 64), ("upper", 21 / 64))), ("x",))
    (node,) = context.nodes
    assert (node.op, node.params) == ("leaky_relu", LeakyReluParams(29, 7))


def test_pytorchs_call_in_training_draws_slopes_on_one_lane() -> None:
    context = Context({"x": TensorType((3,), Fixed(8, 4))})
    lower(context, AtenCall((("training", True),)), ("x",))
    (node,) = context.nodes
    assert (node.op, node.params) == ("rrelu", RreluParams(1, 8, 21))


@pytest.mark.parametrize("call", [AtenCall(), AtenCall((("training", True),))])
def test_an_unsigned_input_stays_as_it_is(call: AtenCall) -> None:
    bounds = (("lower", 0.25), ("upper", 0.25), *call.arguments)
    context = Context({"x": TensorType((3,), Fixed(8, 4, False))})
    assert lower(context, AtenCall(bounds), ("x",)) == "x"
    assert context.nodes == []


def test_a_random_call_that_does_not_know_its_grid_is_refused() -> None:
    context = Context({"x": TensorType((3,), Fixed(8, 4))})
    with pytest.raises(GraphError, match=r"rrelu must know the grid of its input, %x \(fixed8f4"):
        lower_random(context, AtenCall((("multipliers", None), ("shifts", None))), ("x",))
