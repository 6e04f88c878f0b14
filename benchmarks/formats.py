"""Speed of fake quantization, one thread, against `clone` and PyTorch's own.

`python benchmarks/formats.py [--runs N] [--json]`. A 1024 by 1024 float32 tensor; scales are 1, one
dyadic number of 16 bits, and one of these for each row or column. Each figure is
the median of the runs; the runs of a format and of what it is compared with take turns, and the
spread is the distance of the quartiles over the median. A bar that is passed says so. `least` is
the same ratio of the fastest runs, which a busy machine moves less.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

import torch

from litho.compress.straight_through import straight_through
from litho.formats import Scale, fake_quantize, parse
from litho.kernels import describe

SIDE = 1024
SCALES = {
    "unit": Scale(),
    "dyadic": Scale((40001,), (20,)),
    "axis -2": Scale(tuple(32769 + 2 * row for row in range(SIDE)), (20,) * SIDE, -2),
    "axis -1": Scale(tuple(32769 + 2 * row for row in range(SIDE)), (20,) * SIDE, -1),
}
ELEMENTS = [
    "fixed8f4", "int4", "int8", "int16", "e4m3fn", "e5m2", "e3m2fn", "e2m3fn", "e2m1fn", "e5m10",
    "e8m7", "e4m3fnuz", "e4m3fn_flush", "e5m2_overflow", "log4", "binary", "ternary",
]  # fmt: skip
BLOCKS = [
    "mxint8g32", "mxfp8_e4m3g32", "mxfp8_e5m2g32", "mxfp6_e3m2g32", "mxfp6_e2m3g32",
    "mxfp4_e2m1g32", "bfp8g16", "bmf8_e4m3g16", "blocklog4g16",
]  # fmt: skip
TABLES = ["codebook4", "codebook3"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One format's ratios, and the bars they stand against."""

    format: str
    scale: str
    milliseconds: float
    to_clone: float
    clone_bar: float
    spread: float
    least_to_clone: float
    to_torch: float
    backward_to_relu: float
    relu_bar: float
    backward_spread: float
    least_to_relu: float

    @property
    def holds(self) -> bool:
        """Whether both bars hold."""
        return self.to_clone <= self.clone_bar and self.backward_to_relu <= self.relu_bar


def in_turns(runs: int, *works: Callable[[], object]) -> list[list[float]]:
    """Give the seconds of each run of each work, taken in turns, after some that are not timed."""
    seconds: list[list[float]] = [[] for _ in works]
    for turn in range(runs + 10):
        for work, kept in zip(works, seconds, strict=True):
            started = time.perf_counter()
            work()
            if turn >= 10:
                kept.append(time.perf_counter() - started)
    return seconds


def spread(seconds: list[float]) -> float:
    """Give the distance of the quartiles over the median."""
    low, middle, high = statistics.quantiles(seconds, n=4)
    return (high - low) / middle


def forward_and_backward(work: Callable[[torch.Tensor], torch.Tensor]) -> Callable[[], None]:
    """Give one training step of `work` on a leaf of its own."""
    x = torch.randn(SIDE, SIDE, requires_grad=True)
    gradient = torch.randn(SIDE, SIDE)

    def step() -> None:
        x.grad = None
        work(x).backward(gradient)

    return step


def figure(spelling: str, kind: str, clone_bar: float, relu_bar: float, runs: int) -> Figure:
    """Measure one format under one kind of scale."""
    form, scale, x = parse(spelling), SCALES[kind], torch.randn(SIDE, SIDE)
    ours, clone = in_turns(runs, lambda: fake_quantize(x, form, scale), lambda: x.clone())
    # PyTorch's own makes a mask besides, which unsettles the allocator: it stands alone.
    (theirs,) = in_turns(
        runs, lambda: torch.fake_quantize_per_tensor_affine(x, 0.0625, 0, -128, 127)
    )
    step, relu = in_turns(
        runs,
        forward_and_backward(lambda leaf: straight_through(leaf, form, scale)),
        forward_and_backward(torch.relu),
    )
    median = statistics.median
    return Figure(
        spelling,
        kind,
        median(ours) * 1e3,
        median(ours) / median(clone),
        clone_bar,
        spread(ours),
        min(ours) / min(clone),
        median(ours) / median(theirs),
        median(step) / median(relu),
        relu_bar,
        spread(step),
        min(step) / min(relu),
    )


def figures(runs: int) -> list[Figure]:
    """Measure every format of the table."""
    torch.set_num_threads(1)
    found = [figure(name, kind, 2.0, 1.75, runs) for name in ELEMENTS for kind in SCALES]
    found += [figure(name, "unit", 4.0, 2.5, runs) for name in BLOCKS]
    return found + [figure(name, kind, 8.0, 2.5, runs) for name in TABLES for kind in SCALES]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--runs", type=int, default=60, help="timed runs of each (50 or more)")
    arguments = parser.parse_args()
    found = figures(arguments.runs)
    if arguments.json:
        rows = [asdict(one) | {"holds": one.holds} for one in found]
        print(json.dumps({"kernels": describe(), "formats": rows}, indent=2))
        return
    print(describe())
    print(f"{'format':16}{'scale':>9}{'ms':>8}{'÷ clone':>9}{'spread':>8}{'least':>7}", end="")
    print(f"{'÷ torch':>9}{'fwd+bwd ÷ relu':>16}{'spread':>8}{'least':>7}")
    for one in found:
        print(
            f"{one.format:16}{one.scale:>9}{one.milliseconds:8.3f}{one.to_clone:9.2f}"
            f"{one.spread:8.0%}{one.least_to_clone:7.2f}{one.to_torch:9.3f}"
            f"{one.backward_to_relu:16.2f}{one.backward_spread:8.0%}{one.least_to_relu:7.2f}"
            f"  {'' if one.holds else 'bar passed'}"
        )


if __name__ == "__main__":
    main()
