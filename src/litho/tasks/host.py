"""What of a network stays on the host, and what becomes hardware."""

import torch
from torch import nn

from litho.tasks.classifier import SplitClassifier
from litho.tasks.training import evaluating

__all__ = ["core_inputs", "core_of"]

_BATCH = 256  # samples of text that the host embeds at once


def core_of(model: nn.Module) -> nn.Module:
    """Give the part of `model` that becomes hardware: all of it, or what follows embeddings."""
    return model.core if isinstance(model, SplitClassifier) else model


def core_inputs(model: nn.Module, inputs: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """Give what that part takes for inputs[samples, …] of the whole model in eval mode."""
    if not isinstance(model, SplitClassifier):
        return (inputs,)
    with evaluating(model):
        parts = [model.embed(batch) for batch in torch.split(inputs, _BATCH)]
    return tuple(torch.cat(columns) for columns in zip(*parts, strict=True))
