"""`litho run`: a configuration → a run folder."""

from pathlib import Path

import click

from litho.app.output import Progress, json_option, show

__all__ = ["verb"]

_FOLDER = click.Path(path_type=Path)


@click.command("run")
@click.argument("config", type=_FOLDER)
@click.option("--out", type=_FOLDER, help="Folder of the run [runs/<hash>].")
@click.option("--data", type=_FOLDER, help="Folder of data sets [LITHO_DATA].")
@click.option("--from", "start", type=_FOLDER, help="Run or sweep to start from.")
@click.option("--workers", type=click.IntRange(min=1), help="Points or cases at once [1].")
@json_option
@click.option("-v", "--verbose", is_flag=True, help="Say more on stderr.")
def verb(
    config: Path,
    out: Path | None,
    data: Path | None,
    start: Path | None,
    workers: int | None,
    is_json: bool,
    verbose: bool,
) -> None:
    """Train, quantize, emit, prove and place what CONFIG says.

    Finished stages are kept: a run that was interrupted continues.
    """
    from litho import api

    progress = Progress(verbose)
    try:
        finished = api.run(config, out, progress, data=data, start=start, workers=workers)
    finally:
        progress.close()
    show(finished, is_json)
