"""Options of tasks."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from litho.errors import ConfigError

__all__ = ["NoOptions", "SentenceOptions", "TextOptions", "options_of"]

_LEAST_LENGTH = 4  # a pair of sentences has three special tokens


@dataclass(frozen=True, slots=True)
class NoOptions:
    """The options of a task that has none."""


@dataclass(frozen=True, slots=True)
class SentenceOptions:
    """Options of a set that is generated: tokens in a sample, samples to train and test with."""

    length: int = 16
    train: int = 2000
    test: int = 500


@dataclass(frozen=True, slots=True)
class TextOptions:
    """Options of a set that is read from files.

    Samples are cut to `length` tokens. `train` and `test` are numbers of samples, drawn by the
    seed with every class as often as any other; 0 for all. `tokenizer` is the hub id or the
    folder of one, None for the vocabulary in the folder of data. `small` reads the small files
    that a task may have beside the whole ones.
    """

    length: int = 128
    train: int = 0
    test: int = 0
    tokenizer: str | None = None
    small: bool = False


_Options = TypeVar("_Options", NoOptions, SentenceOptions, TextOptions)


def options_of(kind: type[_Options], task: str, given: Mapping[str, Any] | None) -> _Options:
    """Give the record of the options `given` to a task.

    Raises `ConfigError` for an option that there is not, and for one of another type or too small.
    """
    known = {field.name: field.type for field in fields(kind)}
    for name, value in (given or {}).items():
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            raise ConfigError(
                f"options of task {task!r} must be of {', '.join(known) or 'none'}, not {name!r}"
                + (f"; did you mean {near[0]!r}?" if near else "")
            )
        _check(task, name, value, known[name])
    return kind(**(given or {}))


def _check(task: str, name: str, value: object, kind: Any) -> None:
    if kind is int:
        least = _LEAST_LENGTH if name == "length" else 0
        if type(value) is not int or value < least:
            raise ConfigError(
                f"option {name!r} of task {task!r} must be a whole number from {least} on, not"
                f" {value!r}"
            )
    elif not isinstance(value, kind):
        wanted = "true or false" if kind is bool else "a hub id or a folder"
        raise ConfigError(f"option {name!r} of task {task!r} must be {wanted}, not {value!r}")
