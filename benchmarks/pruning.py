"""Seconds to choose masks for BERT-base, and what held masks cost its forward pass.

`python benchmarks/pruning.py [--runs N] [--json]`. Masks: 12 times the six matrices of a layer,
drawn weights, sparsity 0.5 (2:4 for N:M), score L1, scope tensor, or global where it says so; the
median of the runs for each shape. Forward: the same twelve layers in Hugging Face's `BertModel`,
1024 tokens (2 samples of 512), eval mode without gradients, masks cached; pruned and dense runs
take turns, and the ratio is that of their medians. One thread, and the time of the process: other
programs do not count. A bar that is passed says so.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

import torch
from torch import nn

from litho.compress.prune import PruneRule, make_permanent, prune

SHAPES = ["element", "row", "column", "block16x16", "blocks8", "2:4", "2:4@0"]
TOGETHER = ["element", "block16x16"]
HIDDEN, INTERMEDIATE, LAYERS, VOCABULARY = 768, 3072, 12, 30_522
SECONDS_BAR, RATIO_BAR = 3.0, 1.05


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured: seconds for each shape, and a pruned forward pass over a dense one."""

    masks_seconds: dict[str, float]
    forward_ratio: float


def matrices() -> nn.ModuleList:
    """Give the six matrices of a layer, twelve times."""
    sizes = [(HIDDEN, HIDDEN)] * 4 + [(HIDDEN, INTERMEDIATE), (INTERMEDIATE, HIDDEN)]
    return nn.ModuleList(nn.Linear(*size) for _ in range(LAYERS) for size in sizes)


def timed(work: Callable[[], object]) -> float:
    """Give the seconds of a call."""
    started = time.process_time()
    work()
    return time.process_time() - started


def mask_seconds(runs: int) -> dict[str, float]:
    """Give the seconds to prune all matrices, for each shape."""
    model, found = matrices(), {}
    rules = [PruneRule("*", None if ":" in shape else 0.5, shape) for shape in SHAPES]
    rules += [PruneRule("*", 0.5, shape, "global") for shape in TOGETHER]
    for rule in rules:
        times = []
        for _ in range(runs):
            weights = [layer.weight.detach().clone() for layer in model]
            times.append(timed(lambda rule=rule: prune(model, [rule])))
            make_permanent(model)
            with torch.no_grad():
                for layer, weight in zip(model, weights, strict=True):
                    layer.weight.copy_(weight)
        name = f"{rule.shape} global" if rule.scope == "global" else str(rule.shape)
        found[name] = statistics.median(times)
    return found


def forward_ratio(runs: int) -> float:
    """Give the seconds of a pruned forward pass over those of a dense one."""
    from transformers import BertConfig, BertModel

    dense = BertModel(BertConfig()).eval()
    other = BertModel(BertConfig()).eval()
    other.load_state_dict(dense.state_dict())
    prune(other, [PruneRule("encoder.layer.*", 0.5)])
    ids = torch.randint(VOCABULARY, (2, 512), generator=torch.Generator().manual_seed(0))
    times: tuple[list[float], list[float]] = ([], [])
    with torch.no_grad():
        for turn in range(runs + 1):
            for model, kept in zip((dense, other), times, strict=True):
                seconds = timed(lambda model=model: model(ids))
                if turn:
                    kept.append(seconds)
    return statistics.median(times[1]) / statistics.median(times[0])


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3, help="timed runs of each")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    given = parser.parse_args()
    torch.set_num_threads(1)
    found = Figures(mask_seconds(given.runs), forward_ratio(given.runs))
    if given.json:
        print(json.dumps(asdict(found), indent=2))
        return
    for shape, taken in found.masks_seconds.items():
        print(f"masks {shape:18}{taken:8.2f} s  {'' if taken <= SECONDS_BAR else 'bar passed'}")
    word = "" if found.forward_ratio <= RATIO_BAR else "bar passed"
    print(f"forward, pruned over dense {found.forward_ratio:.3f}  {word}")


if __name__ == "__main__":
    main()
