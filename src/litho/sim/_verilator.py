"""Simulation by Verilator: the main program that joins a model with the harness."""

from pathlib import Path

from litho import tools
from litho.rtl import DesignFolder, Stream
from litho.rtl.block import Codes, Times
from litho.sim._plan import Plan
from litho.sim._vectors import read_codes, read_cycles

__all__ = ["TIMEOUT_S", "build", "job", "read", "read_taken"]

TIMEOUT_S = None  # the harness counts the cycles in which nothing moves

_HARNESS = Path(__file__).parent / "harness"

_MAIN = """\
#include "harness.h"
{include}static Vdut* dut;
template <typename T> static void* at(T& port) {{ return &port; }}
static void eval() {{ dut->eval(); }}
{recorder}int main(int, char** arguments) {{
  uint64_t seed = litho::read_plan(arguments[1]);
  VerilatedContext context;
  context.randReset(2);
  context.randSeed(static_cast<int>(seed % 1000000007) + 1);
{switch}  dut = new Vdut(&context);
{open}  litho::Model model{{eval, &dut->clk_i, &dut->rst_ni, {stall}, {stall_bits}, {{
{sources}}}, {{
{sinks}}}, {{
{taps}}}, {record}}};
  int code = litho::run(model);
{close}  return code;
}}
"""


_WAVES = {
    "include": '#include "verilated_vcd_c.h"\n',
    "recorder": """\
static VerilatedVcdC* waves;
static void record(uint64_t time) { waves->dump(time); }
""",
    "switch": "  context.traceEverOn(true);\n",
    "open": """\
  waves = new VerilatedVcdC;
  dut->trace(waves, 99);
  waves->set_time_unit("1ns");
  waves->set_time_resolution("1ns");
  waves->open((std::string(arguments[1]) + "/waves.vcd").c_str());
""",
    "record": "record",
    "close": "  waves->close();\n",
}
_NO_WAVES = dict.fromkeys(_WAVES, "") | {"record": "nullptr"}


def build(folder: DesignFolder, plan: Plan, vectors: Path, extra_sources: tuple[Path, ...]) -> Path:
    """Give the simulator of a design, from the cache when it is there."""
    del vectors
    main = _MAIN.format(
        stall="at(dut->stall_i)" if plan.stall_bits else "nullptr",
        stall_bits=plan.stall_bits,
        sources="".join(_port(s.name, s.name, s.width, "i", "o") for s in plan.sources),
        sinks="".join(_port(s.name, s.name, s.width, "o", "i") for s in plan.outputs),
        **(_WAVES if plan.wave else _NO_WAVES),
        taps="".join(_port(s.name, f"tap_{s.name}", s.width, "o", "o") for s in plan.taps),
    )
    depth = plan.wave.depth if plan.wave else None
    sources = (*(str(path.absolute()) for path in extra_sources), *folder.sources)
    return tools.build_simulator(
        folder.path.absolute(), sources, folder.top, main, _HARNESS, depth
    )[0]


def _port(name: str, prefix: str, width: int, forward: str, back: str) -> str:
    return (
        f'    {{"{name}", at(dut->{prefix}_data_{forward}), &dut->{prefix}_valid_{forward},'
        f" &dut->{prefix}_ready_{back}, {width}}},\n"
    )


def job(program: Path, folder: DesignFolder, plan: Plan, vectors: Path) -> tools.Job:
    """Give the run of a simulator on the plan; its outcome is told in `result`."""
    (vectors / "plan").write_text(_text(plan))
    simulator = tools.FoundTool("the simulator", (str(program),), "", program.parent)
    return tools.Job(simulator, (str(vectors),), folder.path, vectors / "simulator.log")


def _text(plan: Plan) -> str:
    pairs = [
        ("seed", plan.held.seed),
        ("patience", plan.patience),
        ("reset_at", -1 if plan.reset_at is None else plan.reset_at),
        ("wave_first", plan.wave.first if plan.wave else 0),
        ("wave_end", plan.wave.first + plan.wave.cycles if plan.wave else 0),
        ("stalled", int(plan.stalls is not None)),
        ("stall_source", int(plan.held.source * 65536)),
        ("stall_sink", int(plan.held.sink * 65536)),
        ("stall_inner", int(plan.held.inner * 65536)),
        ("waiting", len(plan.inputs) if plan.waits else 0),
        *(("source", plan.beats(stream)) for stream in plan.sources),
        *(("sink", plan.beats(stream)) for stream in plan.outputs),
        *(("tap", plan.beats(stream)) for stream in plan.taps),
    ]
    return "".join(f"{name} {value}\n" for name, value in pairs)


def read(vectors: Path, kind: str, number: int, stream: Stream) -> tuple[Codes, Times]:
    """Give the codes and the cycles of what came out of sink or tap `number`."""
    codes = read_codes(vectors / f"{kind}{number}.beats", stream)
    return codes, read_cycles(vectors / f"{kind}{number}.cycles")


def read_taken(vectors: Path, number: int) -> Times:
    """Give the cycles in which the beats of source `number` were taken."""
    return read_cycles(vectors / f"source{number}.cycles")
