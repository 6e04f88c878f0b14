"""`litho list`: what litho knows, by kind."""

import click

__all__ = ["verb"]


@click.command("list")
@click.argument(
    "kind", type=click.Choice(("ops", "formats", "passes", "devices", "tasks", "models"))
)
@click.option("--json", "is_json", is_flag=True, help="Print JSON.")
def verb(kind: str, is_json: bool) -> None:
    """List what litho knows: ops, formats, passes, devices, tasks or models."""
    from litho.app.listing import listing
    from litho.app.output import print_json, print_table

    table = listing(kind)
    if is_json:
        print_json([dict(zip(table.headers, row, strict=True)) for row in table.rows])
    else:
        print_table(table.headers, table.rows)
