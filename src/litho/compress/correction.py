"""Bias correction: what quantization adds to a layer's output on average is taken off its bias."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn.modules.conv import _ConvNd

from litho.compress.layer import original_of, parameter_quantizer, passing
from litho.compress.parameter import BiasQuantizer
from litho.compress.rules import QuantizeRule
from litho.errors import ConfigError

__all__ = ["correct", "correctable"]


def correctable(model: nn.Module, chosen: Mapping[str, QuantizeRule]) -> list[nn.Module]:
    """Give the modules whose rule corrects the bias and that have one.

    Raises `ConfigError` for a rule none of whose modules has a bias.
    """
    found: list[nn.Module] = []
    asking: dict[QuantizeRule, bool] = {}
    for path, rule in chosen.items():
        if not rule.correct_bias:
            continue
        module = model.get_submodule(path)
        has_bias = isinstance(getattr(module, "bias", None), torch.Tensor)
        asking[rule] = asking.get(rule, False) or has_bias
        if has_bias:
            found.append(module)
    for rule, has_any in asking.items():
        if not has_any:
            raise ConfigError(
                f"rule {rule.match!r} must match a module with a bias to correct it, and none"
                " has one; leave `correct_bias` out"
            )
    return found


def correct(modules: list[nn.Module], run: Callable[[], Any]) -> None:
    """Shift the bias of each module by the mean error of its output while `run` runs.

    The error is what the module gives with quantized weights and inputs, less what it gives
    without, for the same input from the quantized layers before it.
    """
    errors = [_Error(module) for module in modules]
    handles = [handle for error in errors for handle in error.hooks()]
    try:
        with torch.no_grad():
            run()
    finally:
        for handle in handles:
            handle.remove()
    for error in errors:
        error.take_off()


@dataclass
class _Error:
    """The sum of one module's output errors, by entry of its bias."""

    module: nn.Module
    total: torch.Tensor | None = None
    count: int = 0
    given: tuple[Any, ...] = ()

    def hooks(self) -> Iterator[Any]:
        """Look at the module's inputs before they are quantized, at its output before it is."""
        yield self.module.register_forward_pre_hook(self._keep, prepend=True)
        yield self.module.register_forward_hook(self._compare, prepend=True)

    def _keep(self, module: nn.Module, args: tuple[Any, ...]) -> None:
        del module
        self.given = args

    def _compare(self, module: nn.Module, args: tuple[Any, ...], output: torch.Tensor) -> None:
        del args
        weight = original_of(module, "weight")
        weight = getattr(module, "weight", None) if weight is None else weight
        with passing([module]):
            exact = module.forward(*(_like(item, weight) for item in self.given))
        error = (output.double() - exact.double()).movedim(_features(module, output), -1)
        error = error.reshape(-1, error.shape[-1])
        found = error.sum(0)
        self.total = found if self.total is None else self.total + found
        self.count += len(error)

    def take_off(self) -> None:
        """Subtract the mean error from the bias, whose own format is then chosen again."""
        if self.total is None:
            return
        start = original_of(self.module, "bias")
        bias = self.module.bias if start is None else start
        assert isinstance(bias, torch.Tensor)
        with torch.no_grad():
            bias -= (self.total / self.count).to(bias)
        quantizer = parameter_quantizer(self.module, "bias")
        if quantizer is not None and not isinstance(quantizer, BiasQuantizer):
            quantizer.calibrate_parameter(bias, "tensor")


def _like(item: Any, weight: torch.Tensor | None) -> Any:
    """Give a float argument in the number type of the weights: quantizers before may give wider."""
    if weight is None or not isinstance(item, torch.Tensor) or not item.is_floating_point():
        return item
    return item.to(weight.dtype)


def _features(module: nn.Module, output: torch.Tensor) -> int:
    """Give the axis of the output that the entries of the bias belong to."""
    if isinstance(module, _ConvNd):
        return output.dim() - 1 - len(module.kernel_size)
    return -1
