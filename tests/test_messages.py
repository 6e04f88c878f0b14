"""Every error that litho can raise is raised by a test that quotes its message."""

import ast
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from litho import errors
from messages import HOLE, LEAST, Site, fits, pieces_of, sites_of

ROOT = Path(__file__).parents[1]
MAKERS = frozenset({*errors.__all__, "fail"})
LEFT_OUT = frozenset({"messages.py", "test_messages.py"})


def runs(text: str) -> set[str]:
    """Every run of letters that a quotation may share with a message."""
    length = LEAST // 2
    return {text[at : at + length] for at in range(len(text) - length + 1)}


@cache
def quotations() -> dict[str, set[str]]:
    """The texts of the tests by the runs of letters in them."""
    found: dict[str, set[str]] = {}
    for piece in pieces_of(ROOT / "tests", LEFT_OUT):
        for run in runs(piece):
            found.setdefault(run, set()).add(piece)
    return found


def is_quoted(site: Site) -> bool:
    for template in site.templates:
        shared: Counter[str] = Counter()
        for run in runs(template):
            shared.update(quotations().get(run, set()))
        if any(fits(template, piece) for piece, _ in shared.most_common()):
            return True
    return False


def test_every_message_is_quoted_by_a_test() -> None:
    sites = [site for site in sites_of(ROOT / "src" / "litho", MAKERS) if site.is_own]
    assert len(sites) > 250
    silent = [str(site) for site in sites if not is_quoted(site)]
    assert silent == [], "a test must bring about, and quote, each of:\n" + "\n".join(silent)


def test_messages_are_read_from_sources(tmp_path: Path) -> None:
    (tmp_path / "some.py").write_text(
        "def f(x):\n"
        "    raise ConfigError(f'lanes must be 1 to {x}, ' + 'not 0')\n"
        "def g():\n"
        "    raise GraphError(text('a'))\n"
        "def text(a):\n"
        "    return f'{a} must be a node' if a else 'nothing is there'\n"
    )
    first, second = sites_of(tmp_path, MAKERS)
    assert first.templates == (f"lanes must be 1 to {HOLE}, not 0",)
    assert second.templates == (f"{HOLE} must be a node", "nothing is there")
    assert (first.place, first.error, first.is_own) == ("some.py:2", "ConfigError", True)


@pytest.mark.parametrize(
    ("piece", "is_fitting"),
    [
        ("function of unary must be one of", True),
        ("must be one of relu, not", True),
        ("litho: function of unary must be one of relu, not 'x'; in net.py:3", True),
        ("granularity must be one of", False),
        ("must be one", False),
        ("function of unary must be none of", False),
    ],
)
def test_a_text_fits_a_message_that_may_hold_it(piece: str, is_fitting: bool) -> None:
    assert fits(f"function of unary must be one of {HOLE}, not {HOLE}", piece) == is_fitting


def test_docstrings_and_wildcards_are_no_quotations(tmp_path: Path) -> None:
    (tmp_path / "test_some.py").write_text(
        '"""A sentence that says something."""\n'
        "MATCH = r'weights must be finite, .* values of \\d+ \\(all\\)'\n"
    )
    assert pieces_of(tmp_path, frozenset()) == [
        "weights must be finite, ",
        " values of ",
        r" \(all\)",
        " (all)",
    ]


def test_the_tree_of_errors_is_the_one_that_is_documented() -> None:
    text = ast.get_docstring(ast.parse((ROOT / "src/litho/errors.py").read_text()))
    assert text is not None
    assert [name for name in errors.__all__ if name not in text] == []
