"""Every error that litho raises on purpose.

LithoError
├── FormatError          a value or a spelling does not fit a number format
├── GraphError           a graph breaks a rule (names the rule, the node, its origin)
│   └── UnsupportedError no op for this PyTorch call, or no block for this format
├── ConfigError          a run description is wrong (names the key path)
├── DataError            data or weights are absent or malformed (names the path)
├── SweepError           points of a sweep, or cases of a study, failed (which, why, what to do)
├── MismatchError        hardware and reference disagree (first beat, lane, values, command)
└── ToolError            an external program failed (command, exit code, log, first error line)
    └── ToolMissingError an external program is absent (what to install, which version)

The shape of a message: *subject* must *rule*, not *value*; then the place; then the remedy.
"""

__all__ = [
    "ConfigError",
    "DataError",
    "FormatError",
    "GraphError",
    "LithoError",
    "MismatchError",
    "SweepError",
    "ToolError",
    "ToolMissingError",
    "UnsupportedError",
]


class LithoError(Exception):
    """Any error that litho raises on purpose."""


class FormatError(LithoError):
    """A value or a spelling does not fit a number format."""


class GraphError(LithoError):
    """A graph breaks a rule."""


class UnsupportedError(GraphError):
    """There is no op for a PyTorch call, or no block for a format."""


class ConfigError(LithoError):
    """A run description is wrong."""


class DataError(LithoError):
    """Data or weights are absent or malformed."""


class MismatchError(LithoError):
    """Hardware and reference disagree."""


class SweepError(LithoError):
    """Points of a sweep, or cases of a study, failed; the others are done."""


class ToolError(LithoError):
    """An external program failed."""


class ToolMissingError(ToolError):
    """An external program is absent."""
