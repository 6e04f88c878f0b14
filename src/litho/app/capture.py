"""`litho capture`: a model → graph text."""

from pathlib import Path

import click

from litho.app.output import json_option, print_json, working

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
@json_option
def verb(
    model: str,
    shapes: tuple[str, ...],
    weights: Path | None,
    lower: bool,
    out: Path,
    is_json: bool,
) -> None:
    """Capture the model that FUNCTION of MODULE (or of a .py file) gives."""
    from litho import api
    from litho.tasks import example_of

    with working("capture"):
        graph = api.capture(model, example_of(shapes), weights=weights)
        graph = api.lower(graph) if lower else graph
    text, nodes = api.save(out, graph), len(graph.nodes)
    if is_json:
        print_json({"graph": str(text), "nodes": nodes, "is_lowered": lower})
    else:
        print(f"{text}: {nodes} nodes")
