"""Inputs as they are spelled."""

import pytest
import torch

from litho.errors import ConfigError
from litho.frontend import example_of


@pytest.mark.parametrize(
    ("spelling", "shape", "kind"),
    [
        ("1,64", (1, 64), torch.float32),
        ("3:int8", (3,), torch.int8),
        ("input_ids=1,128", (1, 128), torch.int64),
        ("ids=4", (4,), torch.int64),
        ("token_type_ids=1,8", (1, 8), torch.int64),
        ("attention_mask=1,128", (1, 128), torch.int64),
        ("labels=1", (1,), torch.int64),
        ("labels=1,2:float32", (1, 2), torch.float32),
        ("pixel_values=1,3,32,32", (1, 3, 32, 32), torch.float32),
    ],
)
def test_shape_and_number_type_are_read(
    spelling: str, shape: tuple[int, ...], kind: torch.dtype
) -> None:
    found = example_of([spelling])
    (value,) = found.values() if isinstance(found, dict) else found
    assert (tuple(value.shape), value.dtype) == (shape, kind)
    assert value.unique().tolist() == [1 if "mask" in spelling else 0]


def test_names_are_kept_in_order() -> None:
    assert list(example_of(["b=1", "a=1"])) == ["b", "a"]


@pytest.mark.parametrize(
    ("spellings", "message"),
    [
        (["a=1", "1,2"], "either all inputs must have names or none, not only a"),
        (["a=1", "a=2"], "an input must be given once, not again in a, a"),
        (["a=1:x:y"], "an input must be spelled SHAPE or NAME=SHAPE, with :TYPE where it"),
        (["a=1:int7"], "the number type of an input must be one of float64, float32"),
        (["a="], "a shape must be whole numbers above 0"),
        (["a=0,1"], "a shape must be whole numbers above 0"),
    ],
)
def test_what_is_no_input_is_refused(spellings: list[str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        example_of(spellings)
