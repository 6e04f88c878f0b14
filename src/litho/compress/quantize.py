"""Quantizes the layers of an ordinary module, in place."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import torch
from torch import nn

from litho.compress.correction import correct, correctable
from litho.compress.layer import attach, narrow, quantizers_of
from litho.compress.quantizer import Quantizer
from litho.compress.rules import QuantizeRule, assign
from litho.compress.settling import call, check_sums, evaluating, follow_anew, settle_by_itself
from litho.compress.slopes import follow_random, round_slopes
from litho.errors import ConfigError
from litho.formats import Format, Scale

__all__ = ["Quantized", "await_state", "fit_in", "quantize", "quantized"]


@dataclass(frozen=True, slots=True)
class Quantized:
    """One tensor that is quantized: its module, which part of it, and how it is coded."""

    path: str
    part: str
    format: Format
    scale: Scale


def quantize(
    model: nn.Module,
    rules: Sequence[QuantizeRule],
    batches: Iterable[Any] = (),
    *,
    sums: str = "exact",
) -> tuple[Quantized, ...]:
    """Quantize `model` in place by `rules`, calibrated on `batches`, and say what was chosen.

    A batch is the model's input: a tensor, a tuple of arguments or a mapping of them. The model
    stays an ordinary module: it trains (gradients pass straight through), saves by its state
    dict, copies and exports. Formats stay as they are from here on, and so do scales that are
    not learned. Rules that correct biases hold all batches at once.
    Slopes of leaky rectifiers are rounded to numbers that hardware has, in every module.
    Without batches the model waits for a calibrated state dict.
    `sums` says how eval computes sums of products: `exact`, as hardware, to which sums too wide to
    be requantized are an error; `wide`, where such sums go on as floats; or `float`, where all are
    computed in the model's number type, as in training. The last two are for studies of accuracy
    that no design follows.
    Raises `ConfigError` for rules that match nothing or that contradict the model and for other
    words in `sums`, `DataError` for values that are not finite.
    """
    check_sums(sums)
    chosen = assign(model, rules)
    correcting, earlier = correctable(model, chosen), _calibrated(model)
    _attach(model, chosen)
    _prepare(model, sums)
    kept = iter(batches)
    first = next(kept, None)
    if first is None:
        return ()
    rest = list(kept) if correcting else kept
    with evaluating(model):
        _observe(model, chain((first,), rest))
        if correcting:
            correct(correcting, lambda: [call(model, batch) for batch in (first, *rest)])
        follow_anew(model, earlier, lambda: call(model, first), sums)
    return quantized(model)


def await_state(model: nn.Module, rules: Sequence[QuantizeRule], *, sums: str = "exact") -> None:
    """Put quantizers on `model` that wait for the state dict of a model with the same rules.

    Raises `ConfigError` as `quantize` does.
    """
    check_sums(sums)
    _attach(model, assign(model, rules), calibrates=False)
    _prepare(model, sums)


def fit_in(
    model: nn.Module, made: Sequence[nn.Module], batches: Iterable[Any] = (), *, sums: str = "exact"
) -> None:
    """Let layers that took the place of others work among the quantized ones of `model`.

    They are in the model already. The first batch says on which grids values travel now; a model
    whose quantizers wait for a state dict needs none, and one that is not quantized stays as it is.
    Raises `ConfigError` for a calibrated model without batches.
    """
    earlier = _calibrated(model)
    if not made or not _quantizers(model):
        return
    _prepare(model, sums)
    first = next(iter(batches), None)
    if first is not None:
        with evaluating(model):
            follow_anew(model, earlier, lambda: call(model, first), sums)
    elif earlier:
        raise ConfigError(
            "layers of a quantized model must be replaced with batches at hand, which show on which"
            " grids values travel then, not without; give `batches`"
        )


def _calibrated(model: nn.Module) -> list[Quantizer]:
    return [quantizer for quantizer in _quantizers(model) if quantizer.is_calibrated]


def _attach(model: nn.Module, chosen: Mapping[str, QuantizeRule], calibrates: bool = True) -> None:
    """Put quantizers where the rules say, on the device of the model, in the mode of the module."""
    device = next((parameter.device for parameter in model.parameters()), torch.device("cpu"))
    for path, rule in chosen.items():
        module = model.get_submodule(path)
        attach(module, path, rule, calibrates)
        for _, quantizer in quantizers_of(module):
            quantizer.to(device).train(module.training)


def _prepare(model: nn.Module, sums: str) -> None:
    """Let what is not quantized work among what is; nothing changes where that is done already."""
    round_slopes(model)
    for module in model.modules():
        if not isinstance(module, Quantizer) and not any(quantizers_of(module)):
            narrow(module)
    follow_random(model)
    if any(quantizer.learns for quantizer in _quantizers(model)):
        settle_by_itself(model, sums)


def quantized(model: nn.Module) -> tuple[Quantized, ...]:
    """Give every calibrated tensor of a quantized model, in the model's order."""
    found = []
    for path, module in model.named_modules():
        for part, quantizer in quantizers_of(module):
            if quantizer.is_calibrated:
                found.append(Quantized(path, part, quantizer.kind, quantizer.scale))
    return tuple(found)


def _quantizers(model: nn.Module) -> list[Quantizer]:
    return [quantizer for module in model.modules() for _, quantizer in quantizers_of(module)]


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
            call(model, batch)
    for quantizer in waiting:
        quantizer.calibrate()
