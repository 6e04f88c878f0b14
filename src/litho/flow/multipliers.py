"""What a page says of the multipliers of a design: how much of the time each array multiplies."""

from collections.abc import Mapping

from litho.hw import Estimate
from litho.ir import Graph
from litho.passes.utilization import ArrayUse, array_sizes, utilization
from litho.report import Table, grouped

__all__ = ["multipliers_table"]

_HEADERS = ("layer", "multipliers", "products a sample", "multiplying", "padding", "waiting")


def multipliers_table(
    graph: Graph, interval: int, estimates: Mapping[str, Estimate]
) -> Table | None:
    """Give a row for each array of multipliers, at `interval` cycles; None without an array.

    `estimates` are those of the nodes by name: what multiplies outside of arrays (scales, norms)
    stands in a row of its own, in multipliers of the device.
    """
    if not array_sizes(graph):
        return None
    found = utilization(graph, interval)
    rows = [_row(item, interval) for item in found.arrays]
    names = {item.node for item in found.arrays}
    others = sum(part.dsps.mid for name, part in estimates.items() if name not in names)
    total = float(found.share)
    rows.append(
        ("all arrays", grouped(found.multipliers), grouped(found.products), _percent(total), "", "")
    )
    rows.append(("other nodes, multipliers of the device", grouped(others), "", "", "", ""))
    return Table(_HEADERS, tuple(rows), _HEADERS[1:])


def _row(item: ArrayUse, interval: int) -> tuple[str, ...]:
    share, busy = float(item.share), item.busy / interval
    return (
        item.node,
        grouped(item.multipliers),
        grouped(item.products),
        *map(_percent, (share, busy - share, 1 - busy)),
    )


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
