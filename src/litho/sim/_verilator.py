"""Simulation by Verilator: the main program that joins a model with the harness."""

from pathlib import Path

from litho import tools
from litho.rtl import DesignFolder, Stream

__all__ = ["build", "execute"]

_HARNESS = Path(__file__).parent / "harness"

_MAIN = """\
#include "harness.h"
static Vdut* dut;
template <typename T> static void* at(T& port) {{ return &port; }}
static void eval() {{ dut->eval(); }}
int main(int, char** arguments) {{
  uint64_t seed = litho::read_plan(arguments[1]);
  VerilatedContext context;
  context.randReset(2);
  context.randSeed(static_cast<int>(seed % 1000000007) + 1);
  dut = new Vdut(&context);
  litho::Model model{{eval, &dut->clk_i, &dut->rst_ni, {stall}, {stall_bits}, {{
{sources}}}, {{
{sinks}}}, {{
{taps}}}}};
  return litho::run(model);
}}
"""


def build(
    folder: DesignFolder,
    inputs: tuple[Stream, ...],
    outputs: tuple[Stream, ...],
    taps: tuple[Stream, ...],
    stall_bits: int,
    extra_sources: tuple[Path, ...],
) -> Path:
    """Give the simulator of a design."""
    main = _MAIN.format(
        stall="at(dut->stall_i)" if stall_bits else "nullptr",
        stall_bits=stall_bits,
        sources="".join(_port(s.name, s.name, s.width, "i", "o") for s in inputs),
        sinks="".join(_port(s.name, s.name, s.width, "o", "i") for s in outputs),
        taps="".join(_port(s.name, f"tap_{s.name}", s.width, "o", "o") for s in taps),
    )
    sources = (*(str(path.absolute()) for path in extra_sources), *folder.sources)
    return tools.build_simulator(folder.path.absolute(), sources, folder.top, main, _HARNESS)[0]


def _port(name: str, prefix: str, width: int, forward: str, back: str) -> str:
    return (
        f'    {{"{name}", at(dut->{prefix}_data_{forward}), &dut->{prefix}_valid_{forward},'
        f" &dut->{prefix}_ready_{back}, {width}}},\n"
    )


def execute(simulator: Path, folder: DesignFolder, vectors: Path) -> None:
    """Run a simulator on the plan in `vectors`; a failed check is told in its file `result`."""
    program = tools.FoundTool("the simulator", (str(simulator),), "", simulator.parent)
    log = vectors / "simulator.log"
    tools.run(tools.Job(program, (str(vectors),), folder.path, log), allowed=(0, 1))
