"""A run from configuration to result, stage by stage, each stage cached by content; sweeps."""

from litho.flow.config import Config, load_config, resolved
from litho.flow.points import Sweep, is_sweep, read_sweep
from litho.flow.run import Finished, run
from litho.flow.stage import SILENT, Watcher
from litho.flow.sweep import FinishedSweep, run_sweep

__all__ = [
    "SILENT",
    "Config",
    "Finished",
    "FinishedSweep",
    "Sweep",
    "Watcher",
    "is_sweep",
    "load_config",
    "read_sweep",
    "resolved",
    "run",
    "run_sweep",
]
