"""Quantization and pruning of ordinary torch modules, in place; they still train, save and export.

prune(model, [PruneRule("*", sparsity=0.5)])
quantize(model, [QuantizeRule("*", weights="fixed6", inputs="fixed8")], batches)
apply(model, steps, batches)         # any sequence of both, and a table of the layers
train(model, ...)                    # straight-through gradients; learned scales move, others stay
bits_per_weight(model)               # what the parameters take
capture(model.eval(), example)       # the quantizers become `litho.fake_quantize` nodes
"""

from litho.compress.counting import ParameterBits, bits_of_parameters, bits_per_weight
from litho.compress.listing import LayerRow, layers
from litho.compress.operator import fake_quantize
from litho.compress.prune import (
    ActivationRule,
    Block,
    Gradual,
    OneShot,
    Pruned,
    Pruner,
    PruneRule,
    make_permanent,
    prune,
    prune_activations,
    pruned,
    restore,
    retile_masks,
)
from litho.compress.quantize import Quantized, quantize, quantized
from litho.compress.quantizer import Quantizer
from litho.compress.replacing import ReplaceRule
from litho.compress.rules import QuantizeRule
from litho.compress.settling import settle
from litho.compress.steps import (
    PruneStep,
    QuantizeStep,
    ReplaceStep,
    Step,
    apply,
    rebuild,
)

__all__ = [
    "ActivationRule",
    "Block",
    "Gradual",
    "LayerRow",
    "OneShot",
    "ParameterBits",
    "PruneRule",
    "PruneStep",
    "Pruned",
    "Pruner",
    "QuantizeRule",
    "QuantizeStep",
    "Quantized",
    "Quantizer",
    "ReplaceRule",
    "ReplaceStep",
    "Step",
    "apply",
    "bits_of_parameters",
    "bits_per_weight",
    "fake_quantize",
    "layers",
    "make_permanent",
    "prune",
    "prune_activations",
    "pruned",
    "quantize",
    "quantized",
    "rebuild",
    "restore",
    "retile_masks",
    "settle",
]
