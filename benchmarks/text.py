"""Seconds to train a BERT-tiny on text, one thread.

`python benchmarks/text.py [--data DIR] [--rounds N] [--json]`. BERT-tiny (2 layers, hidden 128, 2
heads, intermediate 512), batch 32, length 256, AdamW. The text is 1024 film reviews of the folder
of data (or of LITHO_DATA); without one it is drawn, with lengths like those of reviews. A round
trains each variant on all of it; figures are medians of the rounds, in CPU seconds, so that other
programs disturb them less.
"""

import argparse
import json
import os
import statistics
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from litho import tasks

SAMPLES, BATCH, LENGTH, REVIEWS = 1024, 32, 256, 25_000
VARIANTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "drawn batches": ({}, {}),
    "of like length": ({}, {"alike": True}),
    "attention dropout 0.1": ({"attention_dropout": 0.1}, {}),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """What one variant takes: a step, all 25,000 reviews once, and a step against the first's."""

    variant: str
    step_ms: float
    epoch_s: float
    to_first: float
    spread: float


def drawn() -> tasks.Data:
    """Give samples of random tokens, about as long as reviews cut to `LENGTH`."""
    draw = torch.Generator().manual_seed(0)
    lengths = (210 * torch.randn(SAMPLES, generator=draw).mul(0.6).exp()).clamp(20, LENGTH).int()
    ids = torch.randint(1000, 30_000, (SAMPLES, LENGTH), generator=draw, dtype=torch.int32)
    ids[torch.arange(LENGTH) >= lengths[:, None]] = 0
    targets = torch.randint(0, 2, (SAMPLES,), generator=draw)
    return tasks.Data("drawn", ids, targets, ids, targets, 2, tasks.Vocabulary(30_522, 0, 102))


def read(folder: Path | None) -> tasks.Data:
    """Give reviews of the folder, or drawn samples when there is none."""
    if folder is None:
        return drawn()
    options = {"length": LENGTH, "train": SAMPLES}
    return tasks.find("imdb").load(0, folder, options)


def seconds(data: tasks.Data, variant: str) -> float:
    """Give the CPU seconds of a step of one variant, the first left out."""
    of_model, of_training = VARIANTS[variant]
    model = tasks.build("bert", data, of_model, seed=0)
    settings = {"epochs": 1, "batch": BATCH, "rate": 1e-3, "schedule": "linear", **of_training}
    times = []
    tasks.train(
        model,
        data,
        tasks.Training(**settings),
        progress=lambda done, steps: times.append(time.process_time()),
    )
    return (times[-1] - times[0]) / (len(times) - 1)


def figures(data: tasks.Data, rounds: int) -> list[Figure]:
    """Give a figure for each variant."""
    found: dict[str, list[float]] = {variant: [] for variant in VARIANTS}
    for _ in range(rounds):
        for variant, times in found.items():
            times.append(seconds(data, variant))
    middle = {variant: statistics.median(times) for variant, times in found.items()}
    first = next(iter(middle.values()))
    return [
        Figure(
            variant,
            step_ms=1e3 * middle[variant],
            epoch_s=-(-REVIEWS // BATCH) * middle[variant],
            to_first=middle[variant] / first,
            spread=(max(times) - min(times)) / middle[variant],
        )
        for variant, times in found.items()
    ]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder of data (default: LITHO_DATA)")
    parser.add_argument("--rounds", type=int, default=3, help="trainings of each variant")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    given = parser.parse_args()
    folder = given.data or (Path(os.environ["LITHO_DATA"]) if "LITHO_DATA" in os.environ else None)
    data = read(folder)
    found = figures(data, given.rounds)
    if given.json:
        print(
            json.dumps({"data": data.name, "figures": [asdict(item) for item in found]}, indent=2)
        )
        return
    print(f"data: {data.name}, {SAMPLES} samples of {LENGTH} tokens at most, batch {BATCH}")
    print(f"{'variant':22} {'ms a step':>10} {'s an epoch':>11} {'to first':>9} {'spread':>7}")
    for item in found:
        row = f"{item.step_ms:10.1f} {item.epoch_s:11.0f} {item.to_first:9.2f} {item.spread:7.2f}"
        print(f"{item.variant:22} {row}")


if __name__ == "__main__":
    main()
