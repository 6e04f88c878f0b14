"""`litho doctor`: the outside programs."""

import click

__all__ = ["verb"]


@click.command("doctor")
@click.option("--json", "is_json", is_flag=True, help="Print JSON.")
def verb(is_json: bool) -> None:
    """List each outside program: found, needed, what for, how to install it."""
