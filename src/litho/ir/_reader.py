"""Reads the tokens of one line of a graph's text form."""

import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

import numpy as np

from litho.errors import GraphError
from litho.formats import Scale
from litho.formats import parse as parse_format
from litho.ir.graph import Lanes
from litho.ir.op import Ref
from litho.ir.types import TensorType, TupleType

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<string>"(?:[^"\\]|\\.)*") | (?P<format>'[^']*') | (?P<percent>%[^\s,(){}=:]+)
    | (?P<array>@[0-9a-f]+) | (?P<ref>\$\d+)
    | (?P<number>-?(?:\d[\w.]*(?:[+-]\d+)?|inf\b|nan\b)) | (?P<word>[A-Za-z_][\w.-]*)
    | (?P<mark>[()\[\]{},:=*])
    )""",
    re.VERBOSE,
)
_WORDS = {"none": None, "true": True, "false": False}


class Reader:
    """A cursor over one line, number `number`, of a graph's text."""

    def __init__(self, line: str, number: int, arrays: Mapping[str, np.ndarray[Any, Any]]) -> None:
        self._line, self._number, self._arrays = line, number, arrays
        self._tokens = self._split()
        self._next = 0

    def _split(self) -> list[tuple[str, str]]:
        tokens, place = [], 0
        while self._line[place:].strip():
            match = _TOKEN.match(self._line, place)
            if not match or not match.lastgroup:
                self.fail(f"the text must go on with a value, not {self._line[place:].strip()!r}")
            tokens.append((match.lastgroup, match[match.lastgroup]))
            place = match.end()
        return tokens

    def fail(self, reason: str) -> NoReturn:
        """Raise `GraphError` with the reason and the line."""
        raise GraphError(f"{reason}; in line {self._number} of the graph: {self._line.strip()}")

    def at_end(self) -> bool:
        """Say whether nothing is left."""
        return self._next >= len(self._tokens)

    def end(self) -> None:
        """Fail unless nothing is left."""
        if not self.at_end():
            self.fail(f"the line must end before {self._tokens[self._next][1]!r}")

    def _peek(self) -> tuple[str, str]:
        return ("end", "the end of the line") if self.at_end() else self._tokens[self._next]

    def accept(self, text: str) -> bool:
        """Step over `text` if it comes next, and say whether it did."""
        if self._peek()[1] != text:
            return False
        self._next += 1
        return True

    def expect(self, text: str) -> None:
        """Step over `text`; fail when something else comes."""
        if not self.accept(text):
            self.fail(f"{text!r} must come next, not {self._peek()[1]!r}")

    def _take(self, kind: str) -> str:
        found, text = self._peek()
        if found != kind:
            self.fail(f"a {kind} must come next, not {text!r}")
        self._next += 1
        return text

    def string(self) -> str:
        """Read a quoted string."""
        return str(json.loads(self._take("string")))

    def percent(self) -> str:
        """Read the name of a value."""
        return self._take("percent")[1:]

    def integer(self) -> int:
        """Read an integer."""
        return int(self._take("number"))

    def array(self) -> np.ndarray[Any, Any]:
        """Read the name of an array and give the array."""
        name = self._take("array")[1:]
        if name not in self._arrays:
            self.fail(f"array @{name} must be among the graph's arrays (graph.npz)")
        return self._arrays[name]

    def typed(self) -> TensorType:
        """Read `: type` of one tensor."""
        self.expect(":")
        found = self.any_type()
        if isinstance(found, TupleType):
            self.fail("the type must be of one tensor, not a tuple")
        return found

    def any_type(self) -> TensorType | TupleType:
        """Read a type."""
        if self.accept("("):
            return TupleType(tuple(self._sequence(self.any_type, ")")))
        spelling = self._take("word")
        self.expect("[")
        shape = tuple(self._sequence(self.integer, "]"))
        scale = self.value() if self.accept("*") else Scale()
        return TensorType(shape, parse_format(spelling), scale)

    def _sequence(self, read: Any, closing: str) -> list[Any]:
        items: list[Any] = []
        while not self.accept(closing):
            if items:
                self.expect(",")
            items.append(read())
        return items

    def lanes(self) -> Lanes | None:
        """Read `lanes(in, out)` if it comes next."""
        if not self.accept("lanes"):
            return None
        self.expect("(")
        inputs, outputs = self._sequence(self.integer, ")")
        return Lanes(inputs, outputs)

    def call(self) -> tuple[str, tuple[str, ...], list[tuple[str, Any]]]:
        """Read `op(%inputs) {name=value, …}`."""
        op = self._take("word")
        self.expect("(")
        inputs = tuple(self._sequence(self.percent, ")"))
        self.expect("{")
        return op, inputs, self._sequence(self._pair, "}")

    def _pair(self) -> tuple[str, Any]:
        name = self._take("word")
        self.expect("=")
        return name, self.value()

    def value(self) -> Any:
        """Read the value of a parameter."""
        kind, text = self._peek()
        if self.accept("("):
            return tuple(self._sequence(self.value, ")"))
        self._next += 1
        if kind == "word" and text == "scale":
            return self._scale()
        if kind == "word" and text in _WORDS:
            return _WORDS[text]
        if kind == "number":
            return int(text) if re.fullmatch(r"-?\d+", text) else float(text)
        if kind == "string":
            return json.loads(text)
        if kind == "format":
            return parse_format(text[1:-1])
        if kind == "ref":
            return Ref(int(text[1:]))
        self.fail(f"a parameter's value must come next, not {text!r}")

    def _scale(self) -> Scale:
        self.expect("(")
        if self._peek()[0] == "array":
            multipliers, shifts = self.array().tolist()
            self.expect(",")
            axis: int | None = self.integer()
        else:
            multipliers = [self.integer()]
            self.expect(",")
            shifts, axis = [self.integer()], None
        self.expect(")")
        return Scale(tuple(multipliers), tuple(shifts), axis)
