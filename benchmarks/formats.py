"""Speed of fake quantization, one thread, against `clone` and PyTorch's own.

`python benchmarks/formats.py [--runs N] [--json]`. A 1024 by 1024 float32 tensor. Each figure is
the median of the runs; the runs of a format and of what it is compared with take turns, and the
spread is the distance of the quartiles over the median. A bar that is passed says so.
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

SCALED = Scale((40001,), (20,))
ELEMENTS = [
    ("fixed8f4", Scale()),
    ("int8", SCALED),
    ("e4m3fn", Scale()),
    ("e4m3fn", SCALED),
    ("e5m2", Scale()),
    ("e3m2fn", Scale()),
    ("e2m3fn", Scale()),
    ("e2m1fn", Scale()),
    ("e8m7", Scale()),
    ("e4m3fn_flush", Scale()),
    ("log4", Scale()),
    ("binary", SCALED),
    ("ternary", SCALED),
]
BLOCKS = [
    "mxint8g32", "mxfp8_e4m3g32", "mxfp8_e5m2g32", "mxfp6_e3m2g32", "mxfp6_e2m3g32",
    "mxfp4_e2m1g32", "bfp8g16", "bmf8_e4m3g16", "blocklog4g16",
]  # fmt: skip
TABLES = [("codebook4", SCALED), ("codebook3", SCALED)]


@dataclass(frozen=True, slots=True)
class Figure:
    """One format's ratios, and the bars they stand against."""

    format: str
    scale: str
    milliseconds: float
    to_clone: float
    clone_bar: float
    spread: float
    to_torch: float
    backward_to_relu: float
    relu_bar: float
    backward_spread: float

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
    x = torch.randn(1024, 1024, requires_grad=True)
    gradient = torch.randn(1024, 1024)

    def step() -> None:
        x.grad = None
        work(x).backward(gradient)

    return step


def figure(spelling: str, scale: Scale, clone_bar: float, relu_bar: float, runs: int) -> Figure:
    """Measure one format."""
    form, x = parse(spelling), torch.randn(1024, 1024)
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
        str(scale),
        median(ours) * 1e3,
        median(ours) / median(clone),
        clone_bar,
        spread(ours),
        median(ours) / median(theirs),
        median(step) / median(relu),
        relu_bar,
        spread(step),
    )


def figures(runs: int) -> list[Figure]:
    """Measure every format of the table."""
    torch.set_num_threads(1)
    found = [figure(spelling, scale, 2.0, 1.75, runs) for spelling, scale in ELEMENTS]
    found += [figure(spelling, Scale(), 4.0, 2.5, runs) for spelling in BLOCKS]
    return found + [figure(spelling, scale, 8.0, 2.5, runs) for spelling, scale in TABLES]


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
    print(f"{'format':16}{'scale':>14}{'ms':>8}{'÷ clone':>9}{'spread':>8}{'÷ torch':>9}", end="")
    print(f"{'fwd+bwd ÷ relu':>16}{'spread':>8}")
    for one in found:
        print(
            f"{one.format:16}{one.scale:>14}{one.milliseconds:8.3f}{one.to_clone:9.2f}"
            f"{one.spread:8.0%}{one.to_torch:9.3f}{one.backward_to_relu:16.2f}"
            f"{one.backward_spread:8.0%}  {'' if one.holds else 'bar passed'}"
        )


if __name__ == "__main__":
    main()
