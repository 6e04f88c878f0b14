"""What a graph is made of, and what values run through it."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from litho.api.show import Shown, Table

if TYPE_CHECKING:
    import numpy as np

    from litho.ir import Graph, ValueRange
    from litho.passes import ModuleParameters, OperationCount, TensorBits

__all__ = ["StatsResult", "read_samples", "stats"]


@dataclass(frozen=True, repr=False)
class StatsResult(Shown):
    """Operations by kind, parameters by module, bits by tensor, and values when sampled."""

    graph: "Graph"
    operations: "tuple[OperationCount, ...]"
    parameters: "tuple[ModuleParameters, ...]"
    tensors: "tuple[TensorBits, ...]"
    ranges: "tuple[ValueRange, ...]"

    def tables(self) -> Iterable[Table]:
        """Give a table of each kind; that of the tensors only where some have codes."""
        from litho.formats import Host

        has_codes = any(not isinstance(item.format, Host) for item in self.tensors)
        return (table for title, table in self._titled() if title != "Tensors" or has_codes)

    def _titled(self) -> Iterable[tuple[str, Table]]:
        rows = tuple((item.op, str(item.nodes)) for item in self.operations)
        yield "Operations", Table(("operation", "nodes"), rows, ("nodes",))
        headers = ("module", "tensors", "parameters", "bits")
        modules = tuple(
            (item.path, str(item.tensors), str(item.numbers), _number(item.bits))
            for item in self.parameters
        )
        yield "Parameters", Table(headers, modules, headers[1:])
        headers = ("tensor", "format", "numbers", "bits")
        tensors = tuple(
            (item.name, str(item.format), str(item.numbers), _number(item.bits))
            for item in self.tensors
        )
        yield "Tensors", Table(headers, tensors, headers[2:])
        if self.ranges:
            yield "Values", _table_of(self.ranges)

    def lines(self) -> Iterable[str]:
        """Give the sums."""
        numbers = sum(item.numbers for item in self.parameters)
        bits = sum((item.bits for item in self.parameters), Fraction(0))
        average = f", {float(bits / numbers):.4g} bits each" if numbers else ""
        yield f"{len(self.graph.nodes)} nodes, {numbers} parameters{average}"

    def record(self) -> Any:
        """Give all of it as JSON holds it."""
        return {
            "graph": self.graph.name,
            "nodes": len(self.graph.nodes),
            "operations": [asdict(item) for item in self.operations],
            "parameters": [{**asdict(item), "bits": float(item.bits)} for item in self.parameters],
            "tensors": [
                {**asdict(item), "format": str(item.format), "bits": float(item.bits)}
                for item in self.tensors
            ],
            "values": [asdict(item) for item in self.ranges],
        }

    def write_page(self, path: Path | str) -> Path:
        """Write the page of the statistics, with histograms and the graph, and give its path."""
        from litho import ir
        from litho.report import Table as PageTable
        from litho.report import write_file
        from litho.report.statistics import StatisticsPage, render_statistics

        remarks = {
            item.name: (f"{item.least:.4g} … {item.greatest:.4g}",)
            for item in self.ranges
            if item.kind != "constant"
        }
        tables = tuple(
            (title, PageTable(table.headers, table.rows, table.numbers))
            for title, table in self._titled()
            if title != "Values"
        )
        page = StatisticsPage(
            f"Graph {self.graph.name}",
            " ".join(self.lines()),
            tables,
            self.ranges,
            ir.draw(self.graph, remarks),
        )
        return write_file(Path(path), render_statistics(page))


def stats(
    graph: "Graph",
    samples: Mapping[str, Any] | None = None,
    *,
    depth: int | None = None,
    bins: int = 32,
) -> StatsResult:
    """Give what `graph` is made of, and the ranges and histograms of its values over `samples`.

    `samples[name]` holds samples[n, …] of each input of a captured graph; `depth` cuts the paths of
    modules to so many parts. Raises what `litho.frontend.measure_ranges` raises.
    """
    from litho import passes

    ranges: tuple[ValueRange, ...] = ()
    if samples is not None:
        from litho import compress, frontend

        del compress  # it registers the operator that quantized models call
        ranges = frontend.measure_ranges(graph, samples, bins)
    return StatsResult(
        graph,
        passes.count_operations(graph),
        passes.count_parameters(graph, depth),
        passes.bits_by_tensor(graph),
        ranges,
    )


def read_samples(path: Path) -> "Mapping[str, np.ndarray[Any, Any]]":
    """Give the arrays of an .npz file by name; raises `DataError` when it is none."""
    import zipfile

    import numpy as np

    from litho.errors import DataError

    try:
        with np.load(path, allow_pickle=False) as found:
            return dict(found)
    except (OSError, ValueError, TypeError, zipfile.BadZipFile) as error:
        raise DataError(
            f"samples must be an .npz file with an array for each input, and {path} is not: {error}"
        ) from error


def _table_of(ranges: "tuple[ValueRange, ...]") -> Table:
    headers = ("tensor", "least", "greatest", "mean", "deviation", "zeros", "outside", "values")
    rows = tuple(
        (
            item.name,
            *(f"{x:.4g}" for x in (item.least, item.greatest, item.mean, item.deviation)),
            *(str(count) for count in (item.zeros, item.outside, item.count)),
        )
        for item in ranges
    )
    return Table(headers, rows, headers[1:])


def _number(bits: Fraction) -> str:
    return str(bits.numerator) if bits.denominator == 1 else f"{float(bits):.1f}"
