"""What a shell may complete beside verbs, options and files."""

import click

__all__ = ["devices", "modules"]


def devices(context: click.Context, option: click.Parameter, begun: str) -> list[str]:
    """Give the devices whose names begin so."""
    del context, option
    from litho.hw import DEVICES

    return [name for name in DEVICES if name.startswith(begun)]


def modules(context: click.Context, option: click.Parameter, begun: str) -> list[str]:
    """Give the modules of the library whose names begin so."""
    del context, option
    from litho import api

    return [item.name for item in api.modules().modules if item.name.startswith(begun)]
