"""How each layer of a compressed network is coded and pruned: a table in a file, on the page."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from litho.errors import DataError
from litho.report import Table, csv_of, write_file

if TYPE_CHECKING:
    from litho.compress import LayerRow

__all__ = ["LAYERS", "layers_table", "read_layers", "write_layers"]

LAYERS = "layers.csv"
_HEADERS = (
    *("layer", "type", "parameters", "format", "bits"),
    *("shape", "score", "asked", "achieved", "units", "kept", "bits_saved", "bits_mask"),
)
_WORDS = ("layer", "type", "format", "shape", "score")
_NUMBERS = tuple(name for name in _HEADERS if name not in _WORDS)


def layers_table(rows: "Sequence[LayerRow]") -> Table:
    """Give the table of the layers: how each is coded, and what its mask drops, if it has one.

    `bits` are those of one weight that is stored, `bits_saved` those that a weight takes fewer when
    what is dropped is not stored, `bits_mask` what the mask then takes for a weight.
    """
    return Table(_HEADERS, tuple(_cells(row) for row in rows), _NUMBERS)


def _cells(row: "LayerRow") -> tuple[str, ...]:
    form = "" if row.format is None else str(row.format)
    coded = (row.path, row.type, str(row.parameters), form, f"{row.bits:g}")
    mask = row.mask
    if mask is None:
        return (*coded, *("",) * (len(_HEADERS) - len(coded)))
    chosen = (mask.shape, mask.score, f"{mask.asked:g}", f"{mask.achieved:.6g}")
    bits = (f"{row.saved_bits:.4g}", f"{row.mask_bits:.4g}")
    return (*coded, *chosen, str(mask.units), str(mask.kept), *bits)


def write_layers(folder: Path, model: Any) -> Path:
    """Write the table of the layers of `model` into `folder`, and give its path."""
    from litho import compress

    table = layers_table(compress.layers(model))
    return write_file(folder / LAYERS, csv_of(table.headers, table.rows))


def read_layers(path: Path) -> Table:
    """Give what `write_layers` wrote; raises `DataError`, naming the file, when it is not that."""
    try:
        with path.open(newline="") as file:
            headers, *rows = (tuple(row) for row in csv.reader(file))
    except (OSError, ValueError) as error:
        raise DataError(
            f"{path} must be the table of layers of a run, and is not: {error}; run `litho run`"
            " again"
        ) from error
    return Table(headers, tuple(rows), _NUMBERS)
