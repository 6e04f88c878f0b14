"""The verbs of the command line as functions, with results that show themselves in a notebook.

graph = litho.lower(litho.capture(model, example))
design = litho.emit("design", graph, device="ecp5-25k")
litho.simulate(design, images)
"""

from litho.api.catalog import DoctorResult, ListResult, doctor, list
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

__all__ = [
    "DoctorResult",
    "EmitResult",
    "EstimateResult",
    "GraphDrawing",
    "ListResult",
    "QuantizeResult",
    "RunResult",
    "SimulateResult",
    "SynthesizeResult",
    "capture",
    "doctor",
    "draw",
    "emit",
    "estimate",
    "interpret",
    "list",
    "load",
    "lower",
    "quantize",
    "report",
    "run",
    "save",
    "simulate",
    "synthesize",
]
