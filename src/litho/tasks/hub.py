"""Models of Hugging Face, by hub id or from a local folder."""

import re
from pathlib import Path
from typing import Any

import torch
from torch import nn

from litho.errors import ConfigError, DataError

__all__ = ["import_transformers", "load_hub_model"]

_HUB_ID = re.compile(r"[\w-][\w.-]*(/[\w-][\w.-]*)?")


def load_hub_model(
    spelling: str,
    architecture: str | None = None,
    *,
    attention: str | None = None,
    random_seed: int | None = None,
) -> nn.Module:
    """Give the model of a local folder, or of the hub id `owner/name`, in eval mode.

    A folder holds `config.json` and weights. `architecture` is the class of transformers to make,
    by default the one that the configuration names, or the bare encoder when it names none.
    `attention` is the attention function (`eager`, `sdpa`, or one that is registered).
    With `random_seed` the weights are drawn and only `config.json` is read.
    Raises `ConfigError` for a spelling or an architecture that does not exist, and `DataError`
    when transformers, the folder, the configuration or the weights are absent.
    """
    transformers = import_transformers(spelling)
    _check_place(spelling)
    options = {} if attention is None else {"attn_implementation": attention}
    try:
        config = transformers.AutoConfig.from_pretrained(spelling)
        kind = _class_of(transformers, architecture, config, spelling)
        if random_seed is None:
            model = kind.from_pretrained(spelling, **options)
        else:
            model = _drawn(kind, config, options, random_seed)
    except (OSError, ValueError, ImportError, KeyError, RuntimeError) as error:
        reason = str(error).strip().split("\n", 1)[0]
        raise DataError(
            f"{spelling} must be a folder with config.json and weights, or an id that the hub or"
            f" its cache has, and is not: {type(error).__name__}: {reason}; for a"
            " graph without trained weights, a config.json and `--random-weights` are enough"
        ) from error
    assert isinstance(model, nn.Module)
    return model.eval()


def import_transformers(what: str) -> Any:
    """Give the module; raises `DataError` that says what needs it when it is not installed."""
    try:
        import transformers
    except ImportError as error:
        raise DataError(
            f"{what!r} must be loaded by transformers, which is not installed;"
            " pip install transformers"
        ) from error
    return transformers


def _check_place(spelling: str) -> None:
    folder = Path(spelling)
    if folder.is_dir():
        if not (folder / "config.json").is_file():
            raise DataError(f"a folder with a model must hold config.json, and {folder} does not")
    elif not _HUB_ID.fullmatch(spelling):
        raise ConfigError(
            "a model must be spelled `module:function`, or be a hub id (`owner/name`) or a folder"
            f" that is there, not {spelling!r}"
        )


def _class_of(transformers: Any, architecture: str | None, config: Any, spelling: str) -> Any:
    name = architecture or next(iter(config.architectures or ()), None)
    if name is None:
        return transformers.AutoModel
    found = getattr(transformers, name, None)
    if not (isinstance(found, type) and issubclass(found, transformers.PreTrainedModel)):
        raise ConfigError(
            f"the architecture of {spelling!r} must be a model class of transformers"
            f" (such as BertForSequenceClassification), not {name!r}"
        )
    return found


def _drawn(kind: Any, config: Any, options: dict[str, Any], seed: int) -> Any:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        make = getattr(kind, "_from_config", None) or kind.from_config
        return make(config, **options)
