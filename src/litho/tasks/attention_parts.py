"""Attention as modules, one for each step, so that rules can name what lies between them."""

import math

import torch
from torch import nn

from litho.errors import ConfigError, DataError

__all__ = ["Attention", "Context", "Scores", "Softmax", "lengths_of_mask", "masked_softmax"]

_FACTOR_BITS = 8  # of the multiplier of a factor that is no power of two


class Scores(nn.Module):
    """What queries and keys have in common: their products, times a factor that hardware has.

    The factor is the nearest m · 2^(−n) with m < 2^8, so that a square root that is a power of two
    is exact; the codes stay as they are, only their meaning is scaled.
    """

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = _short(factor)

    def forward(self, query: torch.Tensor, key: torch.Tensor) -> torch.Tensor:
        """Give scores[…, queries, keys] of query[…, queries, width] and key[…, keys, width]."""
        return torch.matmul(query, key.transpose(-1, -2)) * self.factor

    def extra_repr(self) -> str:
        """Show the factor."""
        return f"factor={self.factor}"


def _short(factor: float) -> float:
    """Give the nearest number with a multiplier of few bits."""
    if not factor > 0:
        raise ConfigError(f"the factor of scores must be above 0, not {factor}")
    part, exponent = math.frexp(factor)  # part lies in [1/2, 1)
    return math.ldexp(round(part * (1 << _FACTOR_BITS)), exponent - _FACTOR_BITS)


class Softmax(nn.Module):
    """The softmax of each row, of which the first `lengths` of its sample count.

    `row` is how long rows are in hardware, when those of a batch may be shorter: the integers on
    the way are as wide as that row needs.
    """

    def __init__(self, row: int | None = None) -> None:
        super().__init__()
        self.row = row

    def forward(self, x: torch.Tensor, lengths: torch.Tensor | None = None) -> torch.Tensor:
        """Give weights of the shape of x[samples, …, keys]; what does not count is 0."""
        is_exporting = torch.compiler.is_exporting()
        if is_exporting and self.row not in (None, x.shape[-1]):
            raise ConfigError(
                f"a softmax made for rows of {self.row} must be captured with such rows, not with"
                f" rows of {x.shape[-1]}; give an example of full length"
            )
        if lengths is None:
            return nn.functional.softmax(x, dim=-1)
        if is_exporting:
            result: torch.Tensor = masked_softmax(x, lengths)
            return result
        return _masked(x, lengths)


def _masked(x: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
    places = torch.arange(x.shape[-1], device=x.device)
    counts = places < lengths.reshape(-1, *(1,) * (x.dim() - 1))
    weights = nn.functional.softmax(x.masked_fill(~counts, torch.finfo(x.dtype).min), dim=-1)
    return weights.masked_fill(~counts, 0.0)


@torch.library.custom_op("litho::masked_softmax", mutates_args=())
def masked_softmax(x: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
    """Give the softmax of each row of x[samples, …, keys], of which the first `lengths` count.

    `lengths` are integers, one for each sample; what does not count is 0.
    """
    return _masked(x, lengths)


@masked_softmax.register_fake
def _(x: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
    del lengths
    return torch.empty_like(x)


class Context(nn.Module):
    """The values, weighed."""

    def forward(self, weights: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
        """Give [..., queries, width] of weights[..., queries, keys] and value[..., keys, width]."""
        return torch.matmul(weights, value)


class Attention(nn.Module):
    """Scores, softmax and context, one after another.

    A rule for `*.softmax` names the formats of scores and weights, one for `*.context` that of the
    result; products are exact. `row` is that of the softmax.
    """

    def __init__(self, factor: float, row: int | None = None) -> None:
        super().__init__()
        self.scores, self.softmax, self.context = Scores(factor), Softmax(row), Context()

    def forward(
        self,
        query: torch.Tensor,
        key: torch.Tensor,
        value: torch.Tensor,
        lengths: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Give result[samples, heads, queries, width]; all inputs have heads of [length, width].

        Of the keys of a sample the first `lengths` count.
        """
        weights = self.softmax(self.scores(query, key), lengths)
        result: torch.Tensor = self.context(weights, value)
        return result


def lengths_of_mask(mask: torch.Tensor) -> torch.Tensor:
    """Give how many tokens of each sample count, from a mask[samples, tokens] of padding.

    Lengths[samples] stay as they are. Raises `DataError` for tokens that count behind others that
    do not.
    """
    if mask.dim() == 1:
        return mask
    if mask.dim() != 2:
        raise DataError(
            "the mask of attention in parts must be one of padding[samples, tokens], not of shape"
            f" {list(mask.shape)}; use another attention where the query matters"
        )
    counts = mask.bool()
    if not torch.compiler.is_exporting() and bool((counts[:, 1:] & ~counts[:, :-1]).any()):
        raise DataError(
            "the tokens that count must come first in each sample, not behind padding; fill"
            " samples up at their end"
        )
    return counts.sum(1)
