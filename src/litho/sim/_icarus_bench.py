"""Writes the bench that Icarus Verilog runs: the same watch on streams as the C++ harness."""

from litho.rtl import Stream
from litho.sim._plan import Plan

__all__ = ["bench"]


_SOURCE = """\
  logic [{top}:0] s{n}_data;
  logic s{n}_valid, s{n}_offers, s{n}_moves;
  wire  s{n}_ready;
  logic [{top}:0] s{n}_beats [0:{last}];
  int s{n}_next, s{n}_file;
"""

_WATCHED = """\
  wire  [{top}:0] {k}{n}_data;
  wire  {k}{n}_valid;
  {ready_kind} {k}{n}_ready;
  logic [{top}:0] {k}{n}_last;
  logic {k}{n}_held, {k}{n}_offered, {k}{n}_moves;
  int {k}{n}_count, {k}{n}_file;
"""

_DRIVE_SOURCE = """\
    if (!s{n}_offers && !quiet && s{n}_next < {beats} && !withheld({stall}){waits}) begin
      s{n}_offers = 1;
      s{n}_data = s{n}_beats[s{n}_next];
    end else if (!s{n}_offers) s{n}_data = 'x;
    s{n}_valid = in_reset == 1 && quiet ? 1'bx : s{n}_offers && !quiet;
"""

_CHECK = """\
    if (in_reset > 1 && {k}{n}_valid !== 1'b0)
      failed("{name} must keep valid low in reset (rule 4), and valid is high or unknown");
    if ({k}{n}_valid === 1'bx || {k}{n}_valid === 1'bz)
      failed("{name} must have a known valid (section 2), and valid is unknown");
    if (in_reset < 2 && {k}{n}_held && {k}{n}_valid !== 1'b1)
      failed("{name} must hold a beat until it is taken (rule 1), and valid fell");
    if (in_reset < 2 && {k}{n}_held && {k}{n}_data !== {k}{n}_last)
      failed("{name} must hold a beat until it is taken (rule 1), and data changed");
"""

_PROBE = """\
    k{n}_offered = k{n}_valid;
    k{n}_last = k{n}_data;
    k{n}_ready = !k{n}_ready;
    #1;
    if (k{n}_valid !== k{n}_offered)
      failed("{name} must not let valid wait for ready (rule 2), and valid changes with ready");
    if (k{n}_offered && k{n}_data !== k{n}_last)
      failed("{name} must hold a beat until it is taken (rule 1), and data changes with ready");
    k{n}_ready = !k{n}_ready;
    #1;
"""

_TRANSFER_SOURCE = """\
    s{n}_moves = s{n}_valid && s{n}_ready === 1'b1;
    if (s{n}_moves) begin
      $fwrite(s{n}_file, "%0d\\n", cycle);
      s{n}_next += 1;
      s{n}_offers = 0;
      moved = 1;
    end
"""

_TRANSFER = """\
    {k}{n}_held = {k}{n}_valid && {k}{n}_ready !== 1'b1;
    {k}{n}_last = {k}{n}_data;
    {k}{n}_moves = {k}{n}_valid && {k}{n}_ready === 1'b1;
    if ({k}{n}_valid && {k}{n}_count == {beats})
      failed("{name} must give {beats} beats, and offers one more");
    if ({k}{n}_moves) begin
      $fwrite({k}{n}_file, "%b %0d\\n", {k}{n}_data, cycle);
      {k}{n}_count += 1;
      moved = 1;
    end
"""

_BENCH = """\
`timescale 1ns / 1ps
`default_nettype none
module litho_bench;
  logic clk, rst_n;
{declarations}
  int cycle, idle, longest, done_at, result, seed;
  logic moved, was_reset, records;
  string vectors, told;

  {top} u_dut (
    .clk_i(clk),
    .rst_ni(rst_n),
{links}
  );

  function automatic logic withheld(input int probability);
    withheld = probability > 0 && ($random(seed) & 32'hffff) < probability;
  endfunction

  task failed(input string reason);
    told = {{vectors, "/result"}};
    result = $fopen(told, "w");
    $fdisplay(result, "failure %0s in cycle %0d", reason, cycle);
    $fclose(result);
    $finish;
    #1000;
  endtask

  task open_files;
{opens}  endtask

  task close_files;
{closes}  endtask

  task restart;
{restarts}    idle = 0;
  endtask

  task step(input int in_reset, input logic quiet);
{window}{drives}    #4;
    if (!(in_reset == 1 && quiet)) begin
{checks}      if (in_reset == 0) begin
        watch();
      end
    end
    #1 clk = 1;
    #5 clk = 0;
    if (in_reset == 0) cycle += 1;
  endtask

  task watch;
{probes}    moved = 0;
{transfers}    idle = moved ? 0 : idle + 1;
    if (idle > longest) longest = idle;
  endtask

  task reset;
    rst_n = 0;
    step(1, cycle == 0);
    step(2, 1);
    step(3, 1);
    rst_n = 1;
    restart();
  endtask

  function automatic logic is_done(input int unused);
    is_done = {done};
  endfunction

  function automatic logic is_fed(input int unused);
    is_fed = {fed};
  endfunction

  initial begin
    if (!$value$plusargs("vectors=%s", vectors)) $fatal(1, "no folder of vectors");
    clk = 0;
    seed = {seed};
    cycle = 0;
    longest = 0;
    was_reset = 0;
    records = 0;
{loads}{dumps}    open_files();
    restart();
    reset();
    while (!is_done(0)) begin
      if (cycle == {reset_at} && !was_reset) begin
        was_reset = 1;
        close_files();
        reset();
{resends}        open_files();
      end
      step(0, 0);
      if (idle > {patience})
        failed($sformatf("%0s (no beat moved for {patience} cycles){states}",
                         is_fed(0) ? {{"the design must give every beat, and some are missing: ",
                                      "its inputs were all taken; look for a ready that is high ",
                                      "while the register behind it is full"}}
                                   : "the design must go on", {counts}));
    end
    if ({reset_at} >= 0 && !was_reset) failed("reset_at must be a cycle of the run, which ends");
    done_at = cycle;
    longest += 64;
    for (int i = 0; i < longest && i < {patience}; i++) step(0, 0);
    close_files();
    told = {{vectors, "/result"}};
    result = $fopen(told, "w");
    $fdisplay(result, "cycles %0d", done_at);
    $fclose(result);
    $finish;
  end
endmodule
`default_nettype wire
"""


def bench(top: str, plan: Plan) -> str:
    """Give the text of the bench around the module `top`."""
    held = plan.held
    sources = [_fields("s", n, s, plan) for n, s in enumerate(plan.sources)]
    sinks = [_fields("k", n, s, plan) for n, s in enumerate(plan.outputs)]
    taps = [_fields("t", n, s, plan) for n, s in enumerate(plan.taps)]
    watched = [*sinks, *taps]
    ready = {"k": "logic", "t": "wire"}
    declarations = [_SOURCE.format(**item) for item in sources]
    declarations += [_WATCHED.format(ready_kind=ready[item["k"]], **item) for item in watched]
    stall = f"{int(held.source * 65536)}"
    waits = _waits(sources, plan)
    drives = [
        _DRIVE_SOURCE.format(stall=stall, waits=waits if place < len(plan.inputs) else "", **item)
        for place, item in enumerate(sources)
    ]
    drives += [f"    k{item['n']}_ready = !withheld({int(held.sink * 65536)});\n" for item in sinks]
    if plan.stall_bits:
        declarations.append(f"  logic [{plan.stall_bits - 1}:0] stall;\n")
        drives.append(
            f"    for (int i = 0; i < {plan.stall_bits}; i++)\n"
            f"      stall[i] = withheld({int(held.inner * 65536)});\n"
        )
    transfers = [_TRANSFER_SOURCE.format(**item) for item in sources]
    transfers += [_TRANSFER.format(**item) for item in watched]
    return _BENCH.format(
        top=top,
        declarations="".join(declarations),
        links=",\n".join(_links(sources, sinks, taps, plan)),
        opens="".join(_open(item) for item in (*sources, *watched)),
        closes="".join(f"    $fclose({i['k']}{i['n']}_file);\n" for i in (*sources, *watched)),
        restarts="".join(_restart(item) for item in watched),
        drives="".join(drives),
        checks="".join(_CHECK.format(**item) for item in watched),
        probes=_probes(sinks, plan),
        window=_window(plan),
        dumps=_dumps(plan),
        transfers="".join(transfers),
        fed=" && ".join(f"{_counter(item)} == {item['beats']}" for item in sources),
        done=" && ".join(f"{_counter(item)} == {item['beats']}" for item in (*sources, *watched)),
        loads="".join(_load(item) for item in sources),
        seed=held.seed % 2**31,
        states="".join(f"; {i['name']} %0d of {i['beats']} beats" for i in (*sources, *watched)),
        counts=", ".join(_counter(item) for item in (*sources, *watched)),
        resends="".join(
            f"        s{item['n']}_next = 0;\n        s{item['n']}_offers = 0;\n"
            for item in sources
        ),
        reset_at=-1 if plan.reset_at is None else plan.reset_at,
        patience=plan.patience,
    )


def _waits(sources: list[dict[str, str]], plan: Plan) -> str:
    """Give what keeps an input from offering: at full speed it waits until all is loaded."""
    if not plan.waits:
        return ""
    return "".join(f" && {_counter(item)} == {item['beats']}" for item in sources[-1:])


def _probes(sinks: list[dict[str, str]], plan: Plan) -> str:
    """Give the probes for rule 2, which rest while waves are recorded: they would show there."""
    text = "".join(_PROBE.format(**item) for item in sinks)
    return f"    if (!records) begin\n{text}    end\n" if plan.wave else text


def _window(plan: Plan) -> str:
    if plan.wave is None:
        return ""
    first, end = plan.wave.first, plan.wave.first + plan.wave.cycles
    return (
        f"    if (!records && cycle >= {first} && cycle < {end}) begin\n"
        f"      $dumpvars({plan.wave.depth}, u_dut);\n"
        "      records = 1;\n"
        "    end\n"
        f"    if (records && cycle >= {end}) begin\n"
        "      $dumpoff;\n"
        "      records = 0;\n"
        "    end\n"
    )


def _dumps(plan: Plan) -> str:
    if plan.wave is None:
        return ""
    return '    told = {vectors, "/waves.vcd"};\n    $dumpfile(told);\n'


def _fields(kind: str, number: int, stream: Stream, plan: Plan) -> dict[str, str]:
    beats = plan.beats(stream)
    word = {"s": "input", "k": "output", "t": "tap"}[kind]
    return {
        "k": kind,
        "n": str(number),
        "top": str(stream.width - 1),
        "beats": str(beats),
        "last": str(beats - 1),
        "name": f"{word} '{stream.name}'",
        "stream": stream.name,
    }


def _links(
    sources: list[dict[str, str]],
    sinks: list[dict[str, str]],
    taps: list[dict[str, str]],
    plan: Plan,
) -> list[str]:
    ends = [(item, item["stream"], "i", "o") for item in sources]
    ends += [(item, item["stream"], "o", "i") for item in sinks]
    ends += [(item, f"tap_{item['stream']}", "o", "o") for item in taps]
    links = []
    for item, prefix, forward, back in ends:
        wires = f"{item['k']}{item['n']}"
        links += [
            f"    .{prefix}_data_{forward}({wires}_data)",
            f"    .{prefix}_valid_{forward}({wires}_valid)",
            f"    .{prefix}_ready_{back}({wires}_ready)",
        ]
    return links + (["    .stall_i(stall)"] if plan.stall_bits else [])


_FILES = {"s": "source{n}.taken", "k": "sink{n}.text", "t": "tap{n}.text"}


def _open(item: dict[str, str]) -> str:
    name = _FILES[item["k"]].format(n=item["n"])
    return (
        f'    told = {{vectors, "/{name}"}};\n'
        f'    {item["k"]}{item["n"]}_file = $fopen(told, "w");\n'
    )


def _restart(item: dict[str, str]) -> str:
    wires = f"{item['k']}{item['n']}"
    return f"    {wires}_count = 0;\n    {wires}_held = 0;\n"


def _counter(item: dict[str, str]) -> str:
    return f"{item['k']}{item['n']}_{'next' if item['k'] == 's' else 'count'}"


def _load(item: dict[str, str]) -> str:
    wires = f"s{item['n']}"
    return (
        f'    told = {{vectors, "/source{item["n"]}.hex"}};\n'
        f"    $readmemh(told, {wires}_beats);\n"
        f"    {wires}_next = 0;\n    {wires}_offers = 0;\n"
    )
