"""`litho rtl`: the SystemVerilog library, for who does not read Python."""

from pathlib import Path

import click

from litho.app.checking import check_block, folder_option
from litho.app.completion import modules
from litho.app.output import json_option, show

__all__ = ["verb"]


@click.group("rtl")
def verb() -> None:
    """List, show, test and export the modules of the SystemVerilog library."""


@verb.command("list")
@folder_option("Folder of an operation of your own, whose modules alone are listed.")
@json_option
def _list(folders: tuple[Path, ...], is_json: bool) -> None:
    """List the modules: what each is for, its parameters, its latency."""
    from litho import api

    show(api.modules(*folders), is_json)


@verb.command("show")
@click.argument("name", shell_complete=modules)
@folder_option("Folder of an operation of your own, where NAME may be a module.")
@json_option
def _show(name: str, folders: tuple[Path, ...], is_json: bool) -> None:
    """Show the module NAME: its head, its parameters and ports, its file."""
    from litho import api

    show(api.module(name, *folders), is_json)


@verb.command("test")
@click.argument("name", shell_complete=modules)
@folder_option("Folder of an operation of your own; NAME is then looked for in these alone.")
@click.option("--synthesis", is_flag=True, help="Check resources and netlist too, by Yosys.")
@json_option
def _test(name: str, folders: tuple[Path, ...], synthesis: bool, is_json: bool) -> None:
    """Check that the module NAME does what it must: every case of it, every check.

    NAME is a module, with or without litho_, an operation (relu) or a case (rtl-fifo_2).
    What a check that fails leaves, the design and logs, lies in the cache, where the line says.
    """
    check_block(name, *folders, synthesis=synthesis, is_json=is_json)


@verb.command("export")
@click.argument("target", metavar="FOLDER", type=click.Path(path_type=Path))
@folder_option("Folder of an operation of your own, whose modules are copied too.")
@json_option
def _export(target: Path, folders: tuple[Path, ...], is_json: bool) -> None:
    """Copy every module into FOLDER, with library.f, the list of them in order."""
    from litho import api

    show(api.export(target, *folders), is_json)
