"""Makes masks of one shape into masks of another, which hardware can skip."""

from torch import from_numpy, nn, no_grad

from litho.compress.prune.mask import masks, weight_of
from litho.compress.prune.pruning import Pruned, pruned
from litho.sparsity import Block, retile

__all__ = ["retile_masks"]


def retile_masks(
    model: nn.Module, shape: str | Block, *, fills: bool = False
) -> tuple[Pruned, ...]:
    """Make every mask of `model` one of units of `shape`, in place, and say what that drops.

    What the model computes stays the same: a weight that stays because its unit does, with
    `fills`, is 0 and can be trained again. What a mask was asked for stays written in it.
    Raises what `litho.sparsity.retile` raises; the model is then as it was.
    """
    block = shape if isinstance(shape, Block) else Block.parse(shape)
    found = [
        (
            module,
            mask,
            retile(
                mask.mask.cpu().numpy(),
                block,
                source=mask.block,
                fills=fills,
                place=f"the mask of {path!r}",
            ),
        )
        for path, module, mask in masks(model)
    ]
    for module, mask, tiled in found:
        weight = weight_of(module)
        with no_grad():
            weight.masked_fill_(~mask.mask, 0.0)
        kept = block.spread(tiled.units, tuple(weight.shape))
        mask.change(from_numpy(kept), block, float(mask.asked))
    return pruned(model)
