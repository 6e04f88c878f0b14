"""The verbs of the command line as functions, with results that show themselves in a notebook.

graph = litho.lower(litho.capture(model, example))
design = litho.emit("design", graph, device="ecp5-25k")
litho.simulate(design, images)
"""

from litho.api.blocks import BlocksResult, synthesize_blocks
from litho.api.catalog import DoctorResult, ListResult, doctor, list
from litho.api.compression import CompressResult, compress, prune
from litho.api.hardware import (
    EmitResult,
    EstimateResult,
    SimulateResult,
    SynthesizeResult,
    emit,
    estimate,
    simulate,
    synthesize,
)
from litho.api.library import (
    CheckResult,
    ExportResult,
    ModuleResult,
    ModulesResult,
    check,
    export,
    module,
    modules,
)
from litho.api.models import (
    GraphDrawing,
    QuantizeResult,
    capture,
    draw,
    interpret,
    load,
    lower,
    quantize,
    save,
)
from litho.api.runs import RunResult, report, run
from litho.api.statistics import StatsResult, read_samples, stats
from litho.api.waves import record_case

__all__ = [
    "BlocksResult",
    "CheckResult",
    "CompressResult",
    "DoctorResult",
    "EmitResult",
    "EstimateResult",
    "ExportResult",
    "GraphDrawing",
    "ListResult",
    "ModuleResult",
    "ModulesResult",
    "QuantizeResult",
    "RunResult",
    "SimulateResult",
    "StatsResult",
    "SynthesizeResult",
    "capture",
    "check",
    "compress",
    "doctor",
    "draw",
    "emit",
    "estimate",
    "export",
    "interpret",
    "list",
    "load",
    "lower",
    "module",
    "modules",
    "prune",
    "quantize",
    "read_samples",
    "record_case",
    "report",
    "run",
    "save",
    "simulate",
    "stats",
    "synthesize",
    "synthesize_blocks",
]
