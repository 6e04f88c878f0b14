"""`litho run`: a configuration → a run folder."""

from pathlib import Path

import click

from litho.app.output import Progress, json_option, show

__all__ = ["verb"]


@click.command("run")
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the run [runs/<hash>].")
@json_option
@click.option("-v", "--verbose", is_flag=True, help="Say more on stderr.")
def verb(config: Path, out: Path | None, is_json: bool, verbose: bool) -> None:
    """Train, quantize, emit, prove and place what CONFIG says.

    Finished stages are kept: a run that was interrupted continues.
    """
    from litho import api

    progress = Progress(verbose)
    try:
        finished = api.run(config, out, progress)
    finally:
        progress.close()
    show(finished, is_json)
