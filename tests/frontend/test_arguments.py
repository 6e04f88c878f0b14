"""A call keeps the names of its operator's schema, so that a lowering cannot misspell one."""

import pytest
import torch
from torch import nn

from litho.errors import GraphError
from litho.frontend import capture


def test_the_names_that_a_call_left_out_are_kept() -> None:
    call = capture(nn.LeakyReLU(0.25).eval(), torch.zeros(1, 3)).nodes[0].params
    assert [name for name, _ in call.arguments] == ["self", "negative_slope"]
    assert call.left_out == ()
    added = capture(Twice(), torch.zeros(1, 3)).nodes[0].params
    assert (added.left_out, added.get("alpha", 1)) == (("alpha",), 1)
    with pytest.raises(GraphError, match="not 'alfa'; did you mean 'alpha'"):
        added.get("alfa", 1)


class Twice(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + x
