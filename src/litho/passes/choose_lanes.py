"""Chooses how many codes each node takes and gives in a cycle."""

import math
from dataclasses import dataclass, replace

from litho.errors import ConfigError
from litho.hw import DEVICES, Device, Resources, find_family
from litho.ir import Graph, Registry
from litho.passes._balancing import balanced_interval
from litho.passes._folding import Folding, Model
from litho.passes.utilization import array_sizes

__all__ = ["ChooseLanes"]

# Whose chip to think of when only an interval is asked for.
_USUAL = "xc7a100t"
_WEIGHTS = (1.0, 1.0, 1.0, 1.0)
_COUNTS = ("luts", "ffs", "dsps", "bram_bits")
_TRIES = 4


@dataclass(frozen=True, slots=True)
class ChooseLanes:
    """Give every node lanes, so that none is faster than the slowest has to be.

    - `interval`: the cheapest lanes with which a tensor enters every so many cycles.
    - `device`: without an interval, the fastest that fit `share` of it; with one, what they must
      fit, and whose resources count.
    - `within`: the part of `interval` that may be undercut to use multipliers better. Whole lanes
      rarely fit the interval of every node; a little below it they may, and fewer idle.

    Raises `ConfigError`, saying what is possible, when no lanes do.
    """

    interval: int | None = None
    device: Device | None = None
    share: float = 0.8
    within: float = 0.0

    def __call__(self, graph: Graph, registry: Registry) -> Graph:
        """Give the graph with lanes."""
        self._check()
        device = self.device or DEVICES[_USUAL]
        model = Model(graph, registry, device, find_family(device.family))
        if not model.units:
            return graph
        found = self._least(model) if self.interval else self._fastest(model)
        lanes = {
            node.name: lanes
            for unit, lanes in zip(model.units, found.lanes, strict=True)
            for node in unit.nodes
        }
        return graph.with_nodes(replace(node, lanes=lanes[node.name]) for node in graph.nodes)

    def _check(self) -> None:
        if self.interval is None and self.device is None:
            raise ConfigError("ChooseLanes must be given an interval or a device, not neither")
        if self.interval is not None and self.interval < 1:
            raise ConfigError(f"interval must be 1 cycle or more, not {self.interval}")
        if not 0 < self.share <= 1:
            raise ConfigError(f"share must be above 0 and at most 1, not {self.share}")
        if not 0 <= self.within < 1:
            raise ConfigError(f"within must be at least 0 and below 1, not {self.within}")
        if self.within and self.interval is None:
            raise ConfigError("within must be given with the interval that it is a part of")

    def _least(self, model: Model) -> Folding:
        """Give the cheapest lanes within the interval."""
        assert self.interval is not None
        fastest = model.folding(model.widest())
        if self.interval < fastest.interval:
            raise ConfigError(
                f"interval must be at least {fastest.interval} cycles, which the graph takes with"
                f" all codes of a row in one cycle, not {self.interval}"
            )
        found = self._fitting(model, self._balanced(model, fastest.interval))
        found = found or self._fitting(model, self.interval)
        if found is None:
            best = self._fastest(model)
            raise ConfigError(
                f"an interval of {self.interval} cycles must fit {self._budget_text()}, and does"
                f" not; the best that does is {best.interval} cycles"
            )
        return found

    def _balanced(self, model: Model, fastest: int) -> int:
        """Give the interval that uses multipliers best of those that `within` allows."""
        assert self.interval is not None
        sizes = array_sizes(model.graph).values()
        if not self.within or not sizes:
            return self.interval
        least = max(fastest, math.ceil(self.interval * (1 - self.within)))
        return balanced_interval(sizes, least, self.interval)

    def _fastest(self, model: Model) -> Folding:
        """Give the lanes with the least interval that fit the device."""
        fastest = model.folding(model.widest())
        low = fastest.interval - 1  # does not fit, or is not possible
        high = max(model.best(1 << 60, _WEIGHTS).interval, fastest.interval)
        best = self._fitting(model, high)
        if best is None:
            least = model.best(high, _WEIGHTS).resources
            raise ConfigError(
                f"the graph must fit {self._budget_text()}, and takes {_text(least)} with the"
                " fewest lanes; give it a larger device, a greater share or narrower formats"
            )
        while high - low > 1:
            middle = (low + high) // 2
            found = self._fitting(model, middle)
            if found:
                best, high = found, min(middle, found.interval)
            else:
                low = middle
        return best

    def _fitting(self, model: Model, interval: int) -> Folding | None:
        """Give the cheapest lanes within `interval` that fit the device, if any do.

        What there is too much of is weighed more and more.
        """
        weights: tuple[float, ...] = _WEIGHTS
        for _ in range(_TRIES):
            found = model.best(interval, weights)
            if found.interval > interval:
                found = model.folding(model.widest())
            if self.device is None or found.resources.fits(self._budget()):
                return found
            weights = tuple(
                weight
                * (1 if getattr(found.resources, name) <= getattr(self._budget(), name) else 8)
                for name, weight in zip(_COUNTS, weights, strict=True)
            )
        return None

    def _budget(self) -> Resources:
        assert self.device is not None
        return Resources(
            *(int(self.share * getattr(self.device.capacity, name)) for name in _COUNTS)
        )

    def _budget_text(self) -> str:
        assert self.device is not None
        return f"{self.share:g} of {self.device.name} ({_text(self._budget())})"


def _text(resources: Resources) -> str:
    return ", ".join(f"{getattr(resources, name)} {name}" for name in _COUNTS)
