"""The stage that quantizes, prunes and replaces by [[compress]], and the pruning inside tuning."""

from typing import TYPE_CHECKING, Any

from msgspec import to_builtins

from litho.errors import ConfigError
from litho.flow.config import Config, Gradual
from litho.flow.networks import (
    WEIGHTS,
    data_of,
    files_of_tables,
    quantized_of,
    samples_of,
    sums_of,
)
from litho.flow.stage import Context, Stage
from litho.flow.steps import own_tables, prune_rules, step_of

if TYPE_CHECKING:
    from litho import compress
    from litho.tasks import Data

__all__ = ["COMPRESS", "pruners_of"]


def _compress(context: Context) -> None:
    """Do what the tables [[compress]] say, but for what is pruned while the network is tuned."""
    from litho import compress, tasks

    config = context.config
    data = data_of(config)
    model = quantized_of(config, data, context.needs["quantize"] / WEIGHTS)
    rows = compress.apply(
        model,
        [step_of(table, config.seed) for table in own_tables(config) if not table.gradual],
        list(samples_of(config, data)),
        loss=tasks.loss_of if data.classes else None,
        inputs=lambda samples: samples[0],
        sums=sums_of(config),
    )
    for row in rows:
        if row.mask:
            context.watcher.say(
                f"{row.path}: {row.mask.achieved:.4f} of its {row.mask.units} units dropped"
            )
    tasks.save_weights(context.folder / WEIGHTS, model)


def pruners_of(
    config: Config, model: Any, data: "Data", steps: int
) -> "tuple[compress.Pruner, ...]":
    """Give what prunes `model` in the `steps` steps of tuning: one for each table with `gradual`.

    Raises `ConfigError` for a schedule that has no room in so many steps.
    """
    from litho import compress, tasks

    return tuple(
        compress.Pruner(
            model,
            prune_rules(table.prune, config.seed),
            compress.Gradual(*_schedule(table.gradual, steps)),
            list(samples_of(config, data)),
            loss=tasks.loss_of,
        )
        for table in own_tables(config)
        if table.gradual
    )


def _schedule(wanted: Gradual, steps: int) -> tuple[int, int, int]:
    """Give first step, steps from the first choice of masks to the last, and steps between."""
    first, last = (round(share * (steps - 1)) for share in (wanted.start, wanted.end))
    span = (last - first) // wanted.every * wanted.every
    if not span:
        raise ConfigError(
            f"key 'compress.gradual.every' must be at most the {last - first} steps from `start` to"
            f" `end`, not {wanted.every}; tune for more epochs, or lower it"
        )
    return first, span, wanted.every


def _facts(config: Config) -> Any:
    tables = [table for table in own_tables(config) if not table.gradual]
    return [to_builtins(tables), to_builtins(config.calibrate), *files_of_tables(tables)]


COMPRESS = Stage("compress", ("quantize",), _facts, _compress)
