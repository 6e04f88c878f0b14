"""The module that holds the mask of one weight: the first parametrization of its chain."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn.utils import parametrize

from litho.compress.layer import narrow, original_of, parameter_quantizer, unhook, widen
from litho.compress.quantizer import Quantizer
from litho.compress.straight_through import straight_through
from litho.errors import ConfigError, DataError
from litho.sparsity import Block

__all__ = [
    "Mask",
    "attach",
    "check_zero",
    "detach",
    "make_permanent",
    "mask_of",
    "masks",
    "restore",
    "weight_of",
]


class Mask(nn.Module):
    """Gives a weight with zeros where the mask is False.

    The buffer `mask` has the shape of the weight; `spelling`, `score` and `asked` say what it was
    made for, so that a state dict carries all. What is dropped gets no gradient, and nothing that
    an optimizer does to the parameter behind it is seen.
    In eval without gradients the result is kept until the parameter, the mask or the mode changes.
    What is written into `parameter.data` in place is seen from the next `eval()` on.
    """

    mask: torch.Tensor
    spelling: torch.Tensor
    score: torch.Tensor
    asked: torch.Tensor

    def __init__(self, mask: torch.Tensor, block: Block, asked: float, score: str) -> None:
        super().__init__()
        self.register_buffer("mask", mask.bool())
        self.register_buffer("spelling", _text(str(block)))
        self.register_buffer("score", _text(score))
        self.register_buffer("asked", torch.tensor(asked, dtype=torch.float64))
        self._kept: _Kept | None = None

    @property
    def block(self) -> Block:
        """The shape that the mask was made for."""
        return Block.parse(_read(self.spelling))

    def units(self, place: str) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Give which units stay [grid]; raises `ConfigError` for a mask that is not made of units.

        `place` says whose mask it is.
        """
        return self.block.gather(self.mask.cpu().numpy(), f"the mask of {place!r}")

    @property
    def by(self) -> str:
        """The word of the score that the mask was made by."""
        return _read(self.score)

    def change(self, mask: torch.Tensor, block: Block, asked: float) -> None:
        """Take another mask of the same weight."""
        self._kept = None
        self.mask.copy_(mask)
        self.spelling = _text(str(block)).to(self.mask.device)
        self.asked.fill_(asked)

    def train(self, mode: bool = True) -> "Mask":
        """Set the mode, and forget what was kept."""
        self._kept = None
        return super().train(mode)

    def forward(self, weight: torch.Tensor) -> torch.Tensor:
        """Give `weight` with zeros where the mask is False."""
        if not self._may_keep(weight):
            return torch.where(self.mask, weight, 0.0)
        if self._kept is None or not self._kept.holds(weight, self.mask):
            self._kept = _Kept(weight, self.mask)
        return self._kept.result

    def _may_keep(self, weight: torch.Tensor) -> bool:
        is_plain = isinstance(weight, nn.Parameter) and not weight.is_inference()
        is_quiet = not self.training and not torch.is_grad_enabled()
        return is_plain and is_quiet and not torch.compiler.is_compiling()

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_kept": None}

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *args: Any) -> None:
        self._kept = None
        for name in ("spelling", "score"):
            found = state_dict.get(prefix + name)
            if found is not None:
                setattr(self, name, torch.empty_like(found, device=self.mask.device))
        super()._load_from_state_dict(state_dict, prefix, *args)

    def extra_repr(self) -> str:
        """Show the shape and the sparsity."""
        return f"{self.block}, sparsity {float(self.asked):g}"


def _text(text: str) -> torch.Tensor:
    return torch.tensor(list(text.encode()), dtype=torch.uint8)


def _read(text: torch.Tensor) -> str:
    return bytes(text.tolist()).decode()


class _Kept:
    """A masked weight, and what it was made of."""

    def __init__(self, weight: torch.Tensor, mask: torch.Tensor) -> None:
        self.result = torch.where(mask, weight, 0.0)
        # Views hold the memory, so that no other tensor gets its address.
        self._views = weight.detach(), mask.detach()
        self._of, self._versions = (weight, mask), (weight._version, mask._version)

    def holds(self, weight: torch.Tensor, mask: torch.Tensor) -> bool:
        """Say whether the weight and the mask are those that this was made of."""
        return all(
            own is now
            and version == now._version
            and view.data_ptr() == now.data_ptr()
            and view.dtype == now.dtype
            for own, view, version, now in zip(
                self._of, self._views, self._versions, (weight, mask), strict=True
            )
        )


def weight_of(module: nn.Module) -> torch.Tensor:
    """Give the parameter behind the weight of a module."""
    behind, own = original_of(module, "weight"), module._parameters.get("weight")
    found = own if behind is None else behind
    assert found is not None, "rules choose modules with a weight"
    return found


def _shape(module: nn.Module) -> tuple[int, ...]:
    has_weight = "weight" in module._parameters or _chain(module) is not None
    return tuple(weight_of(module).shape) if has_weight else ()


def _chain(module: nn.Module) -> parametrize.ParametrizationList | None:
    if not parametrize.is_parametrized(module, "weight"):
        return None
    lists = module.parametrizations
    assert isinstance(lists, nn.ModuleDict)
    found = lists["weight"]
    assert isinstance(found, parametrize.ParametrizationList)
    return found


def mask_of(module: nn.Module) -> Mask | None:
    """Give the mask of a module's weight, or None."""
    return next((item for item in _chain(module) or () if isinstance(item, Mask)), None)


def masks(model: nn.Module) -> Iterator[tuple[str, nn.Module, Mask]]:
    """Give path, module and mask of each pruned module, in the model's order."""
    for path, module in model.named_modules():
        found = mask_of(module)
        if found is not None:
            yield path, module, found


def attach(module: nn.Module, mask: Mask) -> None:
    """Put a mask before all that the weight of a module goes through."""
    mask.to(weight_of(module).device).train(module.training)
    chain = _chain(module)
    if chain is None:
        parametrize.register_parametrization(module, "weight", mask, unsafe=True)
    else:
        chain.insert(0, mask)
    # What `narrow` left there looks for a parameter that is now behind the mask.
    widen(module)
    module.register_forward_pre_hook(_before, prepend=True)


def check_zero(module: nn.Module) -> None:
    """Raise `ConfigError` when the weight is quantized to a format that has no zero."""
    found = parameter_quantizer(module, "weight")
    if found is None or found.format is None:
        return
    zero = torch.zeros(1, device=found.layout.device)
    scale = found.scale if found.scale.axis is None else type(found.scale)()
    if bool(straight_through(zero, found.format, scale).item()):
        raise ConfigError(
            f"{found.place} must have a format with a zero to be pruned, not {found.format}; leave"
            " one of the two rules out, or take ternary or a codebook with an entry 0"
        )


def _before(module: nn.Module, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Refuse a format without a zero, and give what is not quantized the number type it has."""
    if parameter_quantizer(module, "weight") is not None:
        if not torch.compiler.is_compiling():
            check_zero(module)
        return args
    wanted = weight_of(module).dtype
    return tuple(
        item.to(wanted) if isinstance(item, torch.Tensor) and item.dtype == torch.float64 else item
        for item in args
    )


def make_permanent(model: nn.Module) -> None:
    """Write the zeros of all masks into the weights, and take the masks away."""
    for _, module, mask in list(masks(model)):
        with torch.no_grad():
            weight_of(module).masked_fill_(~mask.mask, 0.0)
        detach(model, module)


def detach(model: nn.Module, module: nn.Module) -> None:
    """Take the mask of a module in `model` away, if it has one; its parameter stays as it is."""
    chain, mask = _chain(module), mask_of(module)
    if chain is None or mask is None:
        return
    if len(chain) == 1:
        parametrize.remove_parametrizations(module, "weight", leave_parametrized=False)
    else:
        del chain[list(chain).index(mask)]
    unhook(module, _before)
    is_quantized = any(isinstance(item, Quantizer) for item in model.modules())
    if is_quantized and parameter_quantizer(module, "weight") is None:
        narrow(module)


def restore(model: nn.Module, state: Mapping[str, torch.Tensor]) -> None:
    """Put the masks of a state dict on a model that has none, so that it can load the rest.

    Quantize the model before, if the one that was saved was quantized.
    Raises `DataError` for a mask of a module that is not there or whose weight has another shape.
    """
    ending = ".mask"
    for key in [key for key in state if key.endswith(ending) and "parametrizations" in key]:
        prefix = key.removesuffix(ending)
        path, _, place = prefix.rpartition("parametrizations.weight.")
        path = path.removesuffix(".")
        parts = {f"{prefix}.{name}" for name in ("spelling", "score", "asked")}
        if not place.isdecimal() or not parts <= state.keys():
            continue
        modules = dict(model.named_modules())
        if path not in modules or _shape(modules[path]) != tuple(state[key].shape):
            raise DataError(
                f"the mask of {path!r} must belong to a weight of {tuple(state[key].shape)}, and"
                " the model has none there; build the model that was saved"
            )
        block, score = (_read(state[f"{prefix}.{name}"]) for name in ("spelling", "score"))
        if mask_of(modules[path]) is None:
            asked = float(state[prefix + ".asked"])
            attach(modules[path], Mask(state[key].clone(), Block.parse(block), asked, score))
