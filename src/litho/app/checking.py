"""What `litho simulate --block` and `litho rtl test` share."""

from collections.abc import Callable
from pathlib import Path

import click

from litho.app.output import show, working

__all__ = ["check_block", "folder_option"]

_Verb = Callable[..., None]


def folder_option(text: str) -> Callable[[_Verb], _Verb]:
    """Give a verb the option `--folder`, explained by `text`; LITHO_OPS names folders always."""
    return click.option(
        "--folder",
        "folders",
        metavar="OP",
        multiple=True,
        type=click.Path(path_type=Path),
        help=text,
    )


def check_block(
    name: str,
    *folders: Path,
    simulator: str = "verilator",
    synthesis: bool = False,
    wave: Path | None = None,
    cycles: int | None = None,
    is_json: bool = False,
) -> None:
    """Run the checks of a block and show how they ended; with `wave` record its one case first.

    Raises `MismatchError` when a check failed.
    """
    from litho import api

    with working(f"check {name}"):
        if wave is not None:
            api.record_case(name, wave, cycles, simulator, folders)
        checked = api.check(name, *folders, simulator=simulator, synthesis=synthesis)
    show(checked, is_json)
    checked.demand()
