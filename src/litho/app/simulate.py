"""`litho simulate`: a run's design, or a graph → a verdict."""

from pathlib import Path

import click

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
@click.option("--json", "is_json", is_flag=True, help="Print JSON.")
def verb(
    folder: Path, vectors: Path | None, samples: int, seed: int, simulator: str, is_json: bool
) -> None:
    """Compare the design in FOLDER/design with the graph in FOLDER, bit for bit.

    Without FOLDER/design the graph is emitted for this once. Inputs are random unless given,
    stalls are random; timing is measured without stalls.
    """
    import tempfile

    from litho.app.loading import load_graph
    from litho.app.output import print_json
    from litho.app.summary import print_proof, proof_tables
    from litho.emit import design_of, emit
    from litho.flow.codes import drawn, read_codes
    from litho.flow.proof import Bench, prove
    from litho.ir import interpret
    from litho.ops import registry
    from litho.rtl import read_folder

    graph = load_graph(folder)
    inputs = read_codes(vectors) if vectors else drawn(graph, samples, seed)
    expected = interpret(graph, inputs, registry())
    with tempfile.TemporaryDirectory(prefix="litho-") as temporary:
        place = folder / "design"
        if not place.exists():
            place = emit(Path(temporary) / "design", graph, registry()).folder.path
        emitted = read_folder(place)
        design = design_of(graph, registry(), emitted.top)
        proof = prove(emitted, design, inputs, expected, Bench(seed, simulator=simulator))
    if is_json:
        print_json(proof_tables(proof))
    else:
        print_proof(proof)
