"""Counts the bits of a model's parameters."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import torch
from torch import nn

from litho.compress.layer import original_of, parameter_quantizer
from litho.compress.parameter import BiasQuantizer
from litho.compress.quantizer import Quantizer
from litho.formats import Format, GroupedFormat, Host, parse

__all__ = ["ParameterBits", "bits_of_parameters", "bits_per_weight"]


@dataclass(frozen=True, slots=True)
class ParameterBits:
    """How one parameter is coded and what it takes.

    - `path`, `part`: its module, and `weights`, `bias` or the name of another parameter.
    - `format`: that of its codes, or its number type when it is not quantized.
    - `scale`: the rule's word, `sum` for a bias on the grid of its sum, `group` for groups' own
      scales, `none` for what is not quantized.
    - `granularity`: `tensor`, `axis`, or `group`.
    - `bits`: bits of one value, with its part of the groups' scales as they are in this shape
      (the last group of a row may be short); scales of a tensor or an axis are not counted.
    - `values`: how many it has.
    """

    path: str
    part: str
    format: Format
    scale: str
    granularity: str
    bits: float
    values: int

    @property
    def is_quantized(self) -> bool:
        """Whether it has codes."""
        return not isinstance(self.format, Host)


def bits_of_parameters(model: nn.Module) -> tuple[ParameterBits, ...]:
    """Give a row for each parameter of a model in the model's order, shared ones once.

    Learned scales are no rows: they are scales.
    """
    seen: set[int] = set()
    rows = []
    for path, module in model.named_modules():
        if isinstance(module, Quantizer) or "parametrizations" in path.split("."):
            continue
        for name, values in _parameters(module):
            if id(values) not in seen:
                seen.add(id(values))
                rows.append(_row(module, path, name, values))
    return tuple(rows)


def bits_per_weight(model: nn.Module, *, quantized_only: bool = False) -> float:
    """Give the mean bits of a parameter's value, over all values of the model.

    What is not quantized counts with the bits of its number type; `quantized_only` leaves it
    out. Gives 0 for a model without such parameters.
    """
    rows = [row for row in bits_of_parameters(model) if row.is_quantized or not quantized_only]
    return sum(row.bits * row.values for row in rows) / max(sum(row.values for row in rows), 1)


def _parameters(module: nn.Module) -> Iterator[tuple[str, torch.Tensor]]:
    lists = module._modules.get("parametrizations")
    for name in (*(lists._modules if lists is not None else ()), *module._parameters):
        values = original_of(module, name)
        values = module._parameters.get(name) if values is None else values
        if values is not None:
            yield name, values


def _row(module: nn.Module, path: str, name: str, values: torch.Tensor) -> ParameterBits:
    part = "weights" if name == "weight" else name
    quantizer = parameter_quantizer(module, name)
    if quantizer is None or quantizer.format is None:
        host = parse(_HOSTS.get(values.dtype, str(values.dtype).removeprefix("torch.")))
        bits = float(host.bits)
        return ParameterBits(path, part, host, "none", "tensor", bits, values.numel())
    form = quantizer.format
    if isinstance(form, GroupedFormat):
        bits = float(_grouped_bits(form, values))
        return ParameterBits(path, part, form, "group", "group", bits, values.numel())
    is_summed = isinstance(quantizer, BiasQuantizer)
    word = "sum" if is_summed or quantizer.wanted is None else quantizer.wanted.scale
    granularity = "tensor" if quantizer.scale.axis is None else "axis"
    return ParameterBits(path, part, form, word, granularity, float(form.bits), values.numel())


def _grouped_bits(form: GroupedFormat, values: torch.Tensor) -> Fraction:
    row = values.shape[-1]
    groups = -(-row // form.group)
    return form.element.bits + Fraction(groups * form.scale_bits, max(row, 1))


_HOSTS = {
    torch.int64: "host_int64",
    torch.int32: "host_int32",
    torch.int16: "host_int16",
    torch.int8: "host_int8",
    torch.uint8: "host_uint8",
    torch.bool: "host_bool",
}
