"""`litho draw`: a graph → SVG."""

from pathlib import Path

import click

from litho.app.output import json_option, print_json

__all__ = ["verb"]


@click.command("draw")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="The file [FOLDER/graph.svg].")
@json_option
def verb(folder: Path, out: Path | None, is_json: bool) -> None:
    """Draw the graph in FOLDER, captured or lowered.

    In a browser the wheel zooms, dragging moves, and a double click shows all of it.
    """
    from litho import api
    from litho.report import write_file
    from litho.report.drawing import standalone

    drawing = standalone(api.draw(api.load(folder)).svg)
    path = write_file(out or folder / "graph.svg", drawing)
    if is_json:
        print_json({"drawing": str(path)})
    else:
        print(path)
