"""What a rule puts on one module: parametrizations on its parameters and hooks around its call."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.nn.utils import parametrize

from litho.compress import grids
from litho.compress.activation import function_of
from litho.compress.grids import (
    Grid,
    Trace,
    check_width,
    product_step,
    sum_width,
    value_bits,
)
from litho.compress.integer_modules import NORMS, compute, has_codes
from litho.compress.parameter import BiasQuantizer, WeightQuantizer
from litho.compress.quantizer import Quantizer
from litho.compress.rules import QuantizeRule
from litho.compress.spelling import Wanted
from litho.errors import ConfigError
from litho.formats import Fixed

__all__ = [
    "attach",
    "narrow",
    "original_of",
    "parameter_quantizer",
    "passing",
    "quantizers_of",
    "unhook",
    "widen",
]

_INPUTS, _OUTPUTS = "quantize_inputs", "quantize_outputs"


def attach(module: nn.Module, path: str, rule: QuantizeRule, calibrates: bool = True) -> None:
    """Put what `rule` asks for on `module`, replacing nothing that is there.

    Parameters are calibrated on their values, or without `calibrates` wait for a state dict.
    Raises `ConfigError` for a module that is quantized already.
    """
    if any(True for _ in quantizers_of(module)):
        raise ConfigError(
            f"module {path!r} must be quantized once, and it is already; quantize a fresh model"
        )
    wanted = {part: rule.wanted(part) for part in ("inputs", "outputs", "weights")}
    if not any(wanted.values()):
        return
    widen(module)
    for name, part in ((_INPUTS, "inputs"), (_OUTPUTS, "outputs")):
        asked = wanted[part]
        if asked:
            module.add_module(name, Quantizer(asked, f"{part} of {path!r}", rule.calibration))
    if function_of(module) and hasattr(module, "inplace"):
        setattr(module, "inplace", False)  # noqa: B010 - the table needs the input as it was
    if wanted["weights"]:
        _attach_weights(module, path, rule, wanted["weights"], calibrates)
    module.register_forward_pre_hook(_before, with_kwargs=True)
    module.register_forward_hook(_after)


def narrow(module: nn.Module) -> None:
    """Let a module that is not quantized take float64 from quantized ones before it."""
    widen(module)
    if any(parameter.is_floating_point() for parameter in module.parameters(recurse=False)):
        module.register_forward_pre_hook(_narrow)


def widen(module: nn.Module) -> None:
    """Take back what `narrow` did."""
    unhook(module, _narrow)


def unhook(module: nn.Module, hook: Callable[..., Any]) -> None:
    """Take a hook before the call of a module away, however often it is there."""
    for key, found in list(module._forward_pre_hooks.items()):
        if found is hook:
            del module._forward_pre_hooks[key]


def _narrow(module: nn.Module, args: tuple[Any, ...]) -> tuple[Any, ...]:
    wanted = next(p.dtype for p in module.parameters(recurse=False) if p.is_floating_point())
    return tuple(
        item.to(wanted) if isinstance(item, torch.Tensor) and item.dtype == torch.float64 else item
        for item in args
    )


def _attach_weights(
    module: nn.Module, path: str, rule: QuantizeRule, wanted: Wanted, calibrates: bool
) -> None:
    weight = module.weight
    assert isinstance(weight, torch.Tensor)
    weights = WeightQuantizer(wanted, f"weights of {path!r}", rule.calibration).to(weight.device)
    _start(weights, weight, rule.granularity, calibrates)
    parametrize.register_parametrization(module, "weight", weights, unsafe=True)
    bias, is_fixed = module._parameters.get("bias"), isinstance(wanted.form, Fixed)
    if bias is None or not (rule.bias or is_fixed):
        return
    asked, place = rule.wanted("bias"), f"bias of {path!r}"
    if rule.bias and not asked:
        return
    if isinstance(module, NORMS) and asked is None:
        return  # its sums have no grid that a bias could be put on by itself
    start: Quantizer
    if (
        is_fixed
        and not isinstance(module, NORMS)
        and (asked is None or isinstance(asked.form, Fixed))
    ):
        start = BiasQuantizer(asked, place, rule.calibration).to(bias.device)
        start.rest(bias)
    else:
        start = Quantizer(asked, place, rule.calibration).to(bias.device)
        _start(start, bias, "tensor", calibrates)
    parametrize.register_parametrization(module, "bias", start, unsafe=True)


def _start(quantizer: Quantizer, values: torch.Tensor, granularity: str, calibrates: bool) -> None:
    if calibrates:
        quantizer.calibrate_parameter(values, granularity)
    else:
        quantizer.wait_for(values, granularity)


def quantizers_of(module: nn.Module) -> Iterator[tuple[str, Quantizer]]:
    """Give the quantizers of one module with what they quantize."""
    for name, part in ((_INPUTS, "inputs"), (_OUTPUTS, "outputs")):
        found = module._modules.get(name)
        if isinstance(found, Quantizer):
            yield part, found
    for name, part in (("weight", "weights"), ("bias", "bias")):
        found = parameter_quantizer(module, name)
        if found is not None:
            yield part, found


@contextmanager
def passing(modules: Iterable[nn.Module]) -> Iterator[None]:
    """Let the quantizers of modules give what they get."""
    found = [quantizer for module in modules for _, quantizer in quantizers_of(module)]
    for quantizer in found:
        quantizer.is_passing = True
    try:
        yield
    finally:
        for quantizer in found:
            quantizer.is_passing = False


def parameter_quantizer(module: nn.Module, name: str) -> Quantizer | None:
    """Give the quantizer of a parameter, or None."""
    if not parametrize.is_parametrized(module, name):
        return None
    lists = module.parametrizations
    assert isinstance(lists, nn.ModuleDict)
    chain = lists[name]
    assert isinstance(chain, parametrize.ParametrizationList)
    return next((item for item in chain if isinstance(item, Quantizer)), None)


def _before(
    module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Quantize the first argument, and give it the number type of the weights."""
    if not args or not isinstance(args[0], torch.Tensor):
        raise ConfigError(
            f"a quantized {type(module).__name__} must be called with its input tensor as the"
            " first positional argument"
        )
    x, inputs = args[0], module._modules.get(_INPUTS)
    if inputs is not None:
        x = inputs(x)
    weights = parameter_quantizer(module, "weight")
    if weights is not None:
        trace = grids.active()
        if trace and isinstance(module, nn.Linear):
            _settle(trace, x, module)
        wanted = weights.result_type
        x = x.to(wanted) if x.is_floating_point() and x.dtype != wanted else x
    return (x, *args[1:]), kwargs


def original_of(module: nn.Module, name: str) -> torch.Tensor | None:
    """Give the parameter behind a parametrization, or None when there is no such one."""
    if not parametrize.is_parametrized(module, name):
        return None
    lists = module.parametrizations
    assert isinstance(lists, nn.ModuleDict)
    found = lists[name].original
    assert isinstance(found, torch.Tensor)
    return found


def _settle(trace: Trace, x: torch.Tensor, module: nn.Module) -> None:
    """Choose the grid of the bias and the number type of the sums, now that the input is known."""
    weights, bias = (parameter_quantizer(module, name) for name in ("weight", "bias"))
    assert isinstance(weights, WeightQuantizer)
    if not weights.is_fixed:
        return
    source, start = trace.of(x), original_of(module, "bias")
    trace.read(source)
    trace.expect_same(f"the sum over {weights.place}", source)
    factor = Grid(weights.fixed, weights.step)
    # A bias on the grid of the sum may take one bit more.
    if source is None or trace.ends_at(sum_width(source.form, factor.form, x.shape[-1]) + 1):
        if isinstance(bias, BiasQuantizer) and start is not None and bias.wanted:
            bias.calibrate_parameter(start, "tensor")
        return
    step, width = product_step(source, factor), sum_width(source.form, factor.form, x.shape[-1])
    summed: list[Quantizer] = [weights]
    if isinstance(bias, BiasQuantizer) and start is not None:
        is_integer = source.is_integer or weights.fixed.is_integer
        bias.fix_bias(step, width, is_integer, start.detach().double().cpu())
        width = max(width, bias.fixed.width) + 1
        summed.append(bias)
    check_width(width, f"sums of {weights.place.removeprefix('weights of ')}")
    for quantizer in summed:
        quantizer.require(value_bits(width, step))
    weights.know_sum(step, width)


def _settled(weights: WeightQuantizer, sums: torch.Tensor) -> torch.Tensor:
    result, trace = weights.settle(sums), grids.active()
    if trace:
        trace.note(result, trace.of(sums))
    return result


def _after(module: nn.Module, args: tuple[Any, ...], output: Any) -> Any:
    """Quantize the result; that of a one-input function is looked up in its table in eval."""
    weights = parameter_quantizer(module, "weight")
    if isinstance(weights, WeightQuantizer) and isinstance(output, torch.Tensor):
        output = _settled(weights, output)
        is_last = weights.ends_grid and not weights.training and grids.active() is None
        if is_last and output.dtype != weights.like.dtype:
            output = output.to(weights.like.dtype)
    quantizer = module._modules.get(_OUTPUTS)
    if not isinstance(quantizer, Quantizer):
        return output
    if not isinstance(output, torch.Tensor):
        raise ConfigError(
            f"{quantizer.place} must be one tensor to be quantized, not a"
            f" {type(output).__name__}; match the modules inside instead"
        )
    if not quantizer.looks_up or not has_codes(module) or not _is_coded(module, quantizer, args[0]):
        return quantizer(output)
    return compute(module, quantizer, args, output, parameter_quantizer)


def _is_coded(module: nn.Module, quantizer: Quantizer, x: torch.Tensor) -> bool:
    """Say whether the codes of `x` are read; a network that no design follows may have none.

    Before any trace nothing is known of the codes.
    """
    inputs = module._modules.get(_INPUTS)
    if isinstance(inputs, Quantizer) and not inputs.is_fixed:
        return False
    trace = grids.active()
    if trace is None:
        return bool(quantizer.in_width)
    grid = trace.of(x)
    return trace.is_exact or (grid is not None and grid.is_stored)
