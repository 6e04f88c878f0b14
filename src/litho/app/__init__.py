"""The command line."""

from litho.app.main import main

__all__ = ["main"]
