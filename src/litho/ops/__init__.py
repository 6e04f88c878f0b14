"""The operations: one folder each, found by themselves.

A folder with an `OP` in its `__init__.py` is an operation. It holds `reference.py` (integers
only), `cost.py`, `cases.py` (never imported at run time), the SystemVerilog and a page.
"""

import importlib
import pkgutil
from functools import cache

from litho.ir import Registry

__all__ = ["registry"]


@cache
def registry() -> Registry:
    """Give the registry of the operations that come with litho."""
    names = [module.name for module in pkgutil.iter_modules(__path__) if module.ispkg]
    found = [importlib.import_module(f"{__name__}.{name}").OP for name in sorted(names)]
    for name, op in zip(sorted(names), found, strict=True):
        assert op.name == name, f"op in folder {name!r} calls itself {op.name!r}"
    return Registry({op.name: op for op in found})
