"""The operations that a run knows: ours, installed ones, and those of its configuration."""

from pathlib import Path

from litho.flow.closure import HDL, files_below
from litho.flow.config import Config
from litho.ir import Registry
from litho.ops import registry, users_folders
from litho.tools import digest

__all__ = ["check_operations", "ops_of", "sources_digest"]


def ops_of(config: Config) -> Registry:
    """Give the registry; raises `ConfigError` for a folder that holds no operation."""
    return registry(_folders(config))


def check_operations(config: Config) -> None:
    """Load the user's own operations, if there are any: what is wrong with them is told now.

    Raises what `ops_of` raises, and `ConfigError` for an operator that PyTorch does not have.
    """
    if users_folders(_folders(config)):
        from litho.frontend import check_operators

        check_operators(ops_of(config))


def sources_digest(config: Config, with_hdl: bool = True) -> str:
    """Give a name made from the files of the user's own operations.

    Their hardware descriptions count only `with_hdl`, what describes them to people never.
    """
    parts: list[str | bytes] = []
    for folder in users_folders(_folders(config)):
        sources = (path for path in folder.rglob("*.py") if path.is_file())
        files = (path for path in files_below(folder) if with_hdl or path.suffix not in HDL)
        for path in sorted({*sources, *files}):
            parts += [path.relative_to(folder).as_posix(), path.read_bytes()]
    return digest(*parts)


def _folders(config: Config) -> tuple[Path, ...]:
    return tuple(Path(folder) for folder in config.ops)
