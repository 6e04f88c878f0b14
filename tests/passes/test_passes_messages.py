"""What passes refuse, in their own words."""

import pytest

from litho.errors import ConfigError, UnsupportedError
from litho.formats import Fixed, Host
from litho.hw import Device, Resources
from litho.ir import AtenCall, Graph, Input, Node, Origin, TensorType
from litho.ops import registry
from litho.ops.relu.reference import ReluParams
from litho.passes import Lower
from litho.passes.choose_lanes import ChooseLanes

KIND = TensorType((64,), Fixed(8))
GRAPH = Graph(
    "g", (Input("x", KIND),), (), (Node("y", "relu", ("x",), ReluParams(), KIND),), ("y",)
)


def test_a_graph_that_no_lanes_make_fit_is_refused() -> None:
    tiny = Device("tiny", "ecp5", Resources(4, 4, 0, 0))
    message = (
        r"the graph must fit 0.8 of tiny \(3 luts, .*\), and takes .* with the fewest lanes; give"
        " it a larger device, a greater share or narrower formats"
    )
    with pytest.raises(ConfigError, match=message):
        ChooseLanes(device=tiny)(GRAPH, registry())


def test_an_operator_that_nothing_lowers_is_named_with_its_place() -> None:
    kind = TensorType((4,), Host("float32"))
    calls = (
        Node(
            "fc.sort", "aten.sort.default", ("x",), AtenCall(), kind, origin=Origin("fc", "m.py:3")
        ),
    )
    graph = Graph("g", (Input("x", kind),), (), calls, ("fc.sort",))
    message = r"aten\.sort\.default in fc .* \(%fc\.sort\) has no operation"
    with pytest.raises(UnsupportedError, match=message):
        Lower()(graph, registry())
