"""Every block that comes with litho passes the conformance suite."""

from litho.testing.suite import Conformance


class TestBlocks(Conformance):
    """The shared modules and the operations, found by themselves."""
