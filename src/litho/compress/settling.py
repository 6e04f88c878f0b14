"""Brings what depends on learned scales up to date before a model is evaluated."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from litho.compress import grids
from litho.compress.quantizer import Quantizer
from litho.errors import ConfigError

__all__ = ["call", "evaluating", "settle", "settle_by_itself"]


def settle(model: nn.Module, batch: Any) -> None:
    """Put the sums and biases of a quantized model on the grids of its scales as they are now.

    `batch` is one input of the model, as in `quantize`. Learned scales are rounded to dyadic
    numbers for eval, and with them every grid that follows from them. The first call of the
    whole model in eval mode after a step of training does this by itself.
    """
    _settle(model, lambda: call(model, batch))


def settle_by_itself(model: nn.Module) -> None:
    """Let the first call in eval mode after training settle `model`."""
    if _settle_first not in model._forward_pre_hooks.values():
        model.register_forward_pre_hook(_settle_first, with_kwargs=True, prepend=True)


def _settle_first(model: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    if model.training or grids.active() or torch.compiler.is_compiling():
        return
    moved = [found.find_moved() for found in _learning(model)]
    if any(moved):
        _settle(model, lambda: model(*args, **kwargs))


def _learning(model: nn.Module) -> Iterator[Quantizer]:
    for module in model.modules():
        if isinstance(module, Quantizer) and module.log_step is not None and module.is_calibrated:
            yield module


def _settle(model: nn.Module, run: Callable[[], Any]) -> None:
    with evaluating(model), torch.inference_mode(False), torch.no_grad():
        for module in model.modules():
            if isinstance(module, Quantizer) and module.is_calibrated:
                module.take_learned()
                module.forget_sums()
        with grids.tracing():
            run()


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
    """Put `model` into eval mode inside, and each module back into its own mode."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode
