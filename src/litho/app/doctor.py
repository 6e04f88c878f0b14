"""`litho doctor`: the outside programs."""

import click

__all__ = ["verb"]


@click.command("doctor")
@click.option("--json", "is_json", is_flag=True, help="Print JSON.")
def verb(is_json: bool) -> None:
    """List each outside program: found, needed, what for, how to install it."""
    from litho import tools
    from litho.app.output import print_json, print_table

    headers = ("tool", "found", "needed", "what for", "state", "install")
    rows = [
        (
            status.tool.name,
            status.found.version if status.found else "nothing",
            status.tool.minimum,
            status.tool.purpose,
            "ok" if status.is_usable else ("too old" if status.found else "missing"),
            "" if status.is_usable else status.tool.install,
        )
        for status in tools.survey()
    ]
    if is_json:
        print_json([dict(zip(headers, row, strict=True)) for row in rows])
    else:
        print_table(headers, rows)
