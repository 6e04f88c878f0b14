"""`litho list`: what litho knows, by kind."""

import click

from litho.app.output import json_option, show

__all__ = ["verb"]


@click.command("list")
@click.argument(
    "kind", type=click.Choice(("ops", "formats", "passes", "devices", "tasks", "models"))
)
@json_option
def verb(kind: str, is_json: bool) -> None:
    """List what litho knows: ops, formats, passes, devices, tasks or models."""
    from litho import api

    show(api.list(kind), is_json)
