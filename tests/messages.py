"""The messages of litho's errors, read from its sources, and how a test's text fits one."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["LEAST", "Site", "fits", "pieces_of", "sites_of"]

LEAST = 12  # characters of a message that a test must quote, or all that it has
HOLE = "\0"  # stands for what is filled in


@dataclass(frozen=True)
class Site:
    """A place where one of litho's errors is made; `templates` are the messages it may have."""

    place: str
    error: str
    templates: tuple[str, ...]

    @property
    def is_own(self) -> bool:
        """Whether the message says something itself, and is not another's with a place added."""
        return any(len(re.findall(r"\b[a-z]{2,}\b", text)) > 2 for text in self.templates)

    def __str__(self) -> str:
        shown = " | ".join(template.replace(HOLE, "{}") for template in self.templates)
        return f"{self.place}: {self.error}: {shown}"


def sites_of(source: Path, errors: frozenset[str]) -> list[Site]:
    """Every place below `source` where one of `errors` is made, or `fail` is called.

    A message that a function or a name gives is looked up in the same file.
    """
    found = []
    for path in sorted(source.rglob("*.py")):
        tree = ast.parse(path.read_text())
        makers = _makers(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _name(node.func) in errors and node.args:
                templates = tuple(dict.fromkeys(_templates(node.args[0], makers, set())))
                place = f"{path.relative_to(source)}:{node.lineno}"
                found.append(Site(place, _name(node.func), templates))
    return found


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def _makers(tree: ast.Module) -> dict[str, list[ast.expr]]:
    """What functions return and names are given, by their name."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Return | ast.Yield) and inner.value is not None:
                    found.setdefault(node.name, []).append(inner.value)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found.setdefault(node.targets[0].id, []).append(node.value)
    return found


def _templates(node: ast.expr, makers: dict[str, list[ast.expr]], seen: set[str]) -> Iterator[str]:
    """The messages that an expression may give, holes for what is filled in."""
    if isinstance(node, ast.Constant):
        yield str(node.value)
    elif isinstance(node, ast.JoinedStr):
        yield "".join(v.value if isinstance(v, ast.Constant) else HOLE for v in node.values)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        for left in _templates(node.left, makers, seen):
            for right in _templates(node.right, makers, seen):
                yield left + right
    elif isinstance(node, ast.IfExp):
        yield from _templates(node.body, makers, seen)
        yield from _templates(node.orelse, makers, seen)
    else:
        name = _name(node.func if isinstance(node, ast.Call) else node)
        given = [] if name in seen else makers.get(name, [])
        for inner in given:
            yield from _templates(inner, makers, seen | {name})
        if not given:
            yield HOLE


def pieces_of(tests: Path, leave_out: frozenset[str]) -> list[str]:
    """Every string in the tests but docstrings; of patterns the parts between their wildcards."""
    found: dict[str, None] = {}
    for path in sorted(tests.rglob("*.py")):
        if path.name in leave_out:
            continue
        tree = ast.parse(path.read_text())
        silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
            if is_text and id(node) not in silent:
                found.update(dict.fromkeys(_pieces(node.value)))
    return [piece for piece in found if len(piece) >= LEAST // 2]


def _pieces(text: str) -> Iterator[str]:
    for piece in re.split(r"\.[*+]\??|\\[dwS][*+]|\[\^.*?\][*+]", text.strip("^$")):
        yield piece
        if "\\" in piece:
            yield re.sub(r"\\(\W)", r"\1", piece)


def fits(template: str, piece: str) -> bool:
    """Say whether a message made of `template` may hold `piece`, and is quoted enough by it.

    The piece may begin before the message and go on after it. `LEAST` characters of it must be
    of the message's own words, or as many as it has.
    """
    own = len(template.replace(HOLE, ""))
    before, end = -1, len(template)
    states = _filled({before: 0} | dict.fromkeys(range(end + 1), 0), template)
    for letter in piece:
        after: dict[int, int] = {}
        for place, score in states.items():
            if place in (before, end) or template[place] == HOLE:
                after[place] = max(after.get(place, 0), score)
            elif template[place] == letter:
                after[place + 1] = max(after.get(place + 1, 0), score + 1)
        states = _filled(after, template)
    return max(states.values(), default=0) >= min(LEAST, own)


def _filled(states: dict[int, int], template: str) -> dict[int, int]:
    """Add the places that are reached without a letter: the message's start, the end of a hole."""
    if -1 in states:
        states[0] = max(states.get(0, 0), states[-1])
    for place in sorted(states):
        while 0 <= place < len(template) and template[place] == HOLE:
            states[place + 1] = max(states.get(place + 1, 0), states[place])
            place += 1
    return states
