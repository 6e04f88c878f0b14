"""An operation lowers operators that PyTorch has."""

import sys
from pathlib import Path

import pytest

from litho import ops
from litho.api import list as listed
from litho.errors import ConfigError
from litho.frontend import check_operators
from litho.ir import Lowering, Op, Registry
from litho.ops.relu.reference import ReluParams, evaluate, infer_type

RECORD = """
from litho.ir import Lowering, Op
from litho.ops.relu.reference import ReluParams, evaluate, infer_type

LOWERINGS = (Lowering(("aten.mull.Tensor",), lambda *_: ""),)
OP = Op("users_listed", ReluParams, infer_type, evaluate, LOWERINGS, {})
"""


def lowering(spelling: str) -> Registry:
    """A registry of one operation that lowers the operator."""
    lowerings = (Lowering((spelling,), lambda *_: ""),)
    return Registry({"gate": Op("gate", ReluParams, infer_type, evaluate, lowerings, {})})


def test_litho_lowers_operators_that_there_are() -> None:
    check_operators(ops.registry())


@pytest.mark.parametrize("spelling", ["mine.gate.default", "math.sqrt", "aten.relu_.default"])
def test_an_operator_may_be_one_that_a_network_makes(spelling: str) -> None:
    check_operators(lowering(spelling))


@pytest.mark.parametrize(
    ("spelling", "near"),
    [
        ("aten.mull.Tensor", "did you mean aten.mul.Tensor or "),
        ("aten.square.Tensor", "did you mean aten.square.default or aten.square.out?"),
        ("prims.zzzzzzzzzzzz.out_of_this_world", "`litho capture` shows them"),
    ],
)
def test_an_operator_that_pytorch_does_not_have_is_refused_with_near_ones(
    spelling: str, near: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        check_operators(lowering(spelling))
    told = str(caught.value)
    assert told.startswith("operation 'gate' must lower operators that PyTorch ")
    assert f" has, and it has no {spelling}; {near}" in told


def test_operations_of_the_users_own_are_listed_when_their_operators_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "users_listed"
    folder.mkdir()
    (folder / "__init__.py").write_text(RECORD)
    monkeypatch.setenv(ops.VARIABLE, str(folder))
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    with pytest.raises(ConfigError, match=r"has, and it has no aten.mull.Tensor; did you mean"):
        listed("ops")
