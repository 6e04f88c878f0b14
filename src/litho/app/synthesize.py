"""`litho synthesize`: a design folder → a report of Yosys, and of nextpnr."""

from pathlib import Path

import click

__all__ = ["verb"]


@click.command("synthesize")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--device", default="ecp5-25k", show_default=True, help="See `litho list devices`.")
@click.option("--place", is_flag=True, help="Place and route too: gives the clock.")
@click.option("--out", type=click.Path(path_type=Path), help="Keep netlist and logs here.")
@click.option("--json", "is_json", is_flag=True, help="Print JSON.")
def verb(folder: Path, device: str, place: bool, out: Path | None, is_json: bool) -> None:
    """Synthesize the design in FOLDER for a device."""
    import tempfile

    from litho import tools
    from litho.app.output import print_json
    from litho.app.summary import print_report, report_tables
    from litho.hw import find_device, find_family
    from litho.rtl import read_folder

    chosen, design = find_device(device), read_folder(folder)
    with tempfile.TemporaryDirectory(prefix="litho-") as temporary:
        directory = out or Path(temporary)
        directory.mkdir(parents=True, exist_ok=True)
        synthesis = tools.synthesize(design, find_family(chosen.family), directory)
        report = tools.place(synthesis, chosen, directory) if place else synthesis.report
    if is_json:
        print_json(report_tables(report))
    else:
        print_report(report, chosen)
