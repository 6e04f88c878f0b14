"""`litho capture`: a model → graph text."""

from pathlib import Path

import click

__all__ = ["verb"]


@click.command("capture")
@click.argument("model", metavar="MODULE:FUNCTION")
@click.option(
    "--input",
    "shapes",
    multiple=True,
    required=True,
    metavar="1,64",
    help="Shape of an input; once for each.",
)
@click.option("--weights", type=click.Path(path_type=Path), help="A state dict to load.")
@click.option("--lower", is_flag=True, help="Lower a quantized model to integers.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=".", help="Folder of the graph [.]."
)
def verb(model: str, shapes: tuple[str, ...], weights: Path | None, lower: bool, out: Path) -> None:
    """Capture the model that FUNCTION of MODULE (or of a .py file) gives."""
    from litho.frontend import capture
    from litho.ir import save
    from litho.ops import registry
    from litho.passes import Lower, RemoveDropout, run
    from litho.tasks import example_of, load_model, load_weights

    network = load_model(model, {}).eval()
    if weights:
        load_weights(weights, network)
    graph = capture(network, example_of(shapes))
    if lower:
        graph = run(graph, (RemoveDropout(), Lower()), registry())
    text, _ = save(out, graph)
    print(f"{text}: {len(graph.nodes)} nodes")
