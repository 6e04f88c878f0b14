"""`litho stats`: a graph → what it is made of, and what values run through it."""

from pathlib import Path

import click

from litho.app.output import json_option, show, working

__all__ = ["verb"]


@click.command("stats")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--samples",
    type=click.Path(path_type=Path),
    help="An .npz with samples[n, …] of each input by name: adds ranges and histograms.",
)
@click.option("--depth", type=click.IntRange(1), help="Parts of a module path to sum up by [all].")
@click.option("--bins", type=click.IntRange(1), default=32, help="Bins of a histogram [32].")
@click.option("--out", type=click.Path(path_type=Path), help="An HTML page with histograms.")
@json_option
def verb(
    folder: Path,
    samples: Path | None,
    depth: int | None,
    bins: int,
    out: Path | None,
    is_json: bool,
) -> None:
    """Count operations, parameters and bits of the graph in FOLDER; measure its values."""
    from litho import api

    with working("stats"):
        arrays = api.read_samples(samples) if samples else None
        result = api.stats(api.load(folder), arrays, depth=depth, bins=bins)
        if out:
            result.write_page(out)
    show(result, is_json)
