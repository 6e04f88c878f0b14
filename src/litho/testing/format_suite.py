"""The conformance suite of number formats for pytest.

A test file that holds

    from litho.testing.format_suite import FormatConformance

    class TestFormats(FormatConformance):
        pass

tests the example of every registered family, the user's own among them; `spellings` names others
to test instead, each of at most 12 bits.
"""

from typing import Any

import pytest

from litho.formats import Format, families, parse
from litho.testing.formats import FormatCheck, checks_of

__all__ = ["FormatConformance"]


class FormatConformance:
    """What every format must pass; a subclass may name formats in `spellings`."""

    spellings: tuple[str, ...] = ()

    def pytest_generate_tests(self, metafunc: Any) -> None:
        """Give the test each format and each check that it must pass."""
        if "check" not in metafunc.fixturenames:
            return
        named = [(spelling, spelling) for spelling in self.spellings]
        named = named or [(family.name, family.example) for family in families()]
        found = [
            pytest.param(form, check, id=f"{name}-{check.name}")
            for name, form in ((name, parse(spelling)) for name, spelling in named)
            for check in checks_of(form)
        ]
        metafunc.parametrize(("form", "check"), found)

    def test_a_format_keeps_what_its_family_claims(self, form: Format, check: FormatCheck) -> None:
        """Run one check."""
        check.run(form)
