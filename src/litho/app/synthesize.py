"""`litho synthesize`: a design folder → a report of Yosys, and of nextpnr."""

from pathlib import Path

import click

from litho.app.completion import devices
from litho.app.output import advancing, json_option, show, working

__all__ = ["verb"]


@click.command("synthesize")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--device",
    default="ecp5-25k",
    show_default=True,
    shell_complete=devices,
    help="See `litho list devices`.",
)
@click.option("--place", is_flag=True, help="Place and route too: gives the clock.")
@click.option(
    "--blocks", is_flag=True, help="Synthesize each block by itself too, and list what each takes."
)
@click.option("--out", type=click.Path(path_type=Path), help="Keep netlist and logs here.")
@json_option
def verb(
    folder: Path, device: str, place: bool, blocks: bool, out: Path | None, is_json: bool
) -> None:
    """Synthesize the design in FOLDER for a device."""
    from litho import api

    if blocks:
        if place or out:
            raise click.UsageError("--blocks lists blocks alone; leave out --place and --out")
        with advancing("synthesize") as tell:
            listed = api.synthesize_blocks(folder, device, tell=tell)
        show(listed, is_json)
        return
    with working("place and route" if place else "synthesize"):
        synthesized = api.synthesize(folder, device, place=place, out=out)
    show(synthesized, is_json)
