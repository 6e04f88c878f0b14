"""What the verbs that compress a model take: where it is from, which layers, where it goes."""

from collections.abc import Callable
from pathlib import Path

import click

__all__ = ["source_options"]

_Verb = Callable[..., None]
_FILE = click.Path(path_type=Path)


def source_options(verb: _Verb) -> _Verb:
    """Give a verb the model, the layers that a rule matches, and the files that it reads."""
    options = (
        click.argument("model", metavar="MODEL|RUN"),
        click.option("--out", type=_FILE, required=True, help="File of the checkpoint."),
        click.option(
            *("--match", "match"),
            multiple=True,
            default=("*",),
            metavar="PATH",
            help="A layer's path or a pattern, once for each [*].",
        ),
        click.option("--weights", type=_FILE, help="A state dict to load into MODEL first."),
        click.option(
            "--samples", type=_FILE, help="An .npz with samples[n, …] of each input of MODEL."
        ),
        click.option("--data", type=_FILE, help="Folder of data sets of RUN [its own]."),
    )
    for option in reversed(options):
        verb = option(verb)
    return verb
