"""Errors of a user's own code, told with the place in it where they arose.

An operation that lies outside of litho is used through `watched`: what its functions raise becomes
a `ConfigError` that names the function, the file and the line. Its cause is kept.
"""

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from litho.errors import ConfigError, LithoError
from litho.hw import Resources
from litho.ir import Lanes, Lowering, Op, State, TensorType
from litho.rtl import Block
from litho.rtl.events import Flow

__all__ = ["FAILURES", "faults_of", "place_of", "watched", "watched_block"]

FAILURES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    BufferError,
    EOFError,
    ImportError,
    LookupError,
    MemoryError,
    NameError,
    OSError,
    RuntimeError,
    StopIteration,
    SyntaxError,
    TypeError,
    ValueError,
)
"""What a user's own code may raise; interrupts and exits pass."""

_Function = Callable[..., Any]


@contextmanager
def faults_of(what: str, folder: Path, function: _Function | None = None) -> Iterator[None]:
    """Turn what `what`, code of the files in `folder`, raises into a `ConfigError` with its place.

    The place is the innermost line in the folder, else where `function` begins. Errors of litho
    pass as they are, and so does what arose without any code of the folder.
    """
    try:
        yield
    except LithoError:
        raise
    except FAILURES as error:
        place = place_of(error, folder) or _start_of(function)
        if not place:
            raise
        raise ConfigError(
            f"{what} must end without an exception, not with {type(error).__name__}: {error};"
            f" it arose in {place}, and `litho -v` shows the traceback"
        ) from error


def place_of(error: BaseException, folder: Path) -> str:
    """Give the innermost place in the files of `folder` that `error` came through, "" for none."""
    inside = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_file()
        and Path(frame.filename).resolve().is_relative_to(folder.resolve())
    ]
    if not inside:
        return ""
    frame = inside[-1]
    return f"{_short(Path(frame.filename))}:{frame.lineno} ({frame.line})"


def _start_of(function: _Function | None) -> str:
    code = getattr(function, "__code__", None)
    return f"{_short(Path(code.co_filename))}:{code.co_firstlineno}" if code else ""


def _short(path: Path) -> Path:
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def watched(op: Op, folder: Path) -> Op:
    """Give `op`, whose files lie in `folder`, with functions that tell where they fail."""

    def watch(function: _Function, name: str, kind: type) -> _Function:
        return _watch(function, f"{name} of operation {op.name!r}", folder, kind)

    return replace(
        op,
        infer_type=watch(op.infer_type, "infer_type", TensorType),
        evaluate=watch(op.evaluate, "evaluate", np.ndarray),
        lowerings=tuple(
            Lowering(lowering.aten, watch(lowering.lower, "the lowering", str))
            for lowering in op.lowerings
        ),
        blocks={
            family: _making(watch(make, f"the block for {family}", Block), op.name, folder)
            for family, make in op.blocks.items()
        },
        state=op.state and _watched_state(op.state, watch),
    )


def _watched_state(state: State, watch: Callable[[_Function, str, type], _Function]) -> State:
    return State(
        watch(state.lanes, "the state's lanes", Lanes),
        watch(state.at_reset, "the state's at_reset", int),
        watch(state.evaluate, "the state's evaluate", tuple),
    )


def _making(make: _Function, name: str, folder: Path) -> _Function:
    return lambda view: watched_block(make(view), name, folder)


def watched_block(block: Block, name: str, folder: Path) -> Block:
    """Give a block of the operation `name` with functions that tell where they fail."""

    def watch(function: _Function, what: str, kind: type) -> _Function:
        return _watch(function, f"{what} of the block of {name!r}", folder, kind)

    return replace(
        block,
        evaluate=watch(block.evaluate, "evaluate", tuple),
        resources=watch(block.resources, "resources", Resources),
        schedule=watch(block.schedule, "schedule", tuple),
        flow=block.flow and watch(block.flow, "flow", Flow),
    )


def _watch(function: _Function, what: str, folder: Path, kind: type) -> _Function:
    def call(*arguments: Any) -> Any:
        with faults_of(what, folder, function):
            found = function(*arguments)
        if not isinstance(found, kind):
            place = _start_of(function)
            raise ConfigError(
                f"{what} must give a {kind.__name__}, not {type(found).__name__}"
                + (f"; see {place}" if place else "")
            )
        return found

    return call
