"""What each block of a design takes by itself, as synthesis says."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from litho.api.show import Shown, Table

if TYPE_CHECKING:
    from litho.hw import Device, Resources

__all__ = ["BlockRow", "BlocksResult", "synthesize_blocks"]

_COUNTS = ("luts", "ffs", "dsps", "bram_bits")


@dataclass(frozen=True, slots=True)
class BlockRow:
    """One block: its instance, its module, the node that it computes ("" for none)."""

    instance: str
    module: str
    node: str
    resources: "Resources"


@dataclass(frozen=True, repr=False)
class BlocksResult(Shown):
    """What each block takes by itself; `whole` is what the design takes as one."""

    rows: tuple[BlockRow, ...]
    whole: "Resources"
    tool: str
    device: "Device"

    @property
    def total(self) -> "Resources":
        """What the blocks take together."""
        from litho.hw import Resources

        return sum((row.resources for row in self.rows), Resources())

    def tables(self) -> Iterable[Table]:
        """Give a row for each block, their sum, and the design as one."""
        rows = [(row.instance, row.module, *_counts(row.resources)) for row in self.rows]
        rows.append(("sum of the blocks", "", *_counts(self.total)))
        rows.append(("the design as one", self.tool, *_counts(self.whole)))
        rows.append(("the device has", self.device.name, *_counts(self.device.capacity)))
        return (Table(("block", "module", *_COUNTS), tuple(rows), _COUNTS),)

    def record(self) -> Any:
        """Give the rows as JSON holds them."""
        blocks = [
            {
                "instance": row.instance,
                "module": row.module,
                "node": row.node,
                **{name: getattr(row.resources, name) for name in _COUNTS},
            }
            for row in self.rows
        ]
        whole = {name: getattr(self.whole, name) for name in _COUNTS}
        return {"tool": self.tool, "blocks": blocks, "whole": whole}


def _counts(resources: "Resources") -> tuple[str, ...]:
    return tuple(str(getattr(resources, name)) for name in _COUNTS)


def synthesize_blocks(
    design: Path | str,
    device: str = "ecp5-25k",
    *,
    tell: Callable[[int, int], object] = lambda done, total: None,
) -> BlocksResult:
    """Synthesize each block of the design in a folder by itself, and the design as one.

    Blocks that are alike are synthesized once; `tell(done, total)` is called after each.
    Raises `DataError` for a folder without a design, `ToolError` when Yosys fails.
    """
    from dataclasses import replace

    from litho import tools
    from litho.emit import read_manifest
    from litho.hw import find_device, find_family
    from litho.rtl import read_folder

    chosen = find_device(device)
    family, folder = find_family(chosen.family), read_folder(Path(design))
    blocks = read_manifest(
        folder.path, lambda facts: [_Facts.of(item) for item in facts["modules"]]
    )
    different = list(dict.fromkeys((block.module, block.parameters) for block in blocks))
    found = {}
    with tools.kept_on_failure("synthesis") as directory:
        for number, (module, parameters) in enumerate(different):
            alone = replace(folder, top=module)
            report = tools.synthesize(alone, family, directory, dict(parameters)).report
            found[module, parameters] = report.resources
            tell(number + 1, len(different) + 1)
        whole = tools.synthesize(folder, family, directory).report
    rows = (
        BlockRow(block.instance, block.module, block.node, found[block.module, block.parameters])
        for block in blocks
    )
    return BlocksResult(tuple(rows), whole.resources, whole.tool, chosen)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a manifest says of a block; a memory is the name of its file."""

    instance: str
    module: str
    node: str
    parameters: tuple[tuple[str, int | str], ...]

    @classmethod
    def of(cls, item: dict[str, Any]) -> "_Facts":
        """Read it from the manifest."""
        files = {name: memory["file"] for name, memory in item["memories"].items()}
        return cls(
            item["instance"].removeprefix("u_"),
            item["module"],
            item.get("node", {}).get("name", ""),
            tuple({**item["parameters"], **files}.items()),
        )
