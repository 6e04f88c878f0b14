"""`litho doctor`: the outside programs."""

import click

from litho.app.output import json_option, show

__all__ = ["verb"]


@click.command("doctor")
@json_option
def verb(is_json: bool) -> None:
    """List each outside program: found, needed, what for, how to install it; what is configured."""
    from litho import api

    show(api.doctor(), is_json)
