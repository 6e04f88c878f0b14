"""The training loop, and what its result is judged by."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from litho.errors import DataError
from litho.tasks.data import Data

__all__ = ["Training", "accuracy", "check_weights", "predict", "train"]


@dataclass(frozen=True, slots=True)
class Training:
    """How a model is trained: Adam with a cosine rate, cross-entropy, batches by the seed.

    One thread gives the same sums on machines of any size, and is fastest for small models.
    """

    epochs: int = 40
    batch: int = 64
    rate: float = 0.01
    weight_decay: float = 0.0
    seed: int = 0
    threads: int = 1


def train(
    model: nn.Module,
    data: Data,
    training: Training,
    report: Callable[[int, float], None] | None = None,
) -> tuple[float, ...]:
    """Train `model` in place and give the mean loss of each epoch; it ends in eval mode.

    The same seed gives the same weights on one machine, however many cores it has: training runs
    on one thread, which is also the fastest for networks of this size. `report(epoch, loss)` is
    called after each epoch. Raises `DataError` when the loss or a weight is not finite.
    """
    generator = torch.Generator().manual_seed(training.seed)
    optimizer = torch.optim.Adam(
        model.parameters(), lr=training.rate, weight_decay=training.weight_decay
    )
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, max(training.epochs, 1))
    losses = []
    with torch.random.fork_rng(devices=[]), _threads(training.threads):
        torch.manual_seed(training.seed)
        model.train()
        for epoch in range(training.epochs):
            losses.append(_epoch(model, data, optimizer, training.batch, generator))
            schedule.step()
            if report:
                report(epoch, losses[-1])
    model.eval()
    check_weights(model)
    return tuple(losses)


@contextmanager
def _threads(count: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _epoch(
    model: nn.Module,
    data: Data,
    optimizer: torch.optim.Optimizer,
    batch: int,
    generator: torch.Generator,
) -> float:
    total = 0.0
    order = torch.randperm(len(data.train_inputs), generator=generator)
    for chosen in torch.split(order, batch):
        optimizer.zero_grad()
        logits = model(data.train_inputs[chosen])
        loss = nn.functional.cross_entropy(logits, data.train_targets[chosen])
        if not bool(torch.isfinite(loss)):
            raise DataError(
                f"the training loss must be finite, not {loss.item()}; lower the rate, or look"
                f" for NaN in the data of {data.name!r}"
            )
        torch.autograd.backward(loss)
        optimizer.step()
        total += loss.item() * len(chosen)
    return total / len(order)


def predict(model: nn.Module, inputs: torch.Tensor, batch: int = 4096) -> torch.Tensor:
    """Give the outputs of `model` in eval mode for inputs[samples, …], its mode left as it was."""
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            return torch.cat([model(part) for part in torch.split(inputs, batch)])
    finally:
        model.train(was_training)


def accuracy(logits: Any, targets: Any) -> float:
    """Give the share of rows of logits[samples, classes] whose first greatest is the target.

    Both are tensors, or both NumPy arrays.
    """
    return int((logits.argmax(1) == targets).sum()) / len(targets)


def check_weights(model: nn.Module) -> None:
    """Raise `DataError`, naming the first, when a parameter or buffer holds NaN or infinity."""
    for name, tensor in (*model.named_parameters(), *model.named_buffers()):
        if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
            count = int((~torch.isfinite(tensor)).sum())
            raise DataError(
                f"weights must be finite, and {name} holds {count} NaN or infinite values of"
                f" {tensor.numel()}; look for a diverged training or a damaged checkpoint"
            )
