"""What simulation refuses, in its own words."""

from pathlib import Path

import numpy as np
import pytest

from litho.errors import ConfigError, MismatchError, ToolError
from litho.rtl import Stream
from litho.sim import Simulation, Stalls, measured
from litho.sim.simulate import _cycles


def test_an_interval_is_a_whole_number_of_cycles() -> None:
    times = np.cumsum([0, *([3, 4] * 8)])
    found = Simulation((), (), 60, (), (times,), 0.0, 0.0, "verilator 5.48.0")
    message = "tensors must come at a whole number of cycles on average, not 7/2"
    with pytest.raises(MismatchError, match=message):
        measured(found, (Stream("y", 8, 1, 1),))


def test_the_seed_of_stalls_is_a_natural_number() -> None:
    with pytest.raises(ConfigError, match="the seed of stalls must be 0 or more, not -1"):
        Stalls(-1)


@pytest.mark.parametrize("left", [None, "", "nonsense"])
def test_a_simulator_that_ends_in_silence_has_failed(tmp_path: Path, left: str | None) -> None:
    if left is not None:
        (tmp_path / "result").write_text(left)
    message = "the simulator must tell how it ended, and did not: it printed nothing; to repeat"
    with pytest.raises(ToolError, match=message):
        _cycles(tmp_path, "run it")
