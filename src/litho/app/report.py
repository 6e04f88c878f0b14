"""`litho report`: runs → one HTML file."""

from pathlib import Path

import click

from litho.app.output import json_option, print_json

__all__ = ["verb"]


@click.command("report")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="The file [FOLDER/report.html].")
@json_option
def verb(folder: Path, out: Path | None, is_json: bool) -> None:
    """Draw the page of the run in FOLDER again."""
    from litho import api

    path = api.report(folder, out)
    if is_json:
        print_json({"report": str(path)})
    else:
        print(path)
