"""Pruning of the weights of ordinary torch modules, in place, by masks that are held and saved.

prune(model, [PruneRule("*", sparsity=0.5)])      # masks: parametrizations, in the state dict
train(model, ...)                                 # what is dropped stays dropped
make_permanent(model)                             # zeros in plain weights
"""

from litho.compress.prune.activations import ActivationRule, prune_activations
from litho.compress.prune.mask import Mask, make_permanent, restore
from litho.compress.prune.pruning import Pruned, prune, pruned
from litho.compress.prune.retiling import retile_masks
from litho.compress.prune.rules import PruneRule
from litho.compress.prune.schedule import Gradual, OneShot, Pruner
from litho.sparsity import Block

__all__ = [
    "ActivationRule",
    "Block",
    "Gradual",
    "Mask",
    "OneShot",
    "PruneRule",
    "Pruned",
    "Pruner",
    "make_permanent",
    "prune",
    "prune_activations",
    "pruned",
    "restore",
    "retile_masks",
]
