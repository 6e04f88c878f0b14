"""A design and vectors → outputs, cycles, verdict."""

from litho.sim.measure import measure, measured, measured_within
from litho.sim.records import Request, Simulation, Stalls, Wave
from litho.sim.simulate import simulate, simulate_all
from litho.sim.toggles import Toggles, count_toggles
from litho.sim.verdict import Verdict, compare

__all__ = [
    "Request",
    "Simulation",
    "Stalls",
    "Toggles",
    "Verdict",
    "Wave",
    "compare",
    "count_toggles",
    "measure",
    "measured",
    "measured_within",
    "simulate",
    "simulate_all",
]
