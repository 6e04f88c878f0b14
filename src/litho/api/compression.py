"""From a model, or a run, and rules to a compressed model and its checkpoint."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from litho.api.models import network_of
from litho.api.show import Shown, Table
from litho.api.statistics import read_samples
from litho.errors import ConfigError

if TYPE_CHECKING:
    from litho.compress import LayerRow, PruneRule, Step

__all__ = ["CompressResult", "compress", "prune"]


@dataclass(frozen=True, repr=False)
class CompressResult(Shown):
    """A compressed model: how each layer is coded and pruned, and the file of its state dict."""

    layers: "tuple[LayerRow, ...]"
    path: Path | None = None

    def tables(self) -> Iterable[Table]:
        """Give a row for each layer."""
        from litho.flow.layers import layers_table

        found = layers_table(self.layers)
        return (Table(found.headers, found.rows, found.numbers),)

    def lines(self) -> Iterable[str]:
        """Say where the checkpoint is."""
        if self.path is not None:
            yield f"checkpoint: {self.path}"

    def record(self) -> Any:
        """Give all of it as JSON holds it; what does not apply is absent."""
        rows = [{**asdict(row), "format": row.format and str(row.format)} for row in self.layers]
        layers = [{key: value for key, value in row.items() if value is not None} for row in rows]
        return {"layers": layers, **({"checkpoint": str(self.path)} if self.path else {})}


def prune(
    model: Any,
    rules: "PruneRule | Sequence[PruneRule]",
    batches: "Iterable[Any] | Any" = (),
    *,
    loss: Callable[[Any, Any], Any] | None = None,
) -> CompressResult:
    """Prune `model` in place by `rules`; some scores see `batches` of inputs, or one tensor.

    The model stays an ordinary module that trains, its masks held, saves and exports.
    Raises what `litho.compress.prune` raises.
    """
    from litho import compress

    chosen = [rules] if isinstance(rules, compress.PruneRule) else rules
    compress.prune(model, chosen, (batches,) if hasattr(batches, "shape") else batches, loss=loss)
    return CompressResult(compress.layers(model))


def compress(
    model: str,
    steps: "Sequence[Step]",
    out: Path | str,
    *,
    weights: Path | str | None = None,
    samples: Path | str | None = None,
    data: Path | str | None = None,
) -> CompressResult:
    """Quantize, prune and replace layers of `model` by `steps`, and write its state dict to `out`.

    `model` is `module:function` (or `file.py:function`) that makes one, the hub id or folder of a
    model of Hugging Face, or the folder of a run or sweep, whose checkpoint is taken up. `weights`
    is a state dict to load first, and `samples` an .npz with samples[n, …] of each input by name,
    for scales and scores; a run has its own of both, and takes the folder of its data from `data`.
    Raises what `litho.compress.apply` raises, and `ConfigError` for quantization without samples.
    """
    from litho import tasks
    from litho.compress import QuantizeStep, apply

    source = _of_run if (Path(model) / "config.toml").is_file() else _of_model
    found = source(model, weights, samples, data)
    if not found.batches and any(isinstance(step, QuantizeStep) for step in steps):
        raise ConfigError(
            f"model {model!r} must have samples to be calibrated on to be quantized; give them with"
            " `--samples FILE.npz`, or the folder of a run in its place"
        )
    network = found.network
    rows = apply(
        network, steps, found.batches, loss=found.loss, inputs=found.inputs, sums=found.sums
    )
    return CompressResult(rows, tasks.save_weights(Path(out), network))


@dataclass(frozen=True)
class _Source:
    """A model to compress, and what scales and scores are found on."""

    network: Any
    batches: list[Any]
    loss: Callable[[Any, Any], Any] | None = None
    inputs: Callable[[Any], Any] | None = None
    sums: str = "exact"


_Given = Path | str | None


def _of_model(model: str, weights: _Given, samples: _Given, data: _Given) -> _Source:
    from litho import tasks

    if data is not None:
        raise ConfigError(
            f"a folder of data must be given with the folder of a run, not with model {model!r}"
        )
    network = network_of(model, {})
    if weights is not None:
        tasks.load_weights(Path(weights), network)
    arrays = read_samples(Path(samples)) if samples is not None else None
    return _Source(network, tasks.batches_of(arrays) if arrays else [])


def _of_run(folder: str, weights: _Given, samples: _Given, data: _Given) -> _Source:
    from msgspec.structs import replace

    from litho import tasks
    from litho.flow.networks import compressed_of, data_of, samples_of, sums_of
    from litho.flow.start import QUANTIZED, run_in

    if weights is not None or samples is not None:
        raise ConfigError(
            f"weights and samples must be given with a model, not with the run {folder}, which has"
            " its own"
        )
    run = run_in(Path(folder))
    place = str(Path(data).resolve()) if data is not None else run.config.data
    config = replace(run.config, data=place)
    found = data_of(config)
    return _Source(
        compressed_of(config, found, run.folder / QUANTIZED),
        list(samples_of(config, found)),
        tasks.loss_of if found.classes else None,
        lambda samples: samples[0],
        sums_of(config),
    )
