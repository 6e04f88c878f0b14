"""Litho takes a PyTorch model to proven silicon."""

from litho._version import __version__

__all__ = ["__version__"]
