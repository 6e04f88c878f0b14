"""A study of sensitivity, from its configuration to a folder with tables, pictures and a page."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from litho.errors import SweepError
from litho.flow.config import Config
from litho.flow.folder import link_file
from litho.flow.learning import TRAIN
from litho.flow.networks import WEIGHTS
from litho.flow.run import key_of, prepare_folder
from litho.flow.sensitivity_cases import (
    Bench,
    CaseJob,
    bench_of,
    cases_of,
    key_of_case,
    scores_of,
    settings_of,
)
from litho.flow.sensitivity_page import StudyRecord, draw_study, read_study, write_study
from litho.flow.stage import SILENT, Watcher, bring_up, identity_of
from litho.flow.start import FLOAT, with_start
from litho.flow.strict import read_toml
from litho.flow.sweep import check_drawable
from litho.flow.workers import Outcome, work_through

if TYPE_CHECKING:
    from litho.compress.sensitivity import Case, Scored

__all__ = ["FinishedStudy", "draw_study_again", "is_study_folder", "run_study"]


_SAID = 3  # failures that the error tells; the logs have all


@dataclass(frozen=True, slots=True)
class FinishedStudy:
    """A study that has ended: its folder, and what `result.json` in it holds."""

    folder: Path
    record: StudyRecord


def is_study_folder(folder: Path) -> bool:
    """Say whether a study was made in `folder`."""
    path = folder / "config.toml"
    return path.is_file() and "sensitivity" in read_toml(path)


def draw_study_again(folder: Path) -> Path:
    """Draw the pictures and the page of the study in `folder` again, and give the page's path.

    Raises `DataError` for a study that has not ended.
    """
    return draw_study(folder, read_study(folder / "result.json"))


def run_study(
    config: Config,
    out: Path | None = None,
    watcher: Watcher = SILENT,
    title: str = "study",
    workers: int = 1,
) -> FinishedStudy:
    """Judge the cases of `config` in `workers` processes; give the folder: `out`, or runs/<hash>.

    What is wrong with a case is said before the network is trained. Cases that are judged are
    kept, and what they come to depends neither on the order nor on `workers`: each is judged on
    one thread. `result.json` is written last.
    Raises `SweepError` after all cases have ended when some have failed, and says which;
    `ConfigError` and kin for a wrong request.
    """
    check_drawable("table [sensitivity]")
    config = _with_split(config)
    cases = cases_of(config)
    folder = out or Path("runs") / key_of(config)
    prepare_folder(folder, config)
    logs = folder / "logs"
    for part in (logs, (folder / FLOAT).parent):
        part.mkdir(exist_ok=True)
    made = bring_up((TRAIN,), config, watcher)["train"]
    link_file(made / WEIGHTS, folder / FLOAT)
    bench = bench_of(config, identity_of(made), made / WEIGHTS)
    scored = _judged(bench, cases, logs, workers, watcher)
    record = _record(config, cases, scored, title)
    write_study(folder, record)
    return FinishedStudy(folder, record)


def _with_split(config: Config) -> Config:
    """Give `config` with the split of the run that it starts from, if there is one."""
    if config.start is None:
        return config
    return replace(config, split=with_start(replace(config, sensitivity=None)).split)


def _judged(
    bench: Bench, cases: "Sequence[Case]", logs: Path, workers: int, watcher: Watcher
) -> "list[Scored]":
    """Give what the network as it is, then each case, came to; judge now what is not kept."""
    started = time.monotonic()
    every = {key_of_case(bench, case): case for case in (None, *cases)}
    missing = [case for case in every.values() if scores_of(bench, case) is None]
    watcher.begin("cases")
    done = len(every) - len(missing)
    watcher.advance(done, len(every))
    errors: dict[str, str] = {}

    def tell(number: int, outcome: Outcome) -> None:
        nonlocal done
        done += 1
        case = missing[number]
        name = case.name if case else "the network as it is"
        watcher.advance(done, len(every))
        watcher.say(f"{name}: {outcome.error or f'{outcome.seconds:.1f} s'}")
        if outcome.error:
            errors[name] = outcome.error

    jobs = [CaseJob.of(bench, case, logs) for case in missing]
    if jobs:
        work_through(jobs, min(workers, len(jobs)), tell)
    watcher.end("cases", time.monotonic() - started, not missing)
    if errors:
        raise SweepError(_failed(errors, len(every), logs))
    found = [scores_of(bench, case) for case in (None, *cases)]
    return [item for item in found if item is not None]


def _failed(errors: dict[str, str], count: int, logs: Path) -> str:
    said = [f"{name}: {error}" for name, error in errors.items()]
    more = f"; and {len(said) - _SAID} more" if len(said) > _SAID else ""
    return (
        f"all {count} cases of the study must be judged, and {len(errors)} failed:"
        f" {'; '.join(said[:_SAID])}{more}; logs are in {logs}, and the same command judges again"
        " what failed"
    )


def _record(
    config: Config, cases: "Sequence[Case]", scored: "Sequence[Scored]", title: str
) -> StudyRecord:
    """Give what the study came to: means and intervals of the scores."""
    from litho import tasks
    from litho.compress.sensitivity import bootstrap, row_of
    from litho.flow.outcome import provenance_of

    settings = settings_of(config)
    base, *found = scored
    assert config.task is not None
    return StudyRecord(
        title=title,
        metric=tasks.find(config.task).metric,
        samples=len(base.scores),
        resamples=settings.resamples,
        score=settings.score,
        rank=settings.rank,
        base=bootstrap(base.scores, config.seed, settings.resamples),
        rows=tuple(
            row_of(case, item, base.scores, config.seed, settings.resamples)
            for case, item in zip(cases, found, strict=True)
        ),
        provenance=provenance_of(config, key_of(config)),
    )
