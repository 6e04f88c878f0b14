"""Quantization of ordinary torch modules, in place; they still train, save and export.

quantize(model, [QuantizeRule("*", weights="fixed6", inputs="fixed8")], batches)
train(model, ...)                    # straight-through gradients; scales stay as calibrated
capture(model.eval(), example)       # the quantizers become `litho.fake_quantize` nodes
"""

from litho.compress.operator import fake_quantize
from litho.compress.quantize import Quantized, quantize, quantized
from litho.compress.quantizer import Quantizer
from litho.compress.rules import QuantizeRule

__all__ = ["QuantizeRule", "Quantized", "Quantizer", "fake_quantize", "quantize", "quantized"]
