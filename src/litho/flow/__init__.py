"""A run from configuration to result, stage by stage, each stage cached by content."""

from litho.flow.config import Config, load_config, resolved
from litho.flow.run import Finished, run
from litho.flow.stage import SILENT, Watcher

__all__ = ["SILENT", "Config", "Finished", "Watcher", "load_config", "resolved", "run"]
