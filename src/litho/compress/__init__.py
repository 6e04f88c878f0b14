"""Quantization and pruning of ordinary torch modules, in place; they still train, save and export.

prune(model, [PruneRule("*", sparsity=0.5)])
quantize(model, [QuantizeRule("*", weights="fixed6", inputs="fixed8")], batches)
train(model, ...)                    # straight-through gradients; learned scales move, others stay
bits_per_weight(model)               # what the parameters take
capture(model.eval(), example)       # the quantizers become `litho.fake_quantize` nodes
"""

from litho.compress.counting import ParameterBits, bits_of_parameters, bits_per_weight
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
)
from litho.compress.quantize import Quantized, quantize, quantized
from litho.compress.quantizer import Quantizer
from litho.compress.rules import QuantizeRule
from litho.compress.settling import settle

__all__ = [
    "ActivationRule",
    "Block",
    "Gradual",
    "OneShot",
    "ParameterBits",
    "PruneRule",
    "Pruned",
    "Pruner",
    "QuantizeRule",
    "Quantized",
    "Quantizer",
    "bits_of_parameters",
    "bits_per_weight",
    "fake_quantize",
    "make_permanent",
    "prune",
    "prune_activations",
    "pruned",
    "quantize",
    "quantized",
    "restore",
    "settle",
]
