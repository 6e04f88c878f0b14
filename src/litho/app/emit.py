"""`litho emit`: a graph → a design folder."""

from pathlib import Path

import click

__all__ = ["verb"]


@click.command("emit")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The design folder.")
@click.option("--name", default="top", show_default=True, help="Name of the top module.")
@click.option("--device", help="Choose lanes for the most that this device holds.")
@click.option("--share", default=0.8, show_default=True, help="Part of the device to use.")
@click.option("--interval", type=int, help="Choose lanes for a sample every so many cycles.")
def verb(
    folder: Path, out: Path, name: str, device: str | None, share: float, interval: int | None
) -> None:
    """Write the graph in FOLDER as SystemVerilog."""
    from litho.app.loading import folded, load_graph
    from litho.emit import emit
    from litho.ops import registry

    graph = folded(load_graph(folder), device, share, interval)
    emitted = emit(out, graph, registry(), name)
    print(f"{emitted.folder.path}: {len(emitted.folder.sources)} sources, top {name}")
