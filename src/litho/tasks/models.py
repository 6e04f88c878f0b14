"""Models to try things on."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import nn

from litho.errors import ConfigError
from litho.tasks.classifier import bert, pretrained
from litho.tasks.data import Data
from litho.tasks.layers import RandomLeakyReLU

__all__ = ["GIVEN", "MLP", "MODELS", "OneLayer", "ResidualMLP", "build"]

_ACTIVATIONS: dict[str, Callable[..., nn.Module]] = {
    "relu": nn.ReLU,
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "leaky_relu": nn.LeakyReLU,
    "rrelu": RandomLeakyReLU,
}


class MLP(nn.Module):
    """Linear layers `fc1`, `fc2`, … with an activation `act1`, … after each but the last."""

    def __init__(
        self,
        features: int,
        classes: int,
        hidden: Sequence[int] = (32,),
        activation: str = "relu",
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        sizes = [features, *_sizes(hidden), classes]
        self.flatten = nn.Flatten()
        self._depth = len(sizes) - 1
        for place in range(1, self._depth + 1):
            self.add_module(f"fc{place}", nn.Linear(sizes[place - 1], sizes[place]))
            if place < self._depth:
                self.add_module(f"act{place}", _activation(activation))
        self.dropout = nn.Dropout(_checked_rate(dropout))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Give logits[samples, classes]."""
        x = self.flatten(x)
        for place in range(1, self._depth):
            x = getattr(self, f"act{place}")(getattr(self, f"fc{place}")(x))
            x = self.dropout(x)
        logits: torch.Tensor = getattr(self, f"fc{self._depth}")(x)
        return logits


class ResidualMLP(nn.Module):
    """A first layer, blocks x + act(fc(x)) of one width, and a last layer."""

    def __init__(
        self,
        features: int,
        classes: int,
        width: int = 32,
        blocks: int = 1,
        activation: str = "relu",
    ) -> None:
        super().__init__()
        self.flatten = nn.Flatten()
        _sizes([width])
        self.first = nn.Linear(features, width)
        self.act = _activation(activation)
        self.blocks = nn.Sequential(*(ResidualBlock(width, activation) for _ in range(blocks)))
        self.last = nn.Linear(width, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Give logits[samples, classes]."""
        logits: torch.Tensor = self.last(self.blocks(self.act(self.first(self.flatten(x)))))
        return logits


class ResidualBlock(nn.Module):
    """x + act(fc(x)); `skip` stands where the skipped value leaves, for a rule to match."""

    def __init__(self, width: int, activation: str) -> None:
        super().__init__()
        self.skip = nn.Identity()
        self.fc = nn.Linear(width, width)
        self.act = _activation(activation)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Give values[samples, width]."""
        x = self.skip(x)
        result: torch.Tensor = x + self.act(self.fc(x))
        return result


class OneLayer(nn.Module):
    """One linear layer `fc` and the activation `act`, which `activation_options` are for.

    It has `outputs` outputs on stimuli, and one a class on a task.
    """

    def __init__(
        self,
        features: int,
        classes: int,
        outputs: int = 8,
        activation: str = "relu",
        activation_options: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__()
        self.fc = nn.Linear(features, _sizes([classes or outputs])[0])
        self.act = _activation(activation, activation_options or {})

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Give values[samples, outputs]."""
        result: torch.Tensor = self.act(self.fc(x.flatten(1)))
        return result


def _sizes(hidden: Sequence[int]) -> Sequence[int]:
    if not isinstance(hidden, Sequence):
        raise ConfigError(f"hidden must be a list of sizes, not {hidden!r}")
    for size in hidden:
        if not isinstance(size, int) or size < 1:
            raise ConfigError(f"hidden sizes must be 1 or more, not {size!r}")
    return hidden


def _checked_rate(dropout: float) -> float:
    if not 0 <= dropout <= 1:
        raise ConfigError(f"dropout must be 0 to 1, not {dropout}")
    return dropout


def _activation(name: str, options: Mapping[str, Any] | None = None) -> nn.Module:
    if name not in _ACTIVATIONS:
        raise ConfigError(f"activation must be one of {', '.join(_ACTIVATIONS)}, not {name!r}")
    return _ACTIVATIONS[name](**(options or {}))


MODELS: dict[str, Callable[..., nn.Module]] = {
    "mlp": MLP,
    "one_layer": OneLayer,
    "residual_mlp": ResidualMLP,
    "bert": bert,
    "pretrained": pretrained,
}
GIVEN = ("features", "classes", "data")  # what a model takes that is no option of it
_OF_TEXT = ("bert", "pretrained")


def build(name: str, data: Data, options: Mapping[str, Any], seed: int) -> nn.Module:
    """Give the model called `name` for a data set, its first weights drawn by `seed`.

    Raises `ConfigError` for a model or an option that does not exist, and for a model of other
    inputs than these data.
    """
    if name not in MODELS:
        near = difflib.get_close_matches(name, MODELS, n=1)
        raise ConfigError(
            f"model must be one of {', '.join(MODELS)} or `module:function`, not {name!r}"
            + (f"; did you mean {near[0]!r}?" if near else "")
        )
    _check_data(name, data)
    given = (data,) if name in _OF_TEXT else (data.features, data.classes)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        try:
            return MODELS[name](*given, **options)
        except TypeError as error:
            raise ConfigError(f"options of model {name!r} must fit it: {error}") from error


def _check_data(name: str, data: Data) -> None:
    if not data.classes and name != "one_layer":
        raise ConfigError(
            f"model {name!r} must have classes to tell apart, and {data.name} have none; take"
            " 'one_layer' or a model of your own"
        )
    if (name in _OF_TEXT) != (data.vocabulary is not None):
        kind = "text" if name in _OF_TEXT else "numbers"
        near = [other for other in MODELS if (other in _OF_TEXT) == (data.vocabulary is not None)]
        raise ConfigError(
            f"model {name!r} must have {kind}, which task {data.name!r} does not give; take one of"
            f" {', '.join(near)}"
        )
