"""What calibration batches say of weights: norms of inputs, their products, and movement."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import torch
from torch import nn

from litho.compress.prune.mask import weight_of
from litho.compress.prune.rules import PruneRule
from litho.compress.settling import call, evaluating
from litho.errors import ConfigError, DataError

__all__ = ["Evidence", "Loss", "gather", "order_of_calls"]

Loss = Callable[[nn.Module, Any], torch.Tensor]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was seen, by module path.

    - `norms[path][j]`: the L2 norm of input feature j over all tokens.
    - `products[path][i][j]`: the sum over all tokens of input i times input j.
    - `crossed[path][i][j]`: that of input i in the model before pruning times input j as it is.
    - `movement[path]`: minus weight times gradient, summed over batches, in the weight's shape.
    """

    norms: dict[str, torch.Tensor] = field(default_factory=dict)
    products: dict[str, torch.Tensor] = field(default_factory=dict)
    crossed: dict[str, torch.Tensor] = field(default_factory=dict)
    movement: dict[str, torch.Tensor] = field(default_factory=dict)


def gather(
    model: nn.Module,
    chosen: Mapping[str, PruneRule],
    batches: Iterable[Any],
    loss: Loss | None,
    dense: nn.Module | None = None,
) -> Evidence:
    """Run the batches that the scores of the rules need through `model` in eval mode.

    `dense` is the model before any layer was pruned, for `crossed`, which score sparsegpt sees.
    `loss(model, batch)` gives a scalar; movement needs it. The model's gradients stay as they are.
    Raises `ConfigError` for a score without what it needs, `DataError` for values that are not
    finite.
    """
    paths = {word: [p for p, rule in chosen.items() if rule.score == word] for word in _NEEDED}
    needed = [word for word in _NEEDED if paths[word]]
    found = Evidence()
    if not needed:
        return found
    if "movement" in needed and loss is None:
        raise ConfigError("score movement must have a `loss(model, batch)` that gives a scalar")
    watched = [(path, word) for word in ("wanda", "sparsegpt") for path in paths[word]]
    is_run = False
    with _hooked(model, [(path, _Watch(path, word, found)) for path, word in watched]):
        before = {path: _Before(path, found) for path in paths["sparsegpt"]} if dense else {}
        for batch in batches:
            is_run = True
            if dense is not None:
                with _hooked(dense, [(path, watch.dense) for path, watch in before.items()]):
                    _run(dense, batch, loss, [], found)
            with _hooked(model, list(before.items())):
                _run(model, batch, loss, paths["movement"], found)
    if not is_run:
        raise ConfigError(f"score {needed[0]} must have batches to be computed, and there are none")
    for path, squares in found.norms.items():
        found.norms[path] = squares.sqrt()
    for word in needed:
        _check(word, paths[word], getattr(found, _NEEDED[word]))
    return found


def order_of_calls(
    model: nn.Module, paths: Iterable[str], batches: Iterable[Any], loss: Loss | None
) -> tuple[str, ...]:
    """Give the paths in the order in which the first batch calls their modules.

    Those that it does not call come last, in the order in which they are given.
    """
    called: list[str] = []
    given = tuple(paths)
    hooks = [(path, lambda module, args, path=path: called.append(path)) for path in given]
    with _hooked(model, hooks):
        for batch in islice(batches, 1):
            _run(model, batch, loss, [], Evidence())
    return tuple(dict.fromkeys((*called, *given)))


_Hook = Callable[[nn.Module, tuple[Any, ...]], None]


@contextmanager
def _hooked(model: nn.Module, hooks: Sequence[tuple[str, _Hook]]) -> Iterator[None]:
    """Put hooks before the calls of modules inside, with the model in eval mode."""
    handles = [model.get_submodule(path).register_forward_pre_hook(hook) for path, hook in hooks]
    try:
        with evaluating(model):
            yield
    finally:
        for handle in handles:
            handle.remove()


_NEEDED = {"wanda": "norms", "sparsegpt": "products", "movement": "movement"}


def _run(
    model: nn.Module, batch: Any, loss: Loss | None, moving: list[str], found: Evidence
) -> None:
    if not moving:
        with torch.no_grad():
            _ = loss(model, batch) if loss else call(model, batch)
        return
    assert loss is not None
    weights = [weight_of(model.get_submodule(path)) for path in moving]
    with torch.enable_grad():
        value = loss(model, batch)
        if value.numel() != 1 or not all(weight.requires_grad for weight in weights):
            raise ConfigError(
                "score movement must have a loss that is one number, and weights that are trained,"
                f" not a loss of shape {tuple(value.shape)} or frozen weights"
            )
        gradients = torch.autograd.grad(value, weights, allow_unused=True)
    for path, weight, gradient in zip(moving, weights, gradients, strict=True):
        if gradient is not None:
            moved = -(weight.detach().double() * gradient.double())
            found.movement[path] = found.movement.get(path, 0) + moved


def _check(word: str, paths: list[str], values: Mapping[str, torch.Tensor]) -> None:
    for path in paths:
        if path not in values:
            raise ConfigError(
                f"score {word} must see module {path!r} used, and no batch reached it; does the"
                " model call it?"
            )
        if not bool(torch.isfinite(values[path]).all()):
            raise DataError(
                f"what score {word} sees of {path!r} must be finite, not NaN or infinity; look at"
                " the batches"
            )


class _Watch:
    """A hook before the call of a linear layer, which adds up its inputs."""

    def __init__(self, path: str, word: str, found: Evidence) -> None:
        self._path, self._word, self._found = path, word, found

    def __call__(self, module: nn.Module, args: tuple[Any, ...]) -> None:
        rows = _rows(args)
        if self._word == "wanda":
            _add(self._found.norms, self._path, rows.square().sum(0))
        else:
            _add(self._found.products, self._path, rows.T @ rows)


class _Before:
    """Hooks before the calls of a layer: what it gets meets what it got before pruning."""

    def __init__(self, path: str, found: Evidence) -> None:
        self._path, self._found = path, found
        self._waiting: deque[torch.Tensor] = deque()

    def dense(self, module: nn.Module, args: tuple[Any, ...]) -> None:
        """Remember an input in the model before pruning."""
        self._waiting.append(_rows(args))

    def __call__(self, module: nn.Module, args: tuple[Any, ...]) -> None:
        rows = _rows(args)
        before = self._waiting.popleft() if self._waiting else None
        if before is None or len(before) != len(rows):
            raise ConfigError(
                f"score sparsegpt, layer after layer, must see module {self._path!r} called with as"
                " many rows as before pruning, not with others; leave `sequential` out for a model"
                " whose calls depend on values"
            )
        _add(self._found.crossed, self._path, before.T @ rows)


def _rows(args: tuple[Any, ...]) -> torch.Tensor:
    found: torch.Tensor = args[0].detach()
    return found.reshape(-1, found.shape[-1]).double()


def _add(kept: dict[str, torch.Tensor], path: str, more: torch.Tensor) -> None:
    kept[path] = kept[path] + more if path in kept else more
