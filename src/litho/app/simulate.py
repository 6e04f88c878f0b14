"""`litho simulate`: a run's design, a graph, or one module → a verdict."""

from pathlib import Path

import click

from litho.app.checking import check_block, folder_option
from litho.app.output import json_option, show, working

__all__ = ["verb"]


@click.command("simulate")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--block", metavar="NAME", help="Check this case, operation or module instead.")
@folder_option("Folder of an operation of your own; the NAME of --block is then one of these.")
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
@click.option(
    "--wave",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Record the stalled run: every signal in FILE.vcd or FILE.fst, or a picture in FILE.svg.",
)
@click.option(
    "--cycles",
    type=click.IntRange(min=1),
    help="Cycles to record [1000, in a picture 40].",
)
@json_option
def verb(
    folder: Path | None,
    block: str | None,
    folders: tuple[Path, ...],
    vectors: Path | None,
    samples: int,
    seed: int,
    simulator: str,
    wave: Path | None,
    cycles: int | None,
    is_json: bool,
) -> None:
    """Compare the design in FOLDER/design with the graph in FOLDER, bit for bit.

    Without FOLDER/design the graph is emitted for this once. Inputs are random unless given,
    stalls are random; timing is measured without stalls.

    With --block NAME the bench of one module runs instead: what the module must do, its timing,
    reset, both simulators, lint. NAME is a case (rtl-fifo_2), an operation (relu) or a module.
    """
    from litho import api

    if (folder is None) == (block is None):
        raise click.UsageError("what is simulated must be a FOLDER or --block NAME, one of them")
    if block is not None:
        if vectors is not None:
            raise click.UsageError(
                "--vectors must go with a FOLDER; a --block has cases of its own"
            )
        check_block(block, *folders, simulator=simulator, wave=wave, cycles=cycles, is_json=is_json)
        return
    if folders:
        raise click.UsageError("--folder must go with --block; for a FOLDER set LITHO_OPS")
    assert folder is not None
    with working("simulate"):
        simulated = api.simulate(
            folder,
            vectors=vectors,
            samples=samples,
            seed=seed,
            simulator=simulator,
            wave=wave,
            cycles=cycles,
        )
    show(simulated, is_json)
