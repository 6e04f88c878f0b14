"""What a page says of the modules of a design, from its manifest."""

from collections.abc import Iterator, Mapping
from typing import Any

from litho.report import Part, Table

__all__ = ["modules_table", "part_of"]

_Facts = Mapping[str, Any]


def modules_table(manifest: _Facts) -> Table:
    """Give a row for each module: what it is and stands for."""
    headers = ("instance", "module", "by", "operation", "gives", "lanes", "cycles")
    rows = tuple(_row(facts) for facts in manifest["modules"])
    return Table(headers, rows, numbers=("lanes", "cycles"))


def _row(facts: _Facts) -> tuple[str, ...]:
    node = facts.get("node")
    lanes = (facts["inputs"][0]["lanes"], facts["outputs"][0]["lanes"])
    return (
        facts["instance"],
        facts["module"],
        facts["toolchain"],
        node["op"] if node else "",
        f"{node['format']} [{_shape(node['shape'])}]" if node else "",
        " → ".join(map(str, lanes)),
        str(facts["interval_cycles"]),
    )


def part_of(facts: _Facts) -> Part:
    """Give everything that the manifest says of one module."""
    by = "litho" if facts["toolchain"] == "litho" else "the user"
    line = f"{facts['module']} by {by}"
    return Part(facts["instance"], line, tuple(_tables(facts)))


def _tables(facts: _Facts) -> Iterator[tuple[str, Table]]:
    yield "Interfaces", _streams(facts)
    if "node" in facts:
        yield "Tensors", _tensors(facts["node"], facts["outputs"][0]["storage"])
    if facts["parameters"]:
        yield "Parameters", _pairs(("parameter", "value"), facts["parameters"])
    if facts["memories"]:
        yield "Memories", _memories(facts["memories"])
    files = tuple((path,) for path in facts["files"])
    yield "Source files, each after those it needs", Table(("file",), files)


def _streams(facts: _Facts) -> Table:
    headers = (
        *("stream", "way", "wires", "code", "lanes", "beats", "padding"),
        *("tensor", "order", "storage"),
    )
    rows = [
        _stream(stream, way)
        for way, name in (("in", "inputs"), ("out", "outputs"))
        for stream in facts[name]
    ]
    return Table(headers, tuple(rows), ("lanes", "beats", "padding"))


def _stream(stream: _Facts, way: str) -> tuple[str, ...]:
    sign = "signed" if stream["is_signed"] else "unsigned"
    return (
        stream["name"],
        way,
        stream["wires"],
        f"{stream['bits']} bits, {sign}",
        str(stream["lanes"]),
        str(stream["beats"]),
        str(stream["padding"]),
        f"{stream['rows']} × {stream['row']} codes",
        stream["order"],
        stream["storage"],
    )


def _tensors(node: _Facts, storage: str) -> Table:
    headers = ("tensor", "format", "shape", "bits", "storage")
    read = tuple(
        (
            tensor["name"],
            tensor["format"],
            _shape(tensor["shape"]),
            str(tensor["size_bits"]),
            tensor["storage"],
        )
        for tensor in node["inputs"]
    )
    given = (node["name"], node["format"], _shape(node["shape"]), str(node["size_bits"]), storage)
    return Table(headers, (*read, given), ("bits",))


def _memories(memories: _Facts) -> Table:
    rows = tuple(
        (name, memory["file"], str(memory["width"]), str(memory["depth"]))
        for name, memory in memories.items()
    )
    return Table(("parameter", "file", "bits a word", "words"), rows, ("bits a word", "words"))


def _pairs(headers: tuple[str, str], pairs: _Facts) -> Table:
    return Table(headers, tuple((name, str(value)) for name, value in pairs.items()), (headers[1],))


def _shape(shape: list[int]) -> str:
    return " × ".join(map(str, shape))
