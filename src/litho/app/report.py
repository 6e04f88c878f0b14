"""`litho report`: runs → one HTML file."""

from pathlib import Path

import click

__all__ = ["verb"]


@click.command("report")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="The file [FOLDER/report.html].")
def verb(folder: Path, out: Path | None) -> None:
    """Draw the page of the run in FOLDER again."""
    from litho.flow.page import page_of
    from litho.report import render_page, write_file

    print(write_file(out or folder / "report.html", render_page(page_of(folder))))
