"""Quantizes the layers of an ordinary module, in place."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Any

import torch
from torch import nn

from litho.compress import grids
from litho.compress.layer import attach, narrow, quantizers_of
from litho.compress.rules import QuantizeRule, assign
from litho.compress.slopes import follow_random, round_slopes
from litho.errors import ConfigError
from litho.formats import Fixed, Scale

__all__ = ["Quantized", "quantize", "quantized"]


@dataclass(frozen=True, slots=True)
class Quantized:
    """One tensor that is quantized: its module, which part of it, and how it is coded."""

    path: str
    part: str
    format: Fixed
    scale: Scale


def quantize(
    model: nn.Module, rules: Sequence[QuantizeRule], batches: Iterable[Any] = ()
) -> tuple[Quantized, ...]:
    """Quantize `model` in place by `rules`, calibrated on `batches`, and say what was chosen.

    A batch is the model's input: a tensor, a tuple of arguments or a mapping of them. The model
    stays an ordinary module: it trains (gradients pass straight through), saves by its state
    dict, copies and exports. Formats and scales stay as they are from here on.
    Slopes of leaky rectifiers are rounded to numbers that hardware has, in every module.
    Without batches the model waits for a calibrated state dict.
    Raises `ConfigError` for rules that match nothing or that contradict the model, `DataError`
    for values that are not finite.
    """
    chosen = assign(model, rules)
    round_slopes(model)
    for path, module in list(model.named_modules()):
        if path in chosen:
            attach(module, path, chosen[path])
            for _, quantizer in quantizers_of(module):
                quantizer.train(module.training)
        elif not any(True for _ in quantizers_of(module)):
            narrow(module)
    follow_random(model)
    kept = iter(batches)
    first = next(kept, None)
    if first is None:
        return ()
    with _in_eval(model):
        _observe(model, chain((first,), kept))
        with torch.no_grad(), grids.tracing():
            _call(model, first)
    return quantized(model)


def quantized(model: nn.Module) -> tuple[Quantized, ...]:
    """Give every calibrated tensor of a quantized model, in the model's order."""
    found = []
    for path, module in model.named_modules():
        for part, quantizer in quantizers_of(module):
            if quantizer.is_calibrated:
                found.append(Quantized(path, part, quantizer.kind, quantizer.scale))
    return tuple(found)


def _observe(model: nn.Module, batches: Iterable[Any]) -> None:
    waiting = [
        quantizer
        for module in model.modules()
        for part, quantizer in quantizers_of(module)
        if part in ("inputs", "outputs") and not quantizer.is_calibrated
    ]
    for quantizer in waiting:
        quantizer.observe()
    with torch.no_grad():
        for batch in batches:
            _call(model, batch)
    for quantizer in waiting:
        quantizer.calibrate()


def _call(model: nn.Module, batch: Any) -> Any:
    if isinstance(batch, Mapping):
        return model(**batch)
    if isinstance(batch, tuple | list):
        return model(*batch)
    if isinstance(batch, torch.Tensor):
        return model(batch)
    raise ConfigError(
        f"a batch must be a tensor, a tuple or a mapping of tensors, not {type(batch).__name__}"
    )


@contextmanager
def _in_eval(model: nn.Module) -> Iterator[None]:
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode
