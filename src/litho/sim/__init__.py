"""A design and vectors → outputs, cycles, verdict."""

from litho.sim.measure import measure, measured
from litho.sim.records import Simulation, Stalls, Wave
from litho.sim.simulate import simulate
from litho.sim.toggles import Toggles, count_toggles
from litho.sim.verdict import Verdict, compare

__all__ = [
    "Simulation",
    "Stalls",
    "Toggles",
    "Verdict",
    "Wave",
    "compare",
    "count_toggles",
    "measure",
    "measured",
    "simulate",
]
