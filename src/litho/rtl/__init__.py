"""Hardware as records: streams, memories, blocks, designs, and the shared SystemVerilog."""

from litho.rtl.block import Block, Case, Memory, Stream
from litho.rtl.design import Connection, Design, Endpoint, Instance
from litho.rtl.files import DesignFolder, check_memories, read_folder, write_design
from litho.rtl.library import shared_modules, sources_of
from litho.rtl.packing import pack, unpack
from litho.rtl.schedule import arrivals, is_steady, least_interval, spaced, timing_of
from litho.rtl.single import single
from litho.rtl.verilog import Instrumentation, render

__all__ = [
    "Block",
    "Case",
    "Connection",
    "Design",
    "DesignFolder",
    "Endpoint",
    "Instance",
    "Instrumentation",
    "Memory",
    "Stream",
    "arrivals",
    "check_memories",
    "is_steady",
    "least_interval",
    "pack",
    "read_folder",
    "render",
    "shared_modules",
    "single",
    "sources_of",
    "spaced",
    "timing_of",
    "unpack",
    "write_design",
]
