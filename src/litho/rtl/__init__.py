"""Hardware as records: streams, memories, blocks, designs, and the shared SystemVerilog."""

from litho.rtl.block import Block, Case, Memory, Stream
from litho.rtl.design import Connection, Design, Endpoint, Instance
from litho.rtl.files import DesignFolder, check_memories, read_folder, write_design
from litho.rtl.library import in_order, shared_modules, sources_of
from litho.rtl.loading import Loading, loading_of
from litho.rtl.modules import Module, export, read_module
from litho.rtl.packing import pack, unpack
from litho.rtl.schedule import arrivals, is_steady, least_interval, spaced, timing_of
from litho.rtl.single import single
from litho.rtl.verilog import Instrumentation, render
from litho.rtl.whole import whole_folder
from litho.rtl.words import KEYWORDS

__all__ = [
    "KEYWORDS",
    "Block",
    "Case",
    "Connection",
    "Design",
    "DesignFolder",
    "Endpoint",
    "Instance",
    "Instrumentation",
    "Loading",
    "Memory",
    "Module",
    "Stream",
    "arrivals",
    "check_memories",
    "export",
    "in_order",
    "is_steady",
    "least_interval",
    "loading_of",
    "pack",
    "read_folder",
    "read_module",
    "render",
    "shared_modules",
    "single",
    "sources_of",
    "spaced",
    "timing_of",
    "unpack",
    "whole_folder",
    "write_design",
]
