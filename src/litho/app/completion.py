"""What a shell may complete beside verbs, options and files."""

import click

__all__ = ["devices"]


def devices(context: click.Context, option: click.Parameter, begun: str) -> list[str]:
    """Give the devices whose names begin so."""
    del context, option
    from litho.hw import DEVICES

    return [name for name in DEVICES if name.startswith(begun)]
