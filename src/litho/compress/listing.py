"""Lists the layers of a model: how each is coded and pruned, and the bits that this takes."""

from collections import defaultdict
from dataclasses import dataclass

from torch import nn
from torch.nn.utils.parametrize import type_before_parametrizations

from litho.compress.counting import ParameterBits, bits_of_parameters
from litho.compress.prune import Pruned, pruned
from litho.formats import Format, GroupedFormat

__all__ = ["LayerRow", "layers"]


@dataclass(frozen=True, slots=True)
class LayerRow:
    """One layer of a model as it stands.

    - `path`, `type`: its module, and the class of that.
    - `parameters`: values of its own, the bias included.
    - `format`: that of its weight, the number type when it is not quantized; None for a layer
      without a weight.
    - `bits`: bits of one weight when all are stored, with its part of the groups' scales; the mean
      over the parameters for a layer without a weight.
    - `mask`: shape, score, asked and achieved sparsity, and how many units stay; None without one.
    - `saved_bits`: how much fewer bits a weight takes when the codes that the mask drops are not
      stored; scales of groups stay.
    - `mask_bits`: what the mask then takes for a weight, one bit a unit.
    """

    path: str
    type: str
    parameters: int
    format: Format | None
    bits: float
    mask: Pruned | None = None
    saved_bits: float = 0.0
    mask_bits: float = 0.0


def layers(model: nn.Module) -> tuple[LayerRow, ...]:
    """Give a row for each layer with parameters, in the model's order; shared ones count once."""
    coded: dict[str, list[ParameterBits]] = defaultdict(list)
    for item in bits_of_parameters(model):
        coded[item.path].append(item)
    masked = {item.path: item for item in pruned(model)}
    return tuple(
        _row(path, model.get_submodule(path), items, masked.get(path))
        for path, items in coded.items()
    )


def _row(path: str, module: nn.Module, items: list[ParameterBits], mask: Pruned | None) -> LayerRow:
    name, total = type_before_parametrizations(module).__name__, sum(item.values for item in items)
    weights = next((item for item in items if item.part == "weights"), None)
    if weights is None:
        mean = sum(item.bits * item.values for item in items) / max(total, 1)
        return LayerRow(path, name, total, None, mean)
    if mask is None:
        return LayerRow(path, name, total, weights.format, weights.bits)
    form = weights.format
    code = form.element.bits if isinstance(form, GroupedFormat) else form.bits
    saved, told = code * mask.achieved, mask.units / max(weights.values, 1)
    return LayerRow(path, name, total, form, weights.bits, mask, saved, told)
