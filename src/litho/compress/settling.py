"""Brings what depends on learned scales up to date before a model is evaluated."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.utils._pytree import tree_leaves

from litho.compress import grids
from litho.compress.grid_rules import RULES
from litho.compress.integer_modules import has_codes
from litho.compress.layer import original_of, quantizers_of
from litho.compress.parameter import WeightQuantizer
from litho.compress.quantizer import Quantizer
from litho.errors import ConfigError
from litho.tasks import RandomLeakyReLU

__all__ = ["SUMS", "call", "check_sums", "evaluating", "follow_anew", "settle", "settle_by_itself"]

SUMS = ("exact", "wide", "float")


def check_sums(sums: str) -> None:
    """Raise `ConfigError` unless `sums` is a way to compute sums."""
    if sums not in SUMS:
        raise ConfigError(f"sums must be one of {', '.join(SUMS)}, not {sums!r}")


def settle(model: nn.Module, batch: Any, *, sums: str = "exact") -> None:
    """Put the sums and biases of a quantized model on the grids of its scales as they are now.

    `batch` is one input of the model, and `sums` what it is in `quantize`. Learned scales are
    rounded to dyadic numbers for eval, and with them every grid that follows from them. The first
    call of the whole model in eval mode after a step of training does this by itself.
    A model without learned scales stays as it is.
    Raises `ConfigError` for another word in `sums`.
    """
    check_sums(sums)
    if any(True for _ in _learning(model)):
        _settle(model, lambda: call(model, batch), sums)


def settle_by_itself(model: nn.Module, sums: str) -> None:
    """Let the first call in eval mode after training settle `model`."""
    for key, hook in list(model._forward_pre_hooks.items()):
        if isinstance(hook, _SettleFirst):
            del model._forward_pre_hooks[key]
    model.register_forward_pre_hook(_SettleFirst(sums), with_kwargs=True, prepend=True)


class _SettleFirst:
    """A hook before the call of a whole model, which settles it when training moved a scale."""

    def __init__(self, sums: str) -> None:
        self._sums = sums

    def __call__(self, model: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if model.training or grids.active() or torch.compiler.is_compiling():
            return
        moved = [found.find_moved() for found in _learning(model)]
        if any(moved):
            _settle(model, lambda: model(*args, **kwargs), self._sums)


def _learning(model: nn.Module) -> Iterator[Quantizer]:
    for module in model.modules():
        if isinstance(module, Quantizer) and module.log_step is not None and module.is_calibrated:
            yield module


def _settle(model: nn.Module, run: Callable[[], Any], sums: str) -> None:
    with evaluating(model), torch.inference_mode(False):
        calibrated = [m for m in model.modules() if isinstance(m, Quantizer) and m.is_calibrated]
        follow_anew(model, calibrated, run, sums)


def follow_anew(
    model: nn.Module, calibrated: Iterable[Quantizer], run: Callable[[], Any], sums: str
) -> None:
    """Follow the grids through `run`; what `calibrated` were told of them before is forgotten."""
    for quantizer in calibrated:
        quantizer.take_learned()
        quantizer.forget_sums()
    _follow(model, run, sums)


def _follow(model: nn.Module, run: Callable[[], Any], sums: str) -> None:
    """Follow the grids through `run`, a call of `model`, and tell them to the quantizers.

    With `float` sums there is nothing to follow: each tensor is quantized by itself.
    """
    if sums == "float":
        for module in model.modules():
            for part, quantizer in quantizers_of(module):
                quantizer.stand_alone(original_of(module, part))
        return
    handles = [
        module.register_forward_hook(_note_function)
        for module in model.modules()
        if has_codes(module)
    ]
    try:
        with torch.no_grad(), grids.tracing(RULES, sums == "exact") as found:
            result = run()
        for leaf in tree_leaves(result):
            found.read(found.of(leaf))
        for module in model.modules():
            if isinstance(module, WeightQuantizer):
                module.end_grid(not found.is_read(module))
    finally:
        for handle in handles:
            handle.remove()


def _note_function(module: nn.Module, args: tuple[Any, ...], output: Any) -> None:
    del module, args
    found = grids.active()
    if found:
        found.note_module(output)


def call(model: nn.Module, batch: Any) -> Any:
    """Call `model` with a batch: a tensor, a tuple of arguments or a mapping of them."""
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
def evaluating(model: nn.Module) -> Iterator[None]:
    """Put `model` into eval mode inside, and each module back into its own mode and state."""
    modes = [(module, module.training) for module in model.modules()]
    states = [(m, m.state) for m in model.modules() if isinstance(m, RandomLeakyReLU)]
    model.eval()
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode
        for random, state in states:
            random.state = state
