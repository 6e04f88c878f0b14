"""Prunes the layers of an ordinary module, in place."""

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from litho.compress.batches import Walk
from litho.compress.prune.evidence import Evidence, Loss, gather, order_of_calls
from litho.compress.prune.mask import Mask, attach, check_zero, detach, mask_of, masks, weight_of
from litho.compress.prune.reconstruction import reconstruct
from litho.compress.prune.rules import PruneRule, assign
from litho.compress.prune.scoring import score_units, seed_of
from litho.compress.prune.selecting import count, keep_highest, keep_in_groups
from litho.errors import ConfigError
from litho.sparsity import Block

__all__ = ["Pruned", "choose", "prepare", "prune", "pruned"]


@dataclass(frozen=True, slots=True)
class Pruned:
    """One weight that is pruned.

    - `path`: its module.
    - `shape`, `score`: the spelling of its `Block`, and by which score units were chosen.
    - `asked`, `achieved`: sparsity; `asked` counts in the rule's scope, `achieved` in this weight.
    - `units`, `kept`: how many units there are and how many stay.
    """

    path: str
    shape: str
    score: str
    asked: float
    achieved: float
    units: int
    kept: int


def prune(
    model: nn.Module,
    rules: Sequence[PruneRule],
    batches: Iterable[Any] = (),
    *,
    loss: Loss | None = None,
    sequential: bool = False,
) -> tuple[Pruned, ...]:
    """Prune `model` in place by `rules`, and say what was dropped.

    Of the units that compete exactly round-half-even(sparsity x units) go. A batch is the model's
    input, as in `quantize`, or with a `loss` whatever `loss(model, batch)` takes. The model trains
    on with its masks held, saves them in its state dict, copies and exports. Biases stay as they
    are.
    With `sequential` layers are pruned one by one, in the order of their first call, so that each
    score sees the model in which those before it are pruned, and sparsegpt makes up for what they
    changed; batches are walked once for each.
    Raises `ConfigError` for rules that match nothing or that contradict the model, `DataError` for
    values that are not finite; the model is then as it was.
    """
    chosen = prepare(model, rules)
    if not sequential:
        _prune(model, chosen, batches, loss)
        return pruned(model)
    again = Walk(batches)
    for rule in rules:
        if rule.scope == "global":
            raise ConfigError(
                f"prune rule {rule.match!r} must have scope tensor or row to be applied layer after"
                " layer, not global"
            )
    is_moving = any(rule.score == "sparsegpt" for rule in chosen.values())
    dense = copy.deepcopy(model) if is_moving else None
    with _kept_on_error(model, chosen):
        for path in order_of_calls(model, chosen, again, loss):
            _prune(model, {path: chosen[path]}, again, loss, dense)
    return pruned(model)


def _prune(
    model: nn.Module,
    chosen: Mapping[str, PruneRule],
    batches: Iterable[Any],
    loss: Loss | None,
    dense: nn.Module | None = None,
) -> None:
    evidence = gather(model, chosen, batches, loss, dense)
    moved = _reconstructed(model, chosen, evidence)
    plain = {path: rule for path, rule in chosen.items() if path not in moved}
    found = choose(model, plain, evidence, lambda rule: rule.asked)
    for path, rule in chosen.items():
        module = model.get_submodule(path)
        if path in moved:
            weight, found[path] = moved[path]
            with torch.no_grad():
                weight_of(module).copy_(weight)
        attach(module, Mask(found[path], rule.block, rule.asked, rule.score))


@contextmanager
def _kept_on_error(model: nn.Module, paths: Iterable[str]) -> Iterator[None]:
    """Take masks away again and put weights back when what is inside fails."""
    modules = [model.get_submodule(path) for path in paths]
    weights = [weight_of(module).detach().clone() for module in modules]
    try:
        yield
    except BaseException:
        for module, weight in zip(modules, weights, strict=True):
            detach(model, module)
            with torch.no_grad():
                weight_of(module).copy_(weight)
        raise


def prepare(model: nn.Module, rules: Sequence[PruneRule]) -> dict[str, PruneRule]:
    """Give the rule of each module path, when all of them can be pruned by it."""
    chosen = assign(model, rules)
    for path in chosen:
        check_zero(model.get_submodule(path))
    return chosen


def pruned(model: nn.Module) -> tuple[Pruned, ...]:
    """Give a row for each weight with a mask, in the model's order.

    Raises `ConfigError` for a loaded mask that is not made of whole units of its shape.
    """
    rows = []
    for path, _, mask in masks(model):
        units = mask.units(path)
        total, kept = units.size, int(units.sum())
        shape, asked, achieved = str(mask.block), float(mask.asked), 1 - kept / max(total, 1)
        rows.append(Pruned(path, shape, mask.by, asked, achieved, total, kept))
    return tuple(rows)


def choose(
    model: nn.Module,
    chosen: Mapping[str, PruneRule],
    evidence: Evidence,
    sparsity: Callable[[PruneRule], float],
) -> dict[str, torch.Tensor]:
    """Give the mask, in the shape of the weight, for each module; what a mask drops stays dropped.

    `sparsity` says how much each rule asks for now.
    """
    found: dict[str, torch.Tensor] = {}
    for rule in dict.fromkeys(chosen.values()):
        paths = [path for path, other in chosen.items() if other == rule]
        together = [paths] if rule.scope == "global" else [[path] for path in paths]
        for competing in together:
            found.update(_compete(model, rule, competing, evidence, sparsity(rule)))
    return found


def _compete(
    model: nn.Module, rule: PruneRule, paths: list[str], evidence: Evidence, sparsity: float
) -> dict[str, torch.Tensor]:
    """Give the masks of modules whose units compete."""
    modules = [model.get_submodule(path) for path in paths]
    grids = [_scores(m, p, rule, evidence) for m, p in zip(modules, paths, strict=True)]
    kept = _select(rule, grids, paths, sparsity)
    return {
        path: torch.from_numpy(rule.block.spread(units, tuple(weight_of(module).shape)))
        for path, module, units in zip(paths, modules, kept, strict=True)
    }


_Array = np.ndarray[Any, np.dtype[Any]]


def _scores(module: nn.Module, path: str, rule: PruneRule, evidence: Evidence) -> _Array:
    weight = weight_of(module)
    found = score_units(weight, rule.block, rule.score, path, rule.seed, evidence).cpu()
    mask = mask_of(module)
    if mask is not None:
        found = found.masked_fill(~torch.from_numpy(mask.units(path)), -torch.inf)
    array: _Array = found.numpy()
    return array


def _select(
    rule: PruneRule, grids: list[_Array], paths: list[str], sparsity: float
) -> list[_Array]:
    """Give which units of each grid stay."""
    block, seed = rule.block, seed_of(rule.seed, paths[0])
    if block.group:
        keep = block.group - count(sparsity, block.group)
        return [_groups(grid, block, keep, seed) for grid in grids]
    if rule.scope == "row":
        return [keep_highest(grid, count(sparsity, grid.shape[1]), seed) for grid in grids]
    flat = np.concatenate([grid.reshape(-1) for grid in grids])
    kept = keep_highest(flat[None], count(sparsity, flat.size), seed)[0]
    ends = np.cumsum([grid.size for grid in grids])[:-1]
    parts = np.split(kept, ends)
    return [part.reshape(grid.shape) for part, grid in zip(parts, grids, strict=True)]


def _groups(grid: _Array, block: Block, keep: int, seed: int) -> _Array:
    along = grid if block.axis else grid.T
    kept = keep_in_groups(np.ascontiguousarray(along).reshape(-1, block.group), keep, seed)
    units: _Array = kept.reshape(along.shape)
    return units if block.axis else np.ascontiguousarray(units.T)


def _reconstructed(
    model: nn.Module, chosen: Mapping[str, PruneRule], evidence: Evidence
) -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
    """Give the moved weight and the mask of each module that is reconstructed."""
    found = {}
    for path, rule in chosen.items():
        if rule.score == "sparsegpt":
            found[path] = reconstruct(
                weight_of(model.get_submodule(path)),
                evidence.products[path],
                evidence.crossed.get(path),
                rule.block,
                rule.asked,
                rule.scope == "row",
                seed_of(rule.seed, path),
                path,
            )
    return found
