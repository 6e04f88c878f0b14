"""A run from configuration to result, stage by stage, each cached by content; sweeps, studies."""

from litho.flow.config import Config, load_config, resolved
from litho.flow.points import Sweep, is_sweep, read_sweep
from litho.flow.run import Finished, run
from litho.flow.sensitivity import FinishedStudy, run_study
from litho.flow.stage import SILENT, Watcher
from litho.flow.sweep import FinishedSweep, run_sweep

__all__ = [
    "SILENT",
    "Config",
    "Finished",
    "FinishedStudy",
    "FinishedSweep",
    "Sweep",
    "Watcher",
    "is_sweep",
    "load_config",
    "read_sweep",
    "resolved",
    "run",
    "run_study",
    "run_sweep",
]
