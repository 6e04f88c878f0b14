"""`litho run`: a configuration → a run folder."""

from pathlib import Path

import click

__all__ = ["verb"]


@click.command("run")
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the run [runs/<hash>].")
@click.option("--json", "is_json", is_flag=True, help="Print the result record.")
@click.option("-v", "--verbose", is_flag=True, help="Say more on stderr.")
def verb(config: Path, out: Path | None, is_json: bool, verbose: bool) -> None:
    """Train, quantize, emit, prove and place what CONFIG says.

    Finished stages are kept: a run that was interrupted continues.
    """
    from litho.app.output import Progress
    from litho.app.summary import print_summary
    from litho.flow import load_config, run
    from litho.report import result_text

    progress = Progress(verbose)
    try:
        finished = run(load_config(config), out, progress, config.stem)
    finally:
        progress.close()
    if is_json:
        print(result_text(finished.result), end="")
    else:
        print_summary(finished)
