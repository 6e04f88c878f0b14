"""`litho draw`: a graph → SVG."""

from pathlib import Path

import click

__all__ = ["verb"]


@click.command("draw")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="The file [FOLDER/graph.svg].")
def verb(folder: Path, out: Path | None) -> None:
    """Draw the graph in FOLDER, captured or lowered."""
    from litho.ir import draw, load
    from litho.ops import registry
    from litho.report import write_file

    print(write_file(out or folder / "graph.svg", draw(load(folder, registry()))))
