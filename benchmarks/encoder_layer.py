"""One encoder layer on a device: what it takes, and with `--place` its clock.

`python benchmarks/encoder_layer.py [--json] [--whole] [--place] [--device NAME] [--share S]
[--out DIR]`. A layer with drawn weights gets the lanes that make it as fast as the share of the
device allows, and is synthesized, and placed where nextpnr knows the device. Without `--whole` it
is a small one, to try; with it, that of BERT-tiny at 128 tokens: Yosys takes some ten minutes, and
nextpnr an hour.
"""

import argparse
import json
import tempfile
from dataclasses import replace
from pathlib import Path

from transformer import BERT_TINY, Encoder, encoder, multiplications

from litho import tools
from litho.emit import emit
from litho.hw import find_device, find_family
from litho.ops import registry
from litho.passes.choose_lanes import ChooseLanes
from litho.passes.utilization import utilization

SMALL = Encoder(1, 8, 16, 2, 32, has_length=True)
CLOCK_MHZ = 60.0


def figures(
    sizes: Encoder, name: str, share: float, place: bool, folder: Path
) -> dict[str, float | str]:
    """Emit one layer into `folder`/design, synthesize it and give the figures."""
    device = find_device(name)
    graph = ChooseLanes(device=device, share=share)(encoder(sizes), registry())
    emitted = emit(folder / "design", graph, registry(), "top", CLOCK_MHZ)
    logs = folder / "logs"
    logs.mkdir(exist_ok=True)
    synthesis = tools.synthesize(emitted.folder, find_family(device.family), logs)
    report = tools.place(synthesis, device, logs) if place else synthesis.report
    use = utilization(graph, emitted.timing.interval)
    assert use.products == multiplications(sizes)
    found = report.resources
    return {
        "device": name,
        "latency": emitted.timing.latency,
        "interval": emitted.timing.interval,
        "multipliers": use.multipliers,
        "utilization": float(use.share),
        "luts": found.luts,
        "ffs": found.ffs,
        "dsps": found.dsps,
        "bram_bits": found.bram_bits,
        **({"fmax_mhz": report.fmax_mhz} if report.fmax_mhz else {}),
    }


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--whole", action="store_true", help="a layer of BERT-tiny at 128 tokens")
    parser.add_argument("--place", action="store_true", help="place and route too")
    parser.add_argument("--device", default="ecp5-85k", help="see `litho list devices`")
    parser.add_argument("--share", type=float, default=0.95, help="of the device, by the estimate")
    parser.add_argument("--out", type=Path, help="keep the design and what was said of it here")
    given = parser.parse_args()
    sizes = replace(BERT_TINY, layers=1) if given.whole else SMALL
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.out or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        found = figures(sizes, given.device, given.share, given.place, folder)
    if given.json:
        print(json.dumps(found, indent=2))
        return
    for key, value in found.items():
        print(f"{key:<12} {value:.3f}" if isinstance(value, float) else f"{key:<12} {value}")


if __name__ == "__main__":
    main()
