"""What cannot be captured, in its own words."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from litho.errors import GraphError, UnsupportedError
from litho.frontend.capture import _Builder
from litho.frontend.types import value_type


def test_a_result_that_is_neither_tensor_nor_number_is_refused() -> None:
    message = "sizes must give tensors of static shape, not str abc; take what depends on data out"
    with pytest.raises(UnsupportedError, match=message):
        value_type("abc", "sizes")


def test_a_constant_that_the_program_does_not_hold_is_named() -> None:
    program = cast(Any, SimpleNamespace(state_dict={}, constants={}))
    with pytest.raises(GraphError, match=r"fc1\.weight must be a tensor that the exported program"):
        _Builder(program, "net")._tensor("fc1.weight")
