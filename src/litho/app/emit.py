"""`litho emit`: a graph → a design folder."""

from pathlib import Path

import click

from litho.app.completion import devices
from litho.app.output import json_option, show, working

__all__ = ["verb"]

_SAMPLES = 8  # that the bench for cocotb sends


@click.command("emit")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The design folder.")
@click.option("--name", default="top", show_default=True, help="Name of the top module.")
@click.option(
    "--device", shell_complete=devices, help="Choose lanes for the most that this device holds."
)
@click.option("--share", default=0.8, show_default=True, help="Part of the device to use.")
@click.option("--interval", type=int, help="Choose lanes for a sample every so many cycles.")
@click.option(
    "--weights",
    type=click.Choice(["rom", "stream"]),
    default="rom",
    show_default=True,
    help="Keep weights in the design, or take them from a stream after reset.",
)
@click.option("--cocotb", is_flag=True, help="Write a bench for cocotb too, in bench/.")
@json_option
def verb(
    folder: Path,
    out: Path,
    name: str,
    device: str | None,
    share: float,
    interval: int | None,
    weights: str,
    cocotb: bool,
    is_json: bool,
) -> None:
    """Write the graph in FOLDER as SystemVerilog."""
    from litho import api

    with working("emit"):
        emitted = api.emit(
            out,
            folder,
            name,
            device=device,
            share=share,
            interval=interval,
            vectors=_SAMPLES if cocotb else 0,
            weights=weights,
        )
    show(emitted, is_json)
