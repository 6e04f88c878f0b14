"""Graph to graph: each pass is a frozen dataclass whose fields are its options."""

from litho.passes.base import Pass, run
from litho.passes.lower import Lower
from litho.passes.remove_dropout import RemoveDropout

__all__ = ["Lower", "Pass", "RemoveDropout", "run"]
