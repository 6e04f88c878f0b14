"""A design and vectors → outputs, cycles, verdict."""

from litho.sim.records import Simulation, Stalls
from litho.sim.simulate import simulate

__all__ = ["Simulation", "Stalls", "simulate"]
