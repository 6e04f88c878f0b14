"""The training loop, and what its result is judged by."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from torch import nn

from litho.errors import ConfigError, DataError
from litho.tasks.batches import lengths_of, sorted_batches, training_batches, trimmed
from litho.tasks.data import Data

__all__ = [
    "Training",
    "accuracy",
    "check_weights",
    "evaluating",
    "loss_of",
    "predict",
    "scores",
    "train",
]

_BATCH = 4096  # samples in a batch of numbers that are judged, when nobody says
_TEXT_BATCH = 32  # the fastest of 8 to 128 for a BERT-tiny on one core


@dataclass(frozen=True, slots=True)
class Training:
    """How a model is trained: AdamW, cross-entropy, batches by the seed.

    The rate falls like a cosine from epoch to epoch, or, `linear`, from step to step down to 0
    after it has risen from 0 over the share `warmup` of all steps. With `alike` the samples of a
    batch of text are of like length. One thread gives the same sums on machines of any size, and
    is fastest for small models.
    """

    epochs: int = 40
    batch: int = 64
    rate: float = 0.01
    weight_decay: float = 0.0
    seed: int = 0
    threads: int = 1
    schedule: Literal["cosine", "linear"] = "cosine"
    warmup: float = 0.0
    alike: bool = False

    def __post_init__(self) -> None:
        if self.schedule not in ("cosine", "linear"):
            raise ConfigError(f"a schedule must be cosine or linear, not {self.schedule!r}")
        if not 0 <= self.warmup < 1:
            raise ConfigError(f"warmup must be 0 or more and below 1, not {self.warmup}")
        if self.warmup and self.schedule != "linear":
            raise ConfigError(
                f"warmup must be 0 with the cosine schedule, not {self.warmup}; take linear"
            )

    def steps(self, data: Data) -> int:
        """Give the steps of all epochs on `data`."""
        return self.epochs * -(-len(data.train_inputs) // self.batch)


def train(
    model: nn.Module,
    data: Data,
    training: Training,
    report: Callable[[int, float], None] | None = None,
    progress: Callable[[int, int], None] | None = None,
    before_step: Callable[[], object] | None = None,
) -> tuple[float, ...]:
    """Train `model` in place and give the mean loss of each epoch; it ends in eval mode.

    The same seed gives the same weights on one machine, however many cores it has: training runs
    on one thread, which is also the fastest for networks of this size. `report(epoch, loss)` is
    called after each epoch, `progress(done, steps)` after each step of all epochs, and
    `before_step()` before each step of the optimizer, when the gradients are there. Raises
    `DataError` when there is nothing to train with, and when the loss or a weight is not finite.
    """
    if training.epochs and not len(data.train_inputs):
        raise DataError(
            f"task {data.name!r} must have samples to train with, and has none; evaluate a model"
            " that is trained, or put the file of its training set into the folder of data"
        )
    losses = []
    with torch.random.fork_rng(devices=[]), _threads(training.threads):
        torch.manual_seed(training.seed)
        model.train()
        run = _Run(model, data, training, progress, before_step)
        for epoch in range(training.epochs):
            losses.append(run.epoch())
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


class _Run:
    """A training on its way."""

    def __init__(
        self,
        model: nn.Module,
        data: Data,
        training: Training,
        progress: Callable[[int, int], None] | None,
        before_step: Callable[[], object] | None,
    ) -> None:
        self.model, self.data, self.training = model, data, training
        self.progress, self.before_step = progress, before_step
        self.generator = torch.Generator().manual_seed(training.seed)
        self.lengths = None if data.pad is None else lengths_of(data.train_inputs, data.pad)
        # A step over a table of embeddings takes a fourth of the time when it is fused.
        self.optimizer = torch.optim.AdamW(
            model.parameters(),
            lr=training.rate,
            weight_decay=training.weight_decay,
            fused=True if data.pad is not None else None,
        )
        self.steps = training.steps(data)
        self.done = 0
        self.schedule = self._schedule()

    def _schedule(self) -> torch.optim.lr_scheduler.LRScheduler:
        schedules = torch.optim.lr_scheduler
        if self.training.schedule == "cosine":
            return schedules.CosineAnnealingLR(self.optimizer, max(self.training.epochs, 1))
        rising = round(self.steps * self.training.warmup)

        def share(step: int) -> float:
            if step < rising:
                return (step + 1) / rising
            return (self.steps - step) / max(self.steps - rising, 1)

        return schedules.LambdaLR(self.optimizer, share)

    def epoch(self) -> float:
        """Go through all samples once, and give their mean loss."""
        count = len(self.data.train_inputs)
        lengths = self.lengths if self.training.alike else None
        total = 0.0
        for chosen in training_batches(count, self.training.batch, self.generator, lengths):
            total += self._step(chosen) * len(chosen)
            if self.training.schedule == "linear":
                self.schedule.step()
            self.done += 1
            if self.progress:
                self.progress(self.done, self.steps)
        if self.training.schedule == "cosine":
            self.schedule.step()
        return total / count

    def _step(self, chosen: torch.Tensor) -> float:
        inputs = self.data.train_inputs[chosen]
        if self.lengths is not None:
            inputs = trimmed(inputs, self.lengths[chosen])
        self.optimizer.zero_grad()
        loss = loss_of(self.model, (inputs, self.data.train_targets[chosen]))
        if not bool(torch.isfinite(loss)):
            raise DataError(
                f"the training loss must be finite, not {loss.item()}; lower the rate, or look"
                f" for NaN in the data of {self.data.name!r}"
            )
        torch.autograd.backward(loss)
        if self.before_step:
            self.before_step()
        self.optimizer.step()
        return loss.item()


def loss_of(model: nn.Module, samples: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
    """Give what training lowers: the mean cross-entropy of `model` on (inputs, targets)."""
    inputs, targets = samples
    return nn.functional.cross_entropy(model(inputs), targets)


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Put `model` into eval mode, without gradients, and its mode back as it was."""
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        model.train(was_training)


def predict(
    model: nn.Module, inputs: torch.Tensor, batch: int | None = None, pad: int | None = None
) -> torch.Tensor:
    """Give the outputs of `model` in eval mode for inputs[samples, …], its mode left as it was.

    Token ids that are filled up at the end with `pad` (by default what the model's own `pad` says)
    go in batches of like length, cut to the longest; the outputs are in the order of the samples,
    and equal those of one batch up to the rounding of float sums.
    """
    pad = _pad_of(model) if pad is None else pad
    is_text = not inputs.is_floating_point()
    batch = batch or (_TEXT_BATCH if is_text else _BATCH)
    with evaluating(model):
        if not is_text or pad is None or not len(inputs):
            return torch.cat([model(part) for part in torch.split(inputs, batch)])
        lengths = lengths_of(inputs, pad)
        places = sorted_batches(lengths, batch)
        found = torch.cat([model(trimmed(inputs[part], lengths[part])) for part in places])
        return found[torch.cat(places).argsort()]


def _pad_of(model: nn.Module) -> int | None:
    pad = getattr(model, "pad", None)
    return pad if isinstance(pad, int) else None


def accuracy(logits: Any, targets: Any) -> float:
    """Give the share of rows of logits[samples, classes] whose first greatest is the target.

    Both are tensors, or both NumPy arrays.
    """
    return int(scores(logits, targets).sum()) / len(targets)


def scores(logits: Any, targets: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Give scores[samples], whose mean is the accuracy: 1 where the first greatest is the target.

    Both are as in `accuracy`; elsewhere the score is 0.
    """
    return np.asarray(logits.argmax(1) == targets, np.float64)


def check_weights(model: nn.Module) -> None:
    """Raise `DataError`, naming the first, when a parameter or buffer holds NaN or infinity."""
    for name, tensor in (*model.named_parameters(), *model.named_buffers()):
        if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
            count = int((~torch.isfinite(tensor)).sum())
            raise DataError(
                f"weights must be finite, and {name} holds {count} NaN or infinite values of"
                f" {tensor.numel()}; look for a diverged training or a damaged checkpoint"
            )
