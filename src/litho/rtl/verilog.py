"""Writes a design as SystemVerilog: one top module of instances and wires."""

from dataclasses import dataclass

from litho.errors import GraphError
from litho.rtl.block import Memory, Stream
from litho.rtl.design import Connection, Design, Instance
from litho.rtl.loading import LOAD_BITS, WEIGHTS, loaded_in

__all__ = ["Instrumentation", "render"]


@dataclass(frozen=True, slots=True)
class Instrumentation:
    """What a bench adds to a top module; the shipped top has none of it.

    `taps` and `stalls` name connections. A tap brings a stream out as the ports
    `tap_<name>_data_o`, `_valid_o` and `_ready_o`, to be watched. A stall puts a
    `litho_stream_stall` on a stream, worked by its bit of the port `stall_i`, bit 0 the first.
    """

    taps: tuple[str, ...] = ()
    stalls: tuple[str, ...] = ()


def render(design: Design, instrumentation: Instrumentation = Instrumentation()) -> str:
    """Give the SystemVerilog text of the top module of `design`.

    Raises `GraphError` for a tap or stall on a connection that the design does not have.
    """
    known = {connection.name for connection in design.connections}
    for name in (*instrumentation.taps, *instrumentation.stalls):
        if name not in known:
            raise GraphError(
                f"a tap or stall must stand on one of {', '.join(sorted(known))}, not on {name!r}"
            )
    body = [
        *_wires(design, instrumentation),
        *(line for item in design.instances for line in _instance(design, item, instrumentation)),
        *_stalls(design, instrumentation),
        *_ends(design, instrumentation),
        *_load_end(design),
    ]
    return "\n".join(
        [
            f"// {design.name}: {len(design.instances)} modules, written by litho.",
            "`default_nettype none",
            f"module {design.name} (",
            ",\n".join(f"  {port}" for port in _ports(design, instrumentation)),
            ");",
            *body,
            "endmodule",
            "`default_nettype wire",
            "",
        ]
    )


def _vector(width: int) -> str:
    return f"[{width - 1}:0] "


def _ports(design: Design, instrumentation: Instrumentation) -> list[str]:
    ports = ["input  wire logic clk_i", "input  wire logic rst_ni"]
    for stream in design.inputs:
        ports += [
            f"input  wire logic {_vector(stream.width)}{stream.name}_data_i",
            f"input  wire logic {stream.name}_valid_i",
            f"output wire logic {stream.name}_ready_o",
        ]
    if loaded_in(design):
        ports += [
            f"input  wire logic {_vector(LOAD_BITS)}{WEIGHTS}_data_i",
            f"input  wire logic {WEIGHTS}_valid_i",
            f"output wire logic {WEIGHTS}_ready_o",
        ]
    for stream in design.outputs:
        ports += [
            f"output wire logic {_vector(stream.width)}{stream.name}_data_o",
            f"output wire logic {stream.name}_valid_o",
            f"input  wire logic {stream.name}_ready_i",
        ]
    if instrumentation.stalls:
        ports.append(f"input  wire logic {_vector(len(instrumentation.stalls))}stall_i")
    for connection in _named(design, instrumentation.taps):
        width = design.stream_of(connection).width
        ports += [
            f"output wire logic {_vector(width)}tap_{connection.name}_data_o",
            f"output wire logic tap_{connection.name}_valid_o",
            f"output wire logic tap_{connection.name}_ready_o",
        ]
    return ports


def _named(design: Design, names: tuple[str, ...]) -> list[Connection]:
    by_name = {connection.name: connection for connection in design.connections}
    return [by_name[name] for name in names]


def _wires(design: Design, instrumentation: Instrumentation) -> list[str]:
    lines = []
    for connection in design.connections:
        width = design.stream_of(connection).width
        names = [connection.name]
        if connection.name in instrumentation.stalls:
            names.append(f"{connection.name}_held")
        for name in names:
            lines += [
                f"  logic {_vector(width)}{name}_data;",
                f"  logic {name}_valid, {name}_ready;",
            ]
    return lines + [f"  logic {_full(item)};" for item in loaded_in(design)]


def _instance(design: Design, item: Instance, instrumentation: Instrumentation) -> list[str]:
    block = item.block
    parameters = [f".{name}({value})" for name, value in block.parameters]
    parameters += [_memory_parameter(memory) for memory in block.memories]
    ports = [".clk_i(clk_i)", ".rst_ni(rst_ni)", *_load_links(design, item)]
    for stream in block.inputs:
        name = design.into(item.name, stream.name).name
        ports += _links(stream, _after_stall(name, instrumentation), "i", "o")
    for stream in block.outputs:
        ports += _links(stream, design.out_of(item.name, stream.name).name, "o", "i")
    head = f"  {block.module}"
    if parameters:
        head += " #(\n    " + ",\n    ".join(parameters) + "\n  )"
    return [f"{head} u_{item.name} (", "    " + ",\n    ".join(ports), "  );"]


def _load_links(design: Design, item: Instance) -> list[str]:
    """Let every memory hear the stream, and start when those before it are full."""
    if not item.block.loaded:
        return []
    filled = loaded_in(design)
    place = [other.name for other in filled].index(item.name)
    start = _full(filled[place - 1]) if place else "1'b1"
    return [
        f".load_data_i({WEIGHTS}_data_i)",
        f".load_valid_i({WEIGHTS}_valid_i)",
        f".load_start_i({start})",
        f".load_full_o({_full(item)})",
    ]


def _full(item: Instance) -> str:
    return f"load_{item.name}"


def _load_end(design: Design) -> list[str]:
    """The last memory is full when all are."""
    return [f"  assign {WEIGHTS}_ready_o = !{_full(item)};" for item in loaded_in(design)[-1:]]


def _memory_parameter(memory: Memory) -> str:
    return f'.{memory.parameter}("{memory.file_name}")'


def _links(stream: Stream, wires: str, forward: str, back: str) -> list[str]:
    return [
        f".{stream.name}_data_{forward}({wires}_data)",
        f".{stream.name}_valid_{forward}({wires}_valid)",
        f".{stream.name}_ready_{back}({wires}_ready)",
    ]


def _after_stall(name: str, instrumentation: Instrumentation) -> str:
    return f"{name}_held" if name in instrumentation.stalls else name


def _stalls(design: Design, instrumentation: Instrumentation) -> list[str]:
    if not instrumentation.stalls:
        return []
    # From a register: what a simulator computes after the clock edge stands for the whole cycle.
    lines = [
        f"  logic {_vector(len(instrumentation.stalls))}stall_q;",
        "  always_ff @(posedge clk_i) stall_q <= stall_i;",
    ]
    for place, connection in enumerate(_named(design, instrumentation.stalls)):
        name, width = connection.name, design.stream_of(connection).width
        ports = [
            ".clk_i(clk_i)",
            ".rst_ni(rst_ni)",
            f".stall_i(stall_q[{place}])",
            f".in_data_i({name}_data)",
            f".in_valid_i({name}_valid)",
            f".in_ready_o({name}_ready)",
            f".out_data_o({name}_held_data)",
            f".out_valid_o({name}_held_valid)",
            f".out_ready_i({name}_held_ready)",
        ]
        lines += [
            f"  litho_stream_stall #(.Width({width})) u_stall_{name} (",
            "    " + ",\n    ".join(ports),
            "  );",
        ]
    return lines


def _ends(design: Design, instrumentation: Instrumentation) -> list[str]:
    lines = []
    for stream in design.inputs:
        wires = design.out_of("", stream.name).name
        lines += [
            f"  assign {wires}_data = {stream.name}_data_i;",
            f"  assign {wires}_valid = {stream.name}_valid_i;",
            f"  assign {stream.name}_ready_o = {wires}_ready;",
        ]
    for stream in design.outputs:
        wires = _after_stall(design.into("", stream.name).name, instrumentation)
        lines += [
            f"  assign {stream.name}_data_o = {wires}_data;",
            f"  assign {stream.name}_valid_o = {wires}_valid;",
            f"  assign {wires}_ready = {stream.name}_ready_i;",
        ]
    for name in instrumentation.taps:
        wires = _after_stall(name, instrumentation)
        lines += [
            f"  assign tap_{name}_data_o = {wires}_data;",
            f"  assign tap_{name}_valid_o = {wires}_valid;",
            f"  assign tap_{name}_ready_o = {wires}_ready;",
        ]
    return lines
