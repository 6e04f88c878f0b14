"""What `litho simulate --block` and `litho rtl test` share."""

from pathlib import Path

from litho.app.output import show, working

__all__ = ["check_block"]


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
            api.record_case(name, wave, cycles, simulator)
        checked = api.check(name, *folders, simulator=simulator, synthesis=synthesis)
    show(checked, is_json)
    checked.demand()
