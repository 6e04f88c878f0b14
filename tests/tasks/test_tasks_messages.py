"""What tasks refuse, in their own words."""

import sys

import pytest
from torch import nn

from litho.errors import ConfigError, DataError
from litho.tasks import check_model, find


def test_the_digits_ask_for_their_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    message = (
        "task 'digits' must have scikit-learn's data set, which is not installed;"
        r' pip install "litho\[tasks\]"'
    )
    with pytest.raises(DataError, match=message):
        find("digits").load(0)


def test_a_model_gives_a_number_a_class() -> None:
    message = r"model Linear must give \[1, 10\] for one sample of task 'digits', not \[1, 3\]"
    with pytest.raises(ConfigError, match=message):
        check_model(nn.Linear(64, 3), find("digits").load(0))
