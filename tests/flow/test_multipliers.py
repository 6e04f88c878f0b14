"""The table of how well a design uses its multipliers."""

import numpy as np

from litho.flow.multipliers import multipliers_table
from litho.formats import Fixed
from litho.hw import Estimate, Interval
from litho.ir import Constant, Graph, Input, Lanes, Node, TensorType
from litho.ops.linear.reference import LinearParams, accumulator
from litho.ops.relu.reference import ReluParams

INT4 = Fixed(4, is_integer=True)


def linear(terms: int, columns: int, lanes: Lanes) -> Graph:
    """One row of `terms` codes times a weight of `columns` rows, without a bias."""
    taken, weight = TensorType((1, terms), INT4), TensorType((columns, terms), INT4)
    values = np.ones((columns, terms), np.int64)
    sums = accumulator(taken, weight, values)
    given = TensorType((1, columns), sums)
    node = Node("fc", "linear", ("x", "w"), LinearParams(sums), given, lanes=lanes)
    return Graph("g", (Input("x", taken),), (Constant("w", weight, values),), (node,), ("fc",))


def estimate(dsps: int) -> Estimate:
    none = Interval(0, 0, 0)
    return Estimate(none, none, Interval(dsps, dsps, dsps), none)


def test_what_an_array_does_in_an_interval_adds_up() -> None:
    # 5 terms in 3 beats of 2, 3 columns in 2 beats of 2: 6 of 8 cycles, 15 of 32 products.
    graph = linear(5, 3, Lanes(2, 2))
    found = multipliers_table(graph, 8, {"fc": estimate(4), "buffer": estimate(0)})
    assert found is not None
    assert found.headers[0] == "layer"
    assert found.rows[0] == ("fc", "4", "15", "46.9 %", "28.1 %", "25.0 %")
    assert found.rows[1][:4] == ("all arrays", "4", "15", "46.9 %")


def test_multipliers_outside_of_arrays_stand_apart() -> None:
    found = multipliers_table(
        linear(4, 2, Lanes(1, 1)), 8, {"fc": estimate(1), "norm": estimate(3)}
    )
    assert found is not None
    assert found.rows[-1][1] == "3"


def test_a_design_without_products_has_no_table() -> None:
    kind = TensorType((1, 4), INT4)
    node = Node("y", "relu", ("x",), ReluParams(), kind)
    graph = Graph("g", (Input("x", kind),), (), (node,), ("y",))
    assert multipliers_table(graph, 4, {}) is None
