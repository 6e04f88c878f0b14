"""A bench for cocotb beside a design: a file to read and change, its vectors, and what runs it."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from litho.hw import Timing
from litho.ir import Graph, Registry, interpret
from litho.ir.op import Codes
from litho.rtl import Design, Stream, loading_of

__all__ = ["write_bench"]

_SLACK = 200  # how many times slower than at full speed a stalled run may be


def write_bench(
    directory: Path,
    design: Design,
    timing: Timing,
    graph: Graph,
    registry: Registry,
    codes: Mapping[str, Codes],
) -> tuple[Path, ...]:
    """Write the bench of `design` into the new folder `directory` and give its files.

    `codes` are codes[samples, *shape] of each input of `graph`; what must come out is what the
    interpreter says.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("litho.emit", "."),
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    module = f"test_{design.name}"
    facts = {"top": design.name, "module": module}
    loading = loading_of(design)
    streams = (*design.inputs, *((loading.stream,) if loading else ()))
    ends = {"inputs": streams, "outputs": design.outputs}
    texts = {
        "vectors.json": _vectors(design, timing, graph, registry, codes),
        f"{module}.py": environment.get_template("bench.py.j2").render({**facts, **ends}),
        "run.py": environment.get_template("run.py.j2").render(facts),
    }
    directory.mkdir()
    for name, text in texts.items():
        (directory / name).write_text(text)
    return tuple(directory / name for name in texts)


def _vectors(
    design: Design,
    timing: Timing,
    graph: Graph,
    registry: Registry,
    codes: Mapping[str, Codes],
) -> str:
    found = interpret(graph, codes, registry)
    given = [codes[item.name] for item in graph.inputs]
    wanted = [found[name] for name in sorted(graph.outputs, key=graph.outputs.index)]
    samples = len(given[0])
    loading = loading_of(design)
    once = [(loading.stream, loading.codes)] if loading else []
    cycles = samples * timing.interval + sum(stream.beats for stream, _ in once)
    facts = {
        "patience": _SLACK * (timing.latency + cycles + 100),
        "inputs": [_stream(*pair) for pair in (*zip(design.inputs, given, strict=True), *once)],
        "outputs": [_stream(*pair) for pair in zip(design.outputs, wanted, strict=True)],
    }
    return _joined(json.dumps(facts, indent=1)) + "\n"


def _stream(stream: Stream, codes: Codes) -> dict[str, Any]:
    rows = codes.reshape(-1, stream.row).tolist()
    return {"name": stream.name, "bits": stream.bits, "lanes": stream.lanes, "rows": rows}


def _joined(text: str) -> str:
    """Give indented JSON with each list of numbers on one line."""
    return re.sub(
        r"\[\s*(-?\d+(?:,\s*-?\d+)*)\s*\]",
        lambda found: "[" + ", ".join(re.split(r",\s*", found[1])) + "]",
        text,
    )
