"""`litho capture`: a model → graph text."""

from pathlib import Path

import click

from litho.app.output import json_option, print_json, working

__all__ = ["verb"]


@click.command("capture")
@click.argument("model", metavar="MODEL")
@click.option(
    "--input",
    "inputs",
    multiple=True,
    required=True,
    metavar="[NAME=]1,64[:TYPE]",
    help="Shape of an input, once for each; which ones are given decides what the graph holds.",
)
@click.option("--weights", type=click.Path(path_type=Path), help="A state dict to load.")
@click.option("--architecture", metavar="CLASS", help="Class of transformers [the model's own].")
@click.option("--attention", metavar="NAME", help="Attention: litho, eager, sdpa.")
@click.option("--random-weights", is_flag=True, help="Draw the weights; read only config.json.")
@click.option("--seed", type=click.IntRange(0), default=0, help="Seed of random weights [0].")
@click.option("--lower", is_flag=True, help="Lower a quantized model to integers.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=".", help="Folder of the graph [.]."
)
@json_option
def verb(
    model: str,
    inputs: tuple[str, ...],
    weights: Path | None,
    architecture: str | None,
    attention: str | None,
    random_weights: bool,
    seed: int,
    lower: bool,
    out: Path,
    is_json: bool,
) -> None:
    """Capture MODEL: module:function (or file.py:function), a hub id, or a folder of a model."""
    from litho import api

    with working("capture"):
        graph = api.capture(
            model,
            inputs,
            weights=weights,
            architecture=architecture,
            attention=attention,
            random_seed=seed if random_weights else None,
        )
        graph = api.lower(graph) if lower else graph
    text, nodes = api.save(out, graph), len(graph.nodes)
    if is_json:
        print_json({"graph": str(text), "nodes": nodes, "is_lowered": lower})
    else:
        print(f"{text}: {nodes} nodes")
