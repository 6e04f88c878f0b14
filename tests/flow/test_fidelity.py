"""How far values lie from the float network's: which are compared, and the numbers."""

import numpy as np
import pytest

from litho.flow.fidelity import fidelities, fidelity_of, places_of, read_fidelities, record_of
from litho.formats import Fixed
from litho.ir import Graph, Input, Node, Origin, TensorType
from litho.report import Fidelity

KIND = TensorType((1, 2), Fixed(8, 2))


def graph(*paths: str) -> Graph:
    """A chain of nodes n0, n1, … from the given module paths."""
    nodes = [
        Node(f"n{at}", "relu", (f"n{at - 1}" if at else "x",), None, KIND, origin=Origin(path))
        for at, path in enumerate(paths)
    ]
    return Graph("g", (Input("x", KIND),), (), tuple(nodes), (f"n{len(paths) - 1}",))


def test_the_last_node_of_a_module_stands_for_its_outputs() -> None:
    assert places_of(graph("fc", "fc", "act", "")) == {
        "x": ("", "inputs"),
        "n1": ("fc", "outputs"),
        "n2": ("act", "outputs"),
        "n3": ("", "outputs"),
    }


def test_a_function_amid_a_module_has_no_place() -> None:
    assert "n1" not in places_of(graph("block.fc", "block", "block.act"))


def test_quantizers_stand_for_what_they_quantize() -> None:
    found = places_of(graph("a.quantize_inputs", "a", "a.quantize_outputs", "quantize_outputs"))
    assert list(found.values())[1:] == [
        ("a", "inputs"),
        ("a", "outputs"),
        ("a", "outputs"),
        ("", "outputs"),
    ]


def test_modules_of_a_name_that_begins_alike_are_apart() -> None:
    assert places_of(graph("fc", "fc1"))["n0"] == ("fc", "outputs")


def test_the_numbers_are_those_of_the_definition() -> None:
    found = fidelity_of(np.array([[1.0, -4.0]]), np.array([[1.5, -4.0]]))
    assert found == Fidelity(signal=8.5, noise=0.125, mean=0.25, max=0.5, reach=4.0)
    assert found.text == "18.3 dB"


@pytest.mark.parametrize(
    ("values", "decoded", "text"), [(2.0, 2.0, "no error"), (0.0, 1.0, "no signal")]
)
def test_a_ratio_without_a_number_is_said_in_words(
    values: float, decoded: float, text: str
) -> None:
    assert fidelity_of(np.array([values]), np.array([decoded])).text == text


def test_codes_are_compared_as_what_they_stand_for() -> None:
    codes = {"x": np.array([[[4, 8]], [[-4, 0]]])}
    floats = {("", "inputs"): np.array([[1.0, 2.0], [-1.0, 0.5]])}
    (found,) = fidelities(graph("fc"), codes | {"n0": codes["x"]}, floats).values()
    assert found == Fidelity(signal=6.25 / 4, noise=0.0625, mean=0.125, max=0.5, reach=2.0)


def test_values_of_another_shape_are_not_compared() -> None:
    codes = {"x": np.zeros((3, 1, 2), np.int64)}
    assert not fidelities(graph("fc"), codes, {("", "inputs"): np.zeros((3, 2, 1))})


def test_a_record_reads_back_as_itself() -> None:
    found = {"n0": Fidelity(1.0, 0.0, 0.0, 0.0, 2.0)}
    assert read_fidelities(record_of(found, 5, "test set")) == found
