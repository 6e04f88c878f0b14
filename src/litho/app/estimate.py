"""`litho estimate`: a graph or a run → resources and cycles, from formulas."""

from pathlib import Path

import click

from litho.app.completion import devices
from litho.app.output import json_option, show, working

__all__ = ["verb"]


@click.command("estimate")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--device",
    default="ecp5-25k",
    show_default=True,
    shell_complete=devices,
    help="See `litho list devices`.",
)
@click.option("--share", default=0.8, show_default=True, help="Part of the device to use.")
@click.option("--interval", type=int, help="Choose lanes for a sample every so many cycles.")
@click.option("--fold", is_flag=True, help="Choose lanes for the device, the most it holds.")
@json_option
def verb(
    folder: Path, device: str, share: float, interval: int | None, fold: bool, is_json: bool
) -> None:
    """Tell what the graph in FOLDER should cost, and how many cycles it takes."""
    from litho import api

    with working("estimate"):
        estimated = api.estimate(folder, device, share, interval, fold=fold)
    show(estimated, is_json)
