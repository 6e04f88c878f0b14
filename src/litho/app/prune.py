"""`litho prune`: a model, or a run, and a rule → a pruned checkpoint and a table."""

from pathlib import Path

import click

from litho.app.compressing import source_options
from litho.app.output import json_option, show, working

__all__ = ["verb"]


@click.command("prune")
@source_options
@click.option("--sparsity", type=float, help="Share of units that goes; N:M says it itself.")
@click.option("--shape", default="element", help="row, column, block4x8, blocks8, 2:4 [element].")
@click.option("--scope", default="tensor", help="Units that compete: tensor, row, global [tensor].")
@click.option("--score", default="l1", help="random, l1, l2, movement, wanda, sparsegpt [l1].")
@click.option("--seed", type=click.IntRange(0), default=0, help="Of random scores and lots [0].")
@json_option
def verb(
    model: str,
    match: tuple[str, ...],
    weights: Path | None,
    samples: Path | None,
    data: Path | None,
    out: Path,
    sparsity: float | None,
    shape: str,
    scope: str,
    score: str,
    seed: int,
    is_json: bool,
) -> None:
    """Prune MODEL: module:function, a hub id, a folder of a model, or the folder of a run."""
    from litho import api
    from litho.compress import PruneRule, PruneStep

    with working("prune"):
        rule = PruneRule(match, sparsity, shape, scope, score, seed)
        steps = [PruneStep((rule,))]
        result = api.compress(model, steps, out, weights=weights, samples=samples, data=data)
    show(result, is_json)
