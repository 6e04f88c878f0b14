"""Speed of a training step with quantizers, one thread, against the float step.

`python benchmarks/qat.py [--runs N] [--json]`. BERT-tiny of Hugging Face (2 layers, hidden 128,
2 heads, intermediate 512), batch 16, length 256, AdamW. Every linear layer has quantized weights,
bias and inputs. A step is forward, backward and optimizer, `without` leaves the optimizer out,
most of whose work is the embeddings. The steps of all variants take turns, each ratio is that of
medians of one run, and the spread is the distance of the quartiles over the median. Times are
those of the process, not of the wall clock. A bar that is passed says so. `wide` and `float` are
forward passes in eval mode against the float network's, with sums as hardware has them (wide ones
as floats) and with float sums. Needs transformers.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import torch

from litho.compress import QuantizeRule, bits_per_weight, quantize
from litho.kernels import describe

BATCH, LENGTH = 16, 256


LINEARS = ("*.query", "*.key", "*.value", "*.dense", "classifier")
VARIANTS: list[tuple[str, dict[str, Any], float]] = [
    ("fixed8", {"bias": "fixed16"}, 1.25),
    ("int8", {}, 1.25),
    ("int8 by axis", {"granularity": "axis"}, 1.25),
    ("int8 learned", {"scale": "learned"}, 1.35),
    ("int8 by axis learned", {"scale": "learned", "granularity": "axis"}, 1.35),
    ("e4m3fn", {"bias": "e4m3fn"}, 1.25),
    ("mxfp8_e4m3g32", {"bias": "mxfp8_e4m3g32"}, 1.25),
]


@dataclass(frozen=True, slots=True)
class Figure:
    """One variant's step against the float step, and the bar it stands against."""

    variant: str
    milliseconds: float
    to_float: float
    bar: float
    without_optimizer: float
    spread: float
    bits_per_quantized_weight: float
    eval_wide: float
    eval_float: float

    @property
    def holds(self) -> bool:
        """Whether the bar holds."""
        return self.to_float <= self.bar


def network() -> Any:
    """Give a BERT-tiny with weights drawn from one seed."""
    from transformers import BertConfig, BertForSequenceClassification

    torch.manual_seed(0)
    sizes = {"num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 512}
    return BertForSequenceClassification(BertConfig(hidden_size=128, **sizes))


def batch() -> dict[str, torch.Tensor]:
    """Give random words and labels."""
    draw = torch.Generator().manual_seed(1)
    return {
        "input_ids": torch.randint(1000, 30000, (BATCH, LENGTH), generator=draw),
        "attention_mask": torch.ones(BATCH, LENGTH, dtype=torch.int64),
        "labels": torch.randint(0, 2, (BATCH,), generator=draw),
    }


def quantized(name: str, options: dict[str, Any], sums: str) -> torch.nn.Module:
    """Give a network whose linear layers are quantized."""
    model, spelling = network(), name.split()[0]
    rules = [QuantizeRule(match, weights=spelling, inputs=spelling, **options) for match in LINEARS]
    quantize(model, rules, [batch()], sums=sums)
    return model


def stepper(model: Any) -> Callable[[], float]:
    """Give one training step, which gives the seconds before its optimizer."""
    optimizer, inputs = torch.optim.AdamW(model.parameters(), 1e-5), batch()
    model.train()

    def step() -> float:
        started = time.process_time()
        optimizer.zero_grad()
        model(**inputs).loss.backward()
        seconds = time.process_time() - started
        optimizer.step()
        return seconds

    return step


def judge(model: Any) -> Callable[[], float]:
    """Give one forward pass in eval mode."""
    inputs = batch()
    model.eval()

    def forward() -> float:
        with torch.no_grad():
            model(**inputs)
        return 0.0

    return forward


def in_turns(runs: int, works: list[Callable[[], float]]) -> list[list[tuple[float, float]]]:
    """Give the seconds of each run, whole and before the optimizer, the works taking turns.

    The first turns are not timed.
    """
    seconds: list[list[tuple[float, float]]] = [[] for _ in works]
    for turn in range(runs + 3):
        for work, kept in zip(works, seconds, strict=True):
            started = time.process_time()
            before = work()
            if turn >= 3:
                kept.append((time.process_time() - started, before))
    return seconds


def spread(seconds: list[float]) -> float:
    """Give the distance of the quartiles over the median."""
    low, middle, high = statistics.quantiles(seconds, n=4)
    return (high - low) / middle


Variants = list[tuple[str, dict[str, Any], float]]


def judgements(runs: int, variants: Variants, sums: str) -> list[float]:
    """Measure forward passes in eval mode, every variant's against the float network's."""
    models = [network(), *(quantized(name, options, sums) for name, options, _ in variants)]
    seconds = in_turns(runs, [judge(model) for model in models])
    medians = [statistics.median(total for total, _ in kept) for kept in seconds]
    return [median / medians[0] for median in medians]


def figures(runs: int, variants: Variants) -> list[Figure]:
    """Measure the float step and every variant's."""
    torch.set_num_threads(1)
    evals = [judgements(runs, variants, sums) for sums in ("wide", "float")]
    models = [network(), *(quantized(name, options, "wide") for name, options, _ in variants)]
    seconds = in_turns(runs, [stepper(model) for model in models])
    whole = [[total for total, _ in kept] for kept in seconds]
    medians = [statistics.median(kept) for kept in whole]
    before = [statistics.median(part for _, part in kept) for kept in seconds]
    found = []
    for place, (name, _, bar) in enumerate([("float32", {}, 1.0), *variants]):
        figure = Figure(
            name,
            medians[place] * 1e3,
            medians[place] / medians[0],
            bar,
            before[place] / before[0],
            spread(whole[place]),
            bits_per_weight(models[place], quantized_only=place > 0),
            *(ratios[place] for ratios in evals),
        )
        found.append(figure)
    return found


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--runs", type=int, default=25, help="timed steps of each")
    parser.add_argument("--only", action="append", help="a variant to measure, may be repeated")
    arguments = parser.parse_args()
    chosen = [one for one in VARIANTS if not arguments.only or one[0] in arguments.only]
    found = figures(arguments.runs, chosen)
    if arguments.json:
        rows = [asdict(one) | {"holds": one.holds} for one in found]
        print(json.dumps({"kernels": describe(), "steps": rows}, indent=2))
        return
    print(describe())
    heads = ["ms", "÷ float", "bar", "without", "spread", "bits", "wide", "float"]
    print(f"{'step':24}" + "".join(f"{head:>9}" for head in heads))
    for one in found:
        print(
            f"{one.variant:24}{one.milliseconds:9.1f}{one.to_float:9.3f}{one.bar:9.2f}"
            f"{one.without_optimizer:9.3f}{one.spread:9.0%}{one.bits_per_quantized_weight:9.2f}"
            f"{one.eval_wide:9.2f}{one.eval_float:9.2f}"
            f"  {'' if one.holds else 'bar passed'}"
        )


if __name__ == "__main__":
    main()
