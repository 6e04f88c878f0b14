"""A part of a tensor keeps the axis of a scale when all of its indices lie where they did."""

import pytest
import torch

from litho.compress.parts import keeps_axis


@pytest.mark.parametrize(
    ("name", "arguments", "axis", "is_kept"),
    [
        ("select", (1, 0), -1, True),
        ("select", (1, 0), -3, False),
        ("select", (-1, 0), -1, False),
        ("narrow", (2, 0, 2), -2, False),
        ("narrow", (1, 0, 2), -1, True),
        ("getitem", ((slice(None), 0),), -1, True),
        ("getitem", ((..., 2),), -1, False),
        ("getitem", ((..., slice(0, 4)),), -1, True),
        ("getitem", ((..., slice(1, 4)),), -1, False),
        ("getitem", ((..., None),), -1, False),
        ("getitem", ((..., torch.tensor([3, 2, 1, 0])),), -1, False),
        ("getitem", (0,), -3, True),
        ("getitem", ((0, 0, 0, 0),), -1, False),
    ],
)
def test_an_axis_is_kept_when_its_indices_lie_where_they_did(name, arguments, axis, is_kept):
    # Axes of one length: a shape does not say which of them is left.
    assert keeps_axis(name, torch.zeros(4, 4, 4, 4), axis, arguments, {}) == is_kept


def test_arguments_may_be_named():
    assert keeps_axis("select", torch.zeros(2, 3), -1, (), {"dim": 0, "index": 1})
