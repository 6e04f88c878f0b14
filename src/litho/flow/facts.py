"""Small facts that one stage leaves for another: JSON files in its folder."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from litho.hw import Estimate, Interval, Report, Resources
from litho.report import write_file

__all__ = ["read_estimate", "read_facts", "read_report", "write_facts", "write_report"]


def read_facts(folder: Path, name: str) -> Any:
    """Give what a stage wrote into `name`.json of its folder."""
    return json.loads((folder / f"{name}.json").read_text())


def write_facts(folder: Path, name: str, facts: Any) -> Path:
    """Write what a stage found into `name`.json of its folder, and give the path."""
    return write_file(folder / f"{name}.json", json.dumps(facts, indent=2, allow_nan=False) + "\n")


def read_report(folder: Path) -> Report:
    """Give the tool's report that a stage wrote into its folder."""
    facts = read_facts(folder, "report")
    return Report(**{**facts, "resources": Resources(**facts["resources"])})


def read_estimate(facts: Mapping[str, Any]) -> Estimate:
    """Give the estimate that `facts` holds, as `dataclasses.asdict` gave them."""
    parts = {name: Interval(**facts[name]) for name in facts if name != "calibration"}
    return Estimate(**parts, calibration=facts["calibration"])


def write_report(folder: Path, report: Report) -> Path:
    """Write a tool's report into the folder of a stage, and give the path."""
    from dataclasses import asdict

    return write_facts(folder, "report", asdict(report))
