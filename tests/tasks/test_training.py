"""How a model is trained: the rate from step to step, batches of text, what cannot be trained."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from litho.errors import ConfigError, DataError
from litho.tasks import Data, Training, Vocabulary, predict, train
from litho.tasks.batches import lengths_of, sorted_batches, training_batches, trimmed


class Counting(nn.Module):
    """A model of token ids that notes what it gets: the share of token 1, and a bias."""

    def __init__(self, pad: int | None = None) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(2))
        self.seen: list[torch.Tensor] = []
        self.pad = pad

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        self.seen.append(ids)
        share = (ids == 1).float().sum(1, keepdim=True)
        return torch.cat([share, 1 - share], 1) + self.bias


def text(lengths: list[int], longest: int = 24) -> Data:
    """Give samples of ones, as long as `lengths` say, filled up with 0."""
    ids = (torch.arange(longest) < torch.tensor(lengths)[:, None]).to(torch.int32)
    targets = torch.tensor(lengths) % 2
    return Data("ones", ids, targets, ids, targets, 2, Vocabulary(2, 0, None))


def test_a_batch_is_as_long_as_its_longest_sample_rounded_up() -> None:
    data = text([3, 9, 1, 20])
    lengths = lengths_of(data.test_inputs, 0)
    assert lengths.tolist() == [3, 9, 1, 20]
    assert trimmed(data.test_inputs[:1], lengths[:1]).shape == (1, 8)
    assert trimmed(data.test_inputs[:2], lengths[:2]).shape == (2, 16)
    assert trimmed(data.test_inputs, lengths).shape == (4, 24)
    assert trimmed(text([18], 18).test_inputs, torch.tensor([18])).shape == (1, 18)
    inner = torch.tensor([[1, 0, 1, 0]])
    assert lengths_of(inner, 0).tolist() == [3]
    assert lengths_of(inner[:0], 0).tolist() == []


def test_a_model_is_judged_on_like_lengths_and_answers_in_order() -> None:
    data, model = text([3, 9, 1, 20, 2, 10]), Counting(pad=0)
    assert predict(model, data.test_inputs, batch=2)[:, 0].tolist() == [3, 9, 1, 20, 2, 10]
    assert [tuple(ids.shape) for ids in model.seen] == [(2, 24), (2, 16), (2, 8)]


def test_padding_that_nobody_names_is_left_in() -> None:
    data, model = text([3, 9, 1]), Counting()
    assert predict(model, data.test_inputs, batch=2)[:, 0].tolist() == [3, 9, 1]
    assert [tuple(ids.shape) for ids in model.seen] == [(2, 24), (1, 24)]
    predict(model, data.test_inputs, pad=0)
    assert model.seen[-1].shape == (3, 16)
    assert predict(model, data.test_inputs[:0], pad=0).shape == (0, 2)


@pytest.mark.parametrize("is_alike", [True, False])
def test_each_sample_is_trained_with_once_an_epoch(is_alike: bool) -> None:
    data, model = text([1 + place % 20 for place in range(50)]), Counting()
    train(model, data, Training(epochs=2, batch=4, alike=is_alike))
    counts = sorted(int(row.sum()) for ids in model.seen[:13] for row in ids)
    assert counts == sorted(lengths_of(data.train_inputs, 0).tolist())
    assert {len(ids) for ids in model.seen} == {4, 2}


def test_like_lengths_are_together_in_a_drawn_order() -> None:
    lengths = torch.tensor([1 + place % 20 for place in range(64)])
    generator = torch.Generator().manual_seed(0)
    batches = training_batches(64, 8, generator, lengths)
    spreads = [int(lengths[part].max() - lengths[part].min()) for part in batches]
    assert max(spreads) <= 3
    longest = [int(lengths[part].max()) for part in batches]
    assert longest != sorted(longest, reverse=True)
    assert sorted(torch.cat(batches).tolist()) == list(range(64))
    assert sorted(torch.cat(sorted_batches(lengths, 8)).tolist()) == list(range(64))
    assert sorted_batches(lengths[:0], 8) == ()


def rates_of(training: Training) -> list[float]:
    """The rates of all steps: what a weight with the gradient 1 would fall by."""
    found: list[float] = []
    step = torch.optim.AdamW.step

    def noting(optimizer: torch.optim.AdamW, *given: object) -> object:
        found.append(optimizer.param_groups[0]["lr"])
        return step(optimizer, *given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.optim.AdamW, "step", noting)
        train(Counting(), text([1] * 10), training)
    return found


def test_a_linear_rate_rises_and_falls_from_step_to_step() -> None:
    training = Training(epochs=2, batch=2, rate=1.0, schedule="linear", warmup=0.2)
    assert rates_of(training) == pytest.approx([0.5, 1, *(place / 8 for place in range(8, 0, -1))])


def test_a_cosine_rate_falls_from_epoch_to_epoch() -> None:
    assert rates_of(Training(epochs=2, batch=5, rate=1.0)) == pytest.approx([1, 1, 0.5, 0.5])


def test_each_step_is_told() -> None:
    told: list[tuple[int, int]] = []
    train(
        Counting(),
        text([1] * 5),
        Training(epochs=2, batch=2),
        progress=lambda done, steps: told.append((done, steps)),
    )
    assert told == [(done, 6) for done in range(1, 7)]


def test_before_each_step_the_gradients_are_there_and_the_weights_as_they_were() -> None:
    model = Counting()
    seen: list[tuple[float, bool]] = []

    def look() -> None:
        seen.append((model.bias.detach().sum().item(), model.bias.grad is not None))
        assert model.bias.grad is not None
        model.bias.grad.fill_(1.0)  # what is done to them counts

    training = Training(epochs=2, batch=2, rate=0.25)
    train(model, text([1] * 5), training, before_step=look)
    assert training.steps(text([1] * 5)) == len(seen) == 6
    assert seen[0] == (0.0, True)
    # AdamW goes by the rate while gradients stay alike.
    assert seen[1][0] == pytest.approx(-0.5)


def test_a_task_without_samples_cannot_be_trained() -> None:
    data = text([1, 2])
    none = replace(data, name="qnli", train_inputs=data.train_inputs[:0])
    message = (
        "task 'qnli' must have samples to train with, and has none; evaluate a model that is"
        " trained, or put the file of its training set into the folder of data"
    )
    with pytest.raises(DataError, match=message):
        train(Counting(), none, Training(epochs=1))
    assert train(Counting(), none, Training(epochs=0)) == ()


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"schedule": "step"}, "a schedule must be cosine or linear, not 'step'"),
        ({"warmup": 1.0, "schedule": "linear"}, "warmup must be 0 or more and below 1, not 1.0"),
        ({"warmup": 0.1}, "warmup must be 0 with the cosine schedule, not 0.1; take linear"),
    ],
)
def test_settings_that_do_not_fit_are_named(options: dict[str, object], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        Training(**options)
