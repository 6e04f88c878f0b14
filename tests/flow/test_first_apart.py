"""Where the integers leave the fake-quantized network, the run names the module."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from litho import ops
from litho.errors import MismatchError
from litho.flow import load_config, run

RECORD = """
from litho.ir import Lowering, Op
from litho.ops.relu import OP as RELU
from litho.ops.relu.reference import ReluParams, evaluate, infer_type


def lower(context, call, inputs):
    return context.add("users_floor", inputs, ReluParams())


def wrong(params, types, inputs):
    return evaluate(params, types, inputs) + (inputs[0] % 2)


LOWERINGS = (Lowering(("aten.clamp_min.default",), lower),)
OP = Op("users_floor", ReluParams, infer_type, wrong, LOWERINGS, RELU.blocks)
"""

NETWORK = """
import torch
from torch import nn


class Floor(nn.Module):
    def forward(self, x):
        return torch.clamp_min(x, 0.0)


def network():
    torch.manual_seed(1)
    model = nn.Sequential()
    for name, module in (("fc", nn.Linear(4, 8)), ("act", Floor()), ("last", nn.Linear(8, 2))):
        model.add_module(name, module)
    return model
"""

CONFIG = """
ops = ["users_floor"]

[stimuli]
format = "fixed8f3"
shape = [4]
random = 20

[model]
name = "users_network.py:network"

[[quantize]]
match = ["fc", "last"]
weights = "fixed8f3"
inputs = "fixed8f3"
outputs = "fixed8f3"

[[quantize]]
match = "act"
outputs = "fixed8f3"

[hardware]
device = "ecp5-25k"
"""


@pytest.fixture(autouse=True)
def forgetful(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Leave no module and no registry behind."""
    monkeypatch.delenv(ops.VARIABLE, raising=False)
    monkeypatch.setenv("LITHO_CACHE", str(tmp_path / "cache"))
    yield
    sys.modules.pop("users_floor", None)
    ops._registry.cache_clear()


def test_the_first_module_whose_integers_differ_is_named(tmp_path: Path) -> None:
    (tmp_path / "users_floor").mkdir()
    (tmp_path / "users_floor" / "__init__.py").write_text(RECORD)
    (tmp_path / "users_network.py").write_text(NETWORK)
    (tmp_path / "c.toml").write_text(CONFIG)
    message = (
        r"^the fake-quantized network must equal the integer graph in every output, and \d+ of 40"
        r" differ: output \d of sample \d is \S+ in the fake-quantized network \(PyTorch\) and \S+"
        r" in the integer graph \(the reference\); the first module that differs is 'act' \(here"
        r" users_floor\): mend `evaluate` or `infer_type` of its operation, or its lowering$"
    )
    with pytest.raises(MismatchError, match=message):
        run(load_config(tmp_path / "c.toml"), tmp_path / "run")
