"""Attention of Hugging Face models as plain operations, under the name `litho`.

It is the eager attention of transformers, with the mask of padding handed to it as it is: the
model makes no mask of [queries, keys] first, which in a captured graph is arithmetic on constants.
"""

from typing import Any

import torch
from torch import nn

from litho.errors import UnsupportedError
from litho.tasks.attention_parts import Attention, lengths_of_mask
from litho.tasks.hub import import_transformers

__all__ = ["attend", "hand_through", "register_attention", "split_attention"]

PARTS = "parts"

# What some models give besides, and what changes the scores.
_UNKNOWN = ("softcap", "s_aux", "head_mask", "position_bias")


def register_attention() -> str:
    """Make `litho` an attention function of transformers, and give that name.

    `model.set_attn_implementation("litho")` or `attn_implementation="litho"` chooses it.
    Raises `DataError` when transformers is not installed.
    """
    transformers = import_transformers("attention")
    transformers.AttentionInterface.register("litho", attend)
    transformers.AttentionMaskInterface.register("litho", hand_through)
    return "litho"


def attend(
    module: nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    scaling: float | None = None,
    dropout: float = 0.0,
    **options: Any,
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Give (result[batch, queries, heads, width], weights[batch, heads, queries, keys]).

    `query`, `key` and `value` are [batch, heads, length, width], the latter two with a head for
    each group of heads; `attention_mask` is True where a key counts: [batch, keys], or
    [batch, 1, queries, keys] where the query matters. Attention in parts (`split_attention`) gives
    no weights. Raises `UnsupportedError` for what changes the scores in another way.
    """
    given = [name for name in _UNKNOWN if options.get(name) is not None]
    if given:
        raise UnsupportedError(
            f"attention of {type(module).__name__} must have queries, keys, values and a mask, not"
            f" {', '.join(given)}; choose another attention function, such as eager"
        )
    parts = module._modules.get(PARTS)
    if isinstance(parts, Attention):
        return _in_parts(parts, query, key, value, attention_mask)
    groups = query.shape[1] // key.shape[1]
    if groups > 1:
        key, value = (part.repeat_interleave(groups, dim=1) for part in (key, value))
    scale = query.shape[-1] ** -0.5 if scaling is None else scaling
    scores = torch.matmul(query, key.transpose(-1, -2)) * scale
    if attention_mask is not None:
        scores = scores + _bias(attention_mask, scores.dtype)
    weights = nn.functional.softmax(scores, dim=-1)
    weights = nn.functional.dropout(weights, dropout, module.training)
    return torch.matmul(weights, value).transpose(1, 2).contiguous(), weights


def _in_parts(
    parts: Attention,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    mask: torch.Tensor | None,
) -> tuple[torch.Tensor, None]:
    lengths = None if mask is None else lengths_of_mask(mask)
    return parts(query, key, value, lengths).transpose(1, 2).contiguous(), None


def split_attention(model: nn.Module, tokens: int | None = None) -> tuple[str, ...]:
    """Give each attention of a Hugging Face model its steps as modules, and say where they are.

    `tokens` is the length for which hardware is made, when batches may be shorter. The steps lie
    below `parts` of the module that attends: `parts.scores`, `parts.softmax` and `parts.context`,
    where rules find them. Nothing else changes: there are no weights in them.
    Raises `DataError` when transformers is not installed, `UnsupportedError` for a model without
    such attention, or with dropout, several queries for a key, or a mask by query in it.
    """
    found = {path: m for path, m in model.named_modules() if _attends(m)}
    if not found:
        raise UnsupportedError(
            f"{type(model).__name__} must have attention that transformers lets others compute, and"
            " has none; write it with `litho.tasks.Attention`"
        )
    for path, module in found.items():
        _check_plain(module, path)
    getattr(model, "set_attn_implementation")(register_attention())  # noqa: B009 - of transformers
    for module in found.values():
        width = module.attention_head_size
        module.add_module(PARTS, Attention(getattr(module, "scaling", width**-0.5), tokens))
    return tuple(f"{path}.{PARTS}" for path in found)


def _attends(module: nn.Module) -> bool:
    """Say whether a module asks transformers who computes its attention."""
    return "ALL_ATTENTION_FUNCTIONS" in type(module).forward.__code__.co_names


def _check_plain(module: nn.Module, path: str) -> None:
    config = getattr(module, "config", None)
    dropout = getattr(config, "attention_probs_dropout_prob", 0.0)
    is_plain = hasattr(module, "attention_head_size") and not getattr(module, "is_causal", False)
    if dropout or not is_plain:
        raise UnsupportedError(
            f"attention {path!r} must be without dropout and look at all tokens, with a key for"
            f" each query, not {type(module).__name__} with dropout {dropout}; set"
            " `attention_dropout = 0`, or write it with `litho.tasks.Attention`"
        )


def _bias(mask: torch.Tensor, kind: torch.dtype) -> torch.Tensor:
    """Give 0 where a key counts, and the least number of the type where it does not."""
    counts = mask.unsqueeze(1).unsqueeze(1) if mask.ndim == 2 else mask
    counts = counts if counts.dtype == torch.bool else counts.bool()
    zero = torch.zeros((), dtype=kind, device=mask.device)
    return torch.where(counts, zero, torch.finfo(kind).min)


def hand_through(
    *, mask_function: Any, attention_mask: torch.Tensor | None = None, **options: Any
) -> torch.Tensor | None:
    """Give the mask of padding[batch, keys] as it is; none when there is none.

    Where the query matters (causal attention, windows), give the mask[batch, 1, queries, keys]
    of `transformers.masking_utils.sdpa_mask`.
    """
    from transformers import masking_utils

    if mask_function is masking_utils.bidirectional_mask_function:
        return attention_mask
    options |= {"allow_is_causal_skip": False, "allow_is_bidirectional_skip": False}
    mask: torch.Tensor = masking_utils.sdpa_mask(
        mask_function=mask_function, attention_mask=attention_mask, **options
    )
    return mask
