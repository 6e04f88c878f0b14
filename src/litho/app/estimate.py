"""`litho estimate`: a graph or a run → resources and cycles, from formulas."""

from pathlib import Path

import click

__all__ = ["verb"]


@click.command("estimate")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--device", default="ecp5-25k", show_default=True, help="See `litho list devices`.")
@click.option("--share", default=0.8, show_default=True, help="Part of the device to use.")
@click.option("--interval", type=int, help="Choose lanes for a sample every so many cycles.")
@click.option("--fold", is_flag=True, help="Choose lanes for the device, the most it holds.")
@click.option("--json", "is_json", is_flag=True, help="Print JSON.")
def verb(
    folder: Path, device: str, share: float, interval: int | None, fold: bool, is_json: bool
) -> None:
    """Tell what the graph in FOLDER should cost, and how many cycles it takes."""
    from litho.app.loading import folded, load_graph
    from litho.app.output import print_json
    from litho.app.summary import estimate_tables, print_estimate
    from litho.emit import design_of
    from litho.flow.estimate import estimate_of
    from litho.hw import find_device, find_family
    from litho.ops import registry
    from litho.rtl import timing_of

    chosen = find_device(device)
    graph = folded(load_graph(folder), device if fold else None, share, interval)
    design = design_of(graph, registry())
    estimate, timing = estimate_of(design, find_family(chosen.family)), timing_of(design)
    if is_json:
        print_json(estimate_tables(estimate, timing))
    else:
        print_estimate(estimate, timing, chosen)
