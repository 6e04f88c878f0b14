"""Blocks around the shared modules that have other ports too, so that the suite can drive them."""

from pathlib import Path

import numpy as np

from litho.hw import Family, Resources
from litho.rtl.arith.dot import dot_resources, packs_registers
from litho.rtl.arith.round import round_resources, rounding_code
from litho.rtl.block import Block, Codes, Memory, Stream, Times
from litho.rtl.events import Flow, Rule, offered, taken
from litho.rtl.mem.loaded_ram import LoadedRam
from litho.rtl.mem.rom import rom_resources
from litho.rtl.packing import pack
from litho.rtl.stream.register import register_resources

__all__ = ["dot_block", "loaded_ram_block", "rom_block", "round_block", "stall_block"]

_HERE = Path(__file__).parent


def round_block(
    in_bits: int, out_bits: int, out_signed: bool, rounding: str, shift_bits: int, row: int
) -> Block:
    """Give `litho_round` behind a register: a code is the shift above the signed input."""
    return Block(
        "bench_round",
        (
            ("InBits", in_bits),
            ("OutBits", out_bits),
            ("OutSigned", int(out_signed)),
            ("Rounding", rounding_code(rounding)),
            ("ShiftBits", shift_bits),
        ),
        (Stream("in", in_bits + shift_bits, 1, row, is_signed=False),),
        (Stream("out", out_bits, 1, row, is_signed=out_signed),),
        lambda inputs: (_rounded(inputs[0], in_bits, out_bits, out_signed, rounding),),
        lambda family: (
            round_resources(in_bits, out_bits, shift_bits, rounding, family)
            + register_resources(out_bits, family)
        ),
        row,
        _one_later,
        source=_HERE / "bench_round.sv",
    )


def _rounded(codes: Codes, in_bits: int, out_bits: int, out_signed: bool, rounding: str) -> Codes:
    from litho.formats.arith import requantize

    shifts = codes >> in_bits
    values = codes & ((1 << in_bits) - 1)
    values = values - ((values >> (in_bits - 1)) << in_bits)
    low, high = _limits(out_bits, out_signed)
    found: Codes = requantize(values, 1, shifts, low, high, rounding)
    return found


def _limits(bits: int, is_signed: bool) -> tuple[int, int]:
    return (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if is_signed else (0, (1 << bits) - 1)


def dot_block(
    lanes: int,
    a: tuple[int, bool],
    b: tuple[int, bool],
    out_bits: int,
    rows: int,
) -> Block:
    """Give `litho_dot` behind a join and a register; `a` and `b` are (bits, is signed)."""

    def resources(family: Family) -> Resources:
        # The register of a single product lies in its multiplier.
        kept = 0 if lanes == 1 and packs_registers(a[0], b[0], family) else out_bits
        sums = dot_resources(lanes, a[0], b[0], out_bits, family)
        return sums + register_resources(kept, family) + Resources(luts=2)

    return Block(
        "bench_dot",
        (
            ("Lanes", lanes),
            ("ABits", a[0]),
            ("ASigned", int(a[1])),
            ("BBits", b[0]),
            ("BSigned", int(b[1])),
            ("OutBits", out_bits),
        ),
        (
            Stream("a", a[0], lanes, lanes, rows, a[1]),
            Stream("b", b[0], lanes, lanes, rows, b[1]),
        ),
        (Stream("out", out_bits, 1, 1, rows),),
        lambda inputs: ((inputs[0] * inputs[1]).sum(axis=-1, keepdims=True),),
        resources,
        rows,
        lambda offered: (np.maximum(offered[0], offered[1]) + 1,),
        source=_HERE / "bench_dot.sv",
    )


def rom_block(words: Codes, bits: int, row: int) -> Block:
    """Give `litho_rom` as a stage of a stream: an address in, the word of `words` out."""
    address_bits = max(1, (len(words) - 1).bit_length())

    def resources(family: Family) -> Resources:
        return rom_resources(bits, len(words), family) + Resources(luts=1, ffs=1)

    return Block(
        "bench_rom",
        (("Width", bits), ("Depth", len(words))),
        (Stream("in", address_bits, 1, row, is_signed=False),),
        (Stream("out", bits, 1, row, is_signed=False),),
        lambda inputs: (words[inputs[0]],),
        resources,
        row,
        _one_later,
        (Memory("MemFile", bits, pack(words[:, None], bits)),),
        _HERE / "bench_rom.sv",
    )


def loaded_ram_block(words: Codes, bits: int, row: int) -> Block:
    """Give `litho_loaded_ram` as a stage of a stream: an address in, the word of `words` out."""
    held = LoadedRam(bits, len(words))
    return Block(
        "bench_loaded_ram",
        (("LoadBits", held.load_bits), ("Width", bits), ("Depth", len(words))),
        (Stream("in", max(1, (len(words) - 1).bit_length()), 1, row, is_signed=False),),
        (Stream("out", bits, 1, row, is_signed=False),),
        lambda inputs: (words[inputs[0]],),
        lambda family: held.resources(family) + Resources(luts=2, ffs=1),
        row,
        _one_later,
        source=_HERE / "bench_loaded_ram.sv",
        loaded=(Memory("words", bits, pack(words[:, None], bits)),),
    )


def stall_block(bits: int, lanes: int, row: int, pause: int) -> Block:
    """Give `litho_stream_stall`, told to stop for `pause` cycles after each beat."""
    source, target = (Stream(name, bits, lanes, row) for name in ("in", "out"))
    places, step = np.arange(source.beats, dtype=np.int64), pause + 1

    def schedule(offered_at: tuple[Times, ...]) -> tuple[Times, ...]:
        return (np.maximum.accumulate(offered_at[0] - places * step) + places * step,)

    def flow() -> Flow:
        rules = (
            Rule(offered("out"), offered("in"), places, 0),
            Rule(offered("out"), taken("out"), places - 1, step),
            Rule(taken("in"), taken("out"), places, 0),
        )
        return Flow((), rules)

    def resources(family: Family) -> Resources:
        del family
        counter = pause.bit_length()
        return Resources(luts=2 * counter + 3, ffs=counter + 1)

    return Block(
        "bench_stream_stall",
        (("Width", source.width), ("Pause", pause)),
        (source,),
        (target,),
        lambda inputs: inputs,
        resources,
        source.beats * step,
        schedule,
        source=_HERE / "bench_stream_stall.sv",
        flow=flow,
    )


def _one_later(offered: tuple[Times, ...]) -> tuple[Times, ...]:
    return (offered[0] + 1,)
