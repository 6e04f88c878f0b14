"""`litho simulate`: a run's design, or a graph → a verdict."""

from pathlib import Path

import click

from litho.app.output import json_option, show, working

__all__ = ["verb"]


@click.command("simulate")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--vectors", type=click.Path(path_type=Path), help="Codes of the inputs (.npz).")
@click.option(
    "--samples",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    help="Random samples to compare.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Seed of samples and stalls.",
)
@click.option(
    "--simulator",
    type=click.Choice(("verilator", "icarus")),
    default="verilator",
    show_default=True,
)
@json_option
def verb(
    folder: Path, vectors: Path | None, samples: int, seed: int, simulator: str, is_json: bool
) -> None:
    """Compare the design in FOLDER/design with the graph in FOLDER, bit for bit.

    Without FOLDER/design the graph is emitted for this once. Inputs are random unless given,
    stalls are random; timing is measured without stalls.
    """
    from litho import api

    with working("simulate"):
        simulated = api.simulate(
            folder, vectors=vectors, samples=samples, seed=seed, simulator=simulator
        )
    show(simulated, is_json)
