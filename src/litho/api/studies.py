"""What a study of sensitivity came to."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from litho.api.show import Shown, Table

if TYPE_CHECKING:
    from litho.flow.sensitivity_page import StudyRecord

__all__ = ["StudyResult"]


@dataclass(frozen=True, repr=False)
class StudyResult(Shown):
    """A study that has ended: its folder, and what `result.json` in it holds."""

    folder: Path
    study: "StudyRecord"

    @property
    def page(self) -> Path:
        """The page of the study."""
        return self.folder / "report.html"

    def tables(self) -> Iterable[Table]:
        """Give the rankings, the most sensitive first."""
        from litho.flow.sensitivity_page import rank_rows

        headers, rows = rank_rows(self.study)
        return (Table(headers, rows, headers[5:]),)

    def lines(self) -> Iterable[str]:
        """Say how good the network is as it is, and where everything is."""
        found = self.study.base
        yield (
            f"{self.study.metric} as it is: {found.mean:.4f} ({found.low:.4f} to {found.high:.4f},"
            f" {self.study.samples} samples)"
        )
        yield f"study: {self.folder}"

    def record(self) -> Any:
        """Give what `result.json` holds."""
        import json

        return json.loads((self.folder / "result.json").read_text())
