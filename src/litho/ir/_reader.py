"""Reads the tokens of one line of a graph's text form."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn, cast

import numpy as np

from litho.errors import FormatError, GraphError
from litho.formats import Scale
from litho.formats import parse as parse_format
from litho.ir.graph import Lanes
from litho.ir.op import Ref
from litho.ir.types import TensorType, TupleType

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<string>"(?:[^"\\]|\\.)*") | (?P<format>'[^']*')
    | (?P<percent>%(?:"(?:[^"\\]|\\.)*"|[^\s,(){}=:"]+))
    | (?P<array>@[0-9a-f]+) | (?P<ref>\$\d{1,9})
    | (?P<number>-?(?:\d[\w.]*(?:[+-]\d+)?|inf\b|nan\b)) | (?P<word>[A-Za-z_][\w.-]*)
    | (?P<mark>[()\[\]{},:;=*])
    )""",
    re.VERBOSE,
)
_PLAIN = re.compile(r'[^\s,(){}=:"]+')
_INTEGER = re.compile(r"-?\d+", re.ASCII)
_WORDS = {"none": None, "true": True, "false": False}


def is_plain(name: str) -> bool:
    """Say whether a value's name needs no quotes."""
    return bool(_PLAIN.fullmatch(name))


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
        return self._unquoted(self._take("string"))

    def _unquoted(self, text: str) -> str:
        try:
            return str(json.loads(text))
        except ValueError:
            self.fail(f"a string must be written as in JSON, not {text}")

    def built(self, record: Callable[..., Any], *values: Any) -> Any:
        """Give `record(*values)`; an error that it raises gets the line."""
        try:
            return record(*values)
        except (FormatError, GraphError) as error:
            self.fail(str(error))

    def percent(self) -> str:
        """Read the name of a value."""
        name = self._take("percent")[1:]
        return self._unquoted(name) if name.startswith('"') else name

    def integer(self) -> int:
        """Read an integer."""
        found = self._number_of(self._take("number"))
        return found if isinstance(found, int) else self.fail(f"{found} must be an integer")

    def _number_of(self, text: str) -> int | float:
        try:
            return int(text) if _INTEGER.fullmatch(text) else float(text)
        except ValueError:
            self.fail(f"a number must come next, not {text!r}")

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
        if not isinstance(scale, Scale):
            self.fail(f"a scale must stand after *, not {scale!r}")
        format = self.built(parse_format, spelling)
        return cast(TensorType, self.built(TensorType, shape, format, scale))

    def _sequence(self, read: Any, *closing: str) -> list[Any]:
        items: list[Any] = []
        while not any(self.accept(mark) for mark in closing):
            if items:
                self.expect(",")
            items.append(read())
        return items

    def lanes(self) -> Lanes | None:
        """Read `lanes(in, out)` if it comes next."""
        if not self.accept("lanes"):
            return None
        self.expect("(")
        numbers = self._sequence(self.integer, ")")
        if len(numbers) != 2:
            self.fail(f"lanes must be two numbers, not {len(numbers)}")
        return Lanes(*numbers)

    def call(
        self,
    ) -> tuple[str, tuple[str, ...], list[tuple[str, Any]], tuple[str, ...] | None]:
        """Read `op(%inputs) {name=value, …}`, or with `; name …` the names that were left out."""
        op = self._take("word")
        self.expect("(")
        inputs = tuple(self._sequence(self.percent, ")"))
        self.expect("{")
        pairs = self._sequence(self._pair, "}", ";")
        return op, inputs, pairs, self._left_out() if self._is_behind(";") else None

    def _left_out(self) -> tuple[str, ...]:
        names = []
        while not self.accept("}"):
            names.append(self._take("word"))
        return tuple(names)

    def _is_behind(self, text: str) -> bool:
        return self._tokens[self._next - 1][1] == text

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
            return self._number_of(text)
        if kind == "string":
            return self._unquoted(text)
        if kind == "format":
            return self.built(parse_format, text[1:-1])
        if kind == "ref":
            return Ref(int(text[1:]))
        self.fail(f"a parameter's value must come next, not {text!r}")

    def _scale(self) -> Scale:
        self.expect("(")
        if self._peek()[0] == "array":
            multipliers, shifts = self._rows(self.array())
            self.expect(",")
            axis: int | None = self.integer()
        else:
            multipliers = [self.integer()]
            self.expect(",")
            shifts, axis = [self.integer()], None
        self.expect(")")
        return cast(Scale, self.built(Scale, tuple(multipliers), tuple(shifts), axis))

    def _rows(self, array: np.ndarray[Any, Any]) -> tuple[list[int], list[int]]:
        if array.dtype != np.int64 or array.ndim != 2 or len(array) != 2:
            self.fail("a scale's array must be int64[2, n]: multipliers, then shifts")
        return array[0].tolist(), array[1].tolist()
