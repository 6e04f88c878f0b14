"""The records of a piece of hardware: its streams, its memories, and what it does."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from litho.hw import Band, Family, Resources, Timing
from litho.rtl.events import Flow, Times
from litho.rtl.packing import pack

__all__ = ["Block", "Case", "Codes", "Memory", "Stream", "Times"]

Codes = np.ndarray[Any, np.dtype[np.int64]]
_Words = np.ndarray[Any, np.dtype[np.uint8]]


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream of a module: port prefix `name`, and the tensor that travels on it.

    `bits` is the width of a code, `row` the codes in a row, `rows` the rows in a tensor.
    """

    name: str
    bits: int
    lanes: int
    row: int
    rows: int = 1
    is_signed: bool = True

    @property
    def width(self) -> int:
        """Bits of one beat."""
        return self.bits * self.lanes

    @property
    def beats_per_row(self) -> int:
        """Beats in one row."""
        return -(-self.row // self.lanes)

    @property
    def beats(self) -> int:
        """Beats in one tensor."""
        return self.beats_per_row * self.rows

    def to_beats(self, codes: Codes) -> np.ndarray[Any, np.dtype[np.uint8]]:
        """Give beats[n, bytes] of codes[samples, rows, row], the padding zero."""
        padding = self.beats_per_row * self.lanes - self.row
        padded = np.pad(codes.reshape(-1, self.row), ((0, 0), (0, padding)))
        return pack(padded.reshape(-1, self.lanes), self.bits)


@dataclass(frozen=True, eq=False)
class Memory:
    """Content of one memory: words[depth, bytes], little-endian, of `width` bits each.

    `parameter` is the module's parameter that takes the name of the memory file; of a memory that
    is loaded it is a name for people. `content` is the words, or gives them when they are asked
    for: a block is often made for its cost alone.
    """

    parameter: str
    width: int
    content: _Words | Callable[[], _Words]

    @cached_property
    def words(self) -> _Words:
        """The words."""
        return self.content() if callable(self.content) else self.content

    @property
    def depth(self) -> int:
        """Number of words."""
        return len(self.words)

    @cached_property
    def text(self) -> str:
        """The memory file: one word a line, ceil(width / 4) hexadecimal digits."""
        digits = -(-self.width // 4)
        joined = np.ascontiguousarray(self.words[:, ::-1]).tobytes().hex()
        step = 2 * self.words.shape[1]
        cut = step - digits
        lines = (joined[at + cut : at + step] for at in range(0, len(joined), step))
        return "\n".join(lines) + "\n"

    @cached_property
    def file_name(self) -> str:
        """Name of the memory file, made from its content."""
        return hashlib.sha256(f"{self.width}:{self.text}".encode()).hexdigest()[:16] + ".mem"


def no_resources(family: Family) -> Resources:
    """Give the resources of wires."""
    del family
    return Resources()


@dataclass(frozen=True, slots=True)
class Block:
    """One module with its parameters, and what must be true of it.

    - `module` is the SystemVerilog module, found in the shared library, or in `source` when it
      lies elsewhere.
    - `evaluate(inputs)` gives codes[samples, rows, row] of each output from those of each input.
    - `resources(family)` is the structural formula; a synthesis report lies within `band` of it.
    - `interval` is the cycles between tensors, and `schedule(offered)` gives the cycle in which
      each output beat of one tensor is offered from those of the input beats
      (`docs/stream.md` section 8).
    - `flow()` says the same with all that stalls do: the event graph of the block. A block that
      is nothing but register stages, after a join when it has several inputs, leaves it out.
    - `flow_of(inputs)` is the event graph for codes[1, rows, row] of each input, the first tensor
      after reset, of a block whose time depends on what it is given. No event of any other graph
      is then later than in `flow`, and `interval` and `schedule` are bounds.
    - `loaded` are memories that a stream fills after reset, in this order (`docs/stream.md`
      section 10). A module with any has the ports `load_data_i`, `load_valid_i`, `load_start_i` and
      `load_full_o`; it takes no input before they are full, and its times count from then on.
    """

    module: str
    parameters: tuple[tuple[str, int], ...]
    inputs: tuple[Stream, ...]
    outputs: tuple[Stream, ...]
    evaluate: Callable[[tuple[Codes, ...]], tuple[Codes, ...]]
    resources: Callable[[Family], Resources]
    interval: int
    schedule: Callable[[tuple[Times, ...]], tuple[Times, ...]]
    memories: tuple[Memory, ...] = ()
    source: Path | None = None
    band: Band = Band(1.5, 24)
    flow: Callable[[], Flow] | None = None
    loaded: tuple[Memory, ...] = ()
    flow_of: Callable[[tuple[Codes, ...]], Flow] | None = None

    @property
    def timing(self) -> Timing:
        """Latency, from the schedule of inputs offered at once, and interval."""
        offered = tuple(np.arange(stream.beats, dtype=np.int64) for stream in self.inputs)
        return Timing(int(self.schedule(offered)[0][0]), self.interval)


@dataclass(frozen=True, slots=True)
class Case:
    """One thing to test a block with.

    `inputs` are codes[samples, rows, row] for each input stream; `reason` says why this case is
    worth its time. `expected`, when given, are the outputs by an authority that is not ours, and
    `example` the PyTorch module that becomes the block (`litho.ops.casework.Example`).
    """

    name: str
    reason: str
    block: Block
    inputs: tuple[Codes, ...]
    expected: tuple[Codes, ...] | None = None
    example: object = None
