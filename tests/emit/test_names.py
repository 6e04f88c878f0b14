"""Names of values become names that every tool spells alike."""

import pytest

from litho.emit.names import Names, check_top
from litho.errors import GraphError


@pytest.mark.parametrize(
    ("hint", "name"),
    [
        ("fc1.linear", "fc1_linear"),
        ("a__b", "a_b"),
        ("a._b", "a_b"),
        ("_private_", "private"),
        ("3.linear", "v_3_linear_x"),
        ("clk", "v_clk_x"),
        ("x_held", "v_x_held_x"),
        ("…", "value"),
    ],
)
def test_a_name_has_no_two_underscores_in_a_row(hint: str, name: str) -> None:
    assert Names().make(hint) == name


def test_names_are_given_once() -> None:
    names = Names()
    assert [names.make(hint) for hint in ("a.b", "a_b", "a__b")] == ["a_b", "a_b_2", "a_b_3"]


@pytest.mark.parametrize("name", ["always_ff", "module", "table"])
def test_a_design_is_not_called_like_a_keyword(name: str) -> None:
    message = f"of a design must not be a keyword of SystemVerilog, and '{name}' is one; choose"
    with pytest.raises(GraphError, match=message):
        check_top(name)
