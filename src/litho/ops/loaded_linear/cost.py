"""Resources of `loaded_linear`."""

from dataclasses import replace

from litho.hw import Band, Family, Resources
from litho.ops.linear.cost import Shape, core_resources
from litho.rtl.mem.loaded_ram import LoadedRam

__all__ = ["BAND", "resources"]

BAND = Band(1.5, 60)


def resources(shape: Shape, family: Family) -> Resources:
    """Give the sum over the product and the memories that are loaded.

    Where multipliers have registers, about half of those of the weights lie in them.
    """
    weights = LoadedRam(shape.word_bits, shape.words).resources(family)
    if shape.dot.is_packed(family):
        weights = replace(weights, ffs=weights.ffs // 2)
    found = core_resources(shape, family) + weights
    if shape.bias_bits:
        found += LoadedRam(shape.bias_bits * shape.out_lanes, shape.groups).resources(family)
    return found
