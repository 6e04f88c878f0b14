"""`measure`: latency and interval as they show."""

import numpy as np
import pytest

from litho.errors import ConfigError, MismatchError
from litho.hw import Timing
from litho.sim import measure, measured, measured_within, simulate

from .conftest import IN, OUT, RIGHT

CODES = np.zeros((3, 1, 4), np.int64)

# Takes a beat when a counter that wraps at PERIOD stands at zero.
_GATED = (
    RIGHT.replace(
        "in_ready_o = !valid_q || out_ready_i",
        "in_ready_o = (!valid_q || out_ready_i) && count_q == 0",
    )
    .replace(
        "if (in_ready_o && in_valid_i) data_q",
        "if (!rst_ni || count_q == PERIOD) count_q <= 0; else count_q <= count_q + 1;\n"
        "    if (in_ready_o && in_valid_i) data_q",
    )
    .replace(
        "else if (in_ready_o) valid_q <= in_valid_i;",
        "else if (!valid_q || out_ready_i) valid_q <= in_valid_i && in_ready_o;",
    )
)


def gated(period: int) -> str:
    return "  logic [7:0] count_q;\n" + _GATED.replace("PERIOD", f"8'd{period - 1}")


def test_a_register_has_latency_one_and_the_interval_of_its_row(make, simulator):
    found = measure(make(RIGHT), (IN,), (OUT,), (CODES,), simulator=simulator)
    assert found.timing == Timing(1, 4)
    assert found.simulator.startswith(simulator)


@pytest.mark.parametrize("period", [2, 5])
def test_a_slow_module_shows_its_interval(make, simulator, period):
    found = measure(make(gated(period)), (IN,), (OUT,), (CODES,), simulator=simulator)
    assert found.timing == Timing(1, 4 * period)


def test_an_interval_that_does_not_settle_is_refused(make):
    # Beats that hold a 7 may be taken in another cycle, and they come without a pattern.
    body = gated(3).replace("count_q == 0", "(count_q == 0 || (count_q == 1 && data_q == 7))")
    codes = 7 * np.random.default_rng(0).integers(0, 2, (12, 1, 4))
    with pytest.raises(MismatchError, match="must give tensors at a steady interval"):
        measure(make(body), (IN,), (OUT,), (codes,))


def test_a_module_that_skips_is_held_against_its_bound(make):
    found = simulate(make(gated(3)), (IN,), (OUT,), (CODES,))
    firsts = found.output_cycles[0][::4]
    exact = Timing(int(firsts[0]), int(firsts[1] - firsts[0]))
    assert measured_within(found, (OUT,), exact).timing == exact
    assert measured_within(found, (OUT,), Timing(99, 99)).timing == exact
    sooner = Timing(exact.latency, exact.interval - 1)
    with pytest.raises(MismatchError, match="tensor 1 of output 'out' must come by cycle"):
        measured_within(found, (OUT,), sooner)


def test_too_few_tensors_are_refused(make):
    found = simulate(make(RIGHT), (IN,), (OUT,), (CODES,))
    with pytest.raises(ConfigError, match="must see 5 tensors or more, not 3"):
        measured(found, (OUT,))
