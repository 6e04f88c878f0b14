"""How each tensor of a quantized network is coded: a table in a file, and on the page."""

import csv
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from litho.errors import DataError
from litho.flow.facts import write_facts
from litho.report import Table, write_file

if TYPE_CHECKING:
    from litho.compress import ParameterBits

__all__ = ["BITS", "FORMATS", "Coded", "formats_table", "read_formats", "write_formats"]

BITS = "bits_per_weight"
FORMATS = "formats.csv"
_ACTIVATIONS = ("inputs", "outputs")


@dataclass(frozen=True, slots=True)
class Coded:
    """How one tensor is coded: a parameter, or what a module takes or gives.

    `scale` is the rule's word for a parameter, the scale itself for an activation; `bits` are
    those of one number, the groups' own scales counted in. `values` counts a parameter's numbers.
    """

    module: str
    part: str
    format: str
    scale: str
    granularity: str
    bits: str
    values: str


_HEADERS = tuple(field.name for field in fields(Coded))


def write_formats(folder: Path, model: Any) -> None:
    """Write into `folder` how each tensor of `model` is coded, and the bits of a weight."""
    from litho import compress

    parameters = compress.bits_of_parameters(model)
    rows = [
        Coded(
            *(row.path, row.part, str(row.format), row.scale, row.granularity),
            *(f"{row.bits:g}", str(row.values)),
        )
        for row in parameters
    ]
    rows += [_activation(item) for item in compress.quantized(model) if item.part in _ACTIVATIONS]
    order = {path: at for at, (path, _) in enumerate(model.named_modules())}
    rows.sort(key=lambda row: order[row.module])
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_HEADERS)
    writer.writerows(astuple(row) for row in rows)
    write_file(folder / FORMATS, text.getvalue())
    count = sum(row.values for row in parameters if row.is_quantized)
    quantized = compress.bits_per_weight(model, quantized_only=True)
    facts = {
        "bits_per_weight": compress.bits_per_weight(model),
        "bits_per_quantized_weight": quantized if count else None,
        "quantized_weights": count,
        "weights": sum(row.values for row in parameters),
        **_dropped(model, parameters),
    }
    write_facts(folder, BITS, facts)


def _dropped(model: Any, parameters: "Sequence[ParameterBits]") -> dict[str, float]:
    """Give how many weights masks drop, and their share of those that have masks, if any has."""
    from litho import compress

    masked = compress.pruned(model)
    values = {row.path: row.values for row in parameters if row.part == "weights"}
    total = sum(values[row.path] for row in masked)
    if not total:
        return {}
    dropped = sum(values[row.path] // row.units * (row.units - row.kept) for row in masked)
    return {"pruned_weights": dropped, "sparsity": dropped / total}


def _activation(item: Any) -> Coded:
    form, scale = item.format, item.scale
    granularity = "tensor" if scale.axis is None else "axis"
    said = "" if scale.is_unit or scale.axis is not None else str(scale)
    return Coded(item.path, item.part, str(form), said, granularity, f"{form.bits:g}", "")


def read_formats(path: Path) -> tuple[Coded, ...]:
    """Give what `write_formats` wrote; raises `DataError`, naming the file, when it is not that."""
    try:
        with path.open(newline="") as file:
            return tuple(Coded(**row) for row in csv.DictReader(file))
    except (OSError, TypeError) as error:
        raise DataError(
            f"{path} must be the table of formats of a run, and is not: {error};"
            " run `litho run` again"
        ) from error


def formats_table(found: Sequence[Coded]) -> Table:
    """Give the table for a page."""
    return Table(_HEADERS, tuple(astuple(item) for item in found), ("bits", "values"))
