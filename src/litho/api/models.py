"""From a PyTorch model to an integer graph."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from litho.api.show import Shown, Table

if TYPE_CHECKING:
    import numpy as np

    from litho.compress import Quantized, QuantizeRule
    from litho.ir import Graph

__all__ = [
    "GraphDrawing",
    "QuantizeResult",
    "capture",
    "draw",
    "interpret",
    "load",
    "lower",
    "network_of",
    "quantize",
    "save",
]


@dataclass(frozen=True, repr=False)
class QuantizeResult(Shown):
    """The tensors that are quantized, and the format and scale that each got."""

    tensors: tuple["Quantized", ...]

    def tables(self) -> Iterable[Table]:
        """Give a row for each tensor."""
        rows = (
            (
                item.path or "(the model)",
                item.part,
                str(item.format),
                "1" if item.scale.is_unit else str(item.scale),
            )
            for item in self.tensors
        )
        return (Table(("module", "tensor", "format", "scale"), tuple(rows)),)

    def record(self) -> Any:
        """Give the table as JSON holds it."""
        return [row for table in self.tables() for row in table.records]


@dataclass(frozen=True, repr=False)
class GraphDrawing:
    """A graph as SVG text."""

    svg: str

    def _repr_svg_(self) -> str:
        return self.svg


def quantize(
    model: Any,
    rules: "QuantizeRule | Sequence[QuantizeRule]",
    batches: "Iterable[Any] | Any" = (),
) -> QuantizeResult:
    """Quantize `model` in place by `rules`, calibrated on `batches` of inputs or on one tensor.

    The model stays an ordinary module that trains, saves and exports.
    Raises what `litho.compress.quantize` raises.
    """
    from litho import compress

    chosen = [rules] if isinstance(rules, compress.QuantizeRule) else rules
    several = (batches,) if hasattr(batches, "shape") else batches
    return QuantizeResult(compress.quantize(model, chosen, several))


def capture(
    model: Any,
    example: Any,
    name: str = "",
    *,
    weights: Path | str | None = None,
    architecture: str | None = None,
    attention: str | None = None,
    random_seed: int | None = None,
) -> "Graph":
    """Give the graph of `model`, which is put in eval mode, as it is called with `example`.

    `model` is a module, `module:function` (or `file.py:function`) that makes one, or the hub id or
    folder of a model of Hugging Face, for which `architecture`, `attention` and `random_seed` are
    (`litho.tasks.load_hub_model`). `example` is its input, a tuple of its arguments, a mapping of
    them by name, or how they are spelled (`"input_ids=1,128"`, one or several); which arguments
    are given decides what the graph holds. `weights` is a file with a state dict to load first.
    Raises what `litho.frontend.capture` raises.
    """
    from litho import frontend, tasks

    choices = {"architecture": architecture, "attention": attention, "random_seed": random_seed}
    network = network_of(model, choices)
    if weights is not None:
        tasks.load_weights(Path(weights), network)
    spellings = [example] if isinstance(example, str) else example
    if _are_spellings(spellings):
        example = frontend.example_of(spellings)
    return frontend.capture(network.eval(), example, name)


def network_of(model: Any, choices: Mapping[str, Any]) -> Any:
    """Give the module that `model` is or spells; only Hugging Face has choices."""
    from litho import frontend, tasks
    from litho.errors import ConfigError

    if isinstance(model, str) and ":" not in model:
        if choices["attention"] == "litho":
            frontend.register_attention()
        return tasks.load_hub_model(model, **choices)
    given = [name for name, choice in choices.items() if choice is not None]
    if given:
        raise ConfigError(
            f"{', '.join(given)} must be given with a hub id or folder, not with"
            f" {model if isinstance(model, str) else type(model).__name__}"
        )
    return tasks.load_model(model, {}) if isinstance(model, str) else model


def _are_spellings(example: Any) -> bool:
    is_sequence = isinstance(example, list | tuple) and len(example) > 0
    return is_sequence and all(isinstance(item, str) for item in example)


def lower(graph: "Graph") -> "Graph":
    """Give the captured graph of a quantized model as integer operations.

    Raises `UnsupportedError` that lists everything which has no integer form.
    """
    from litho import passes
    from litho.ops import registry

    return passes.run(graph, (passes.RemoveDropout(), passes.Lower()), registry())


def interpret(graph: "Graph", *inputs: Any) -> dict[str, "np.ndarray[Any, Any]"]:
    """Give values[samples, *shape] of each output of a lowered graph, from those of its inputs.

    An input is an array or a tensor[samples, …]: numbers are encoded first, and integers are
    taken as the codes. The accuracy of these values is that of the hardware.
    """
    from litho.ir import interpret as interpreted
    from litho.ops import registry

    codes = interpreted(graph, codes_of(graph, inputs), registry())
    types = {name: graph.type_of(name) for name in codes}
    return {
        name: types[name].codes.decode(found, types[name].scale) for name, found in codes.items()
    }


def codes_of(graph: "Graph", inputs: Sequence[Any]) -> Mapping[str, "np.ndarray[Any, Any]"]:
    """Give codes[samples, *shape] by name of the inputs of `graph`."""
    import numpy as np

    from litho.errors import DataError

    if len(inputs) != len(graph.inputs):
        names = ", ".join(item.name for item in graph.inputs)
        raise DataError(
            f"graph {graph.name!r} must be given its {len(graph.inputs)} inputs ({names}), not"
            f" {len(inputs)}"
        )
    found = {}
    for item, given in zip(graph.inputs, inputs, strict=True):
        values = np.asarray(given)
        if values.ndim == 0 or values.size % max(item.type.size, 1) or not values.size:
            raise DataError(
                f"input {item.name!r} must be samples of shape {list(item.type.shape)}, not an"
                f" array of shape {list(values.shape)}"
            )
        shaped = values.reshape(-1, *item.type.shape)
        is_code = np.issubdtype(shaped.dtype, np.integer)
        found[item.name] = (
            shaped.astype(np.int64)
            if is_code
            else item.type.codes.encode(shaped.astype(np.float64), item.type.scale)
        )
    return found


def draw(graph: "Graph") -> GraphDrawing:
    """Give a picture of any graph, captured or lowered."""
    from litho import ir

    return GraphDrawing(ir.draw(graph))


def load(folder: Path | str) -> "Graph":
    """Read the graph in `folder`."""
    from litho import ir
    from litho.ops import registry

    return ir.load(Path(folder), registry())


def save(folder: Path | str, graph: "Graph") -> Path:
    """Write `graph.ir` and `graph.npz` into `folder`, and give the path of the text."""
    from litho import ir

    return ir.save(Path(folder), graph)[0]
