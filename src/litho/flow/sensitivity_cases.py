"""The cases of a study: made from its configuration, judged in any process, each kept."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import to_builtins

from litho.errors import ConfigError
from litho.flow.closure import closures_of
from litho.flow.config import Config, Sensitivity
from litho.flow.digests import digest_of, files_digest
from litho.flow.facts import read_facts, write_facts
from litho.flow.networks import data_of, model_of, samples_of, sums_of
from litho.flow.stage import Watcher
from litho.tools import cached, kept

if TYPE_CHECKING:
    from litho.compress import PruneRule, QuantizeRule
    from litho.compress.sensitivity import Case, Scored
    from litho.tasks import Data

__all__ = [
    "Bench",
    "CaseJob",
    "bench_of",
    "cases_of",
    "key_of_case",
    "scores_of",
    "settings_of",
]

_KIND = "cases"  # what they are called in the cache
_UNSAFE = re.compile(r"[^A-Za-z0-9._+-]+")
_LONGEST = 120  # characters of the name of a log


@dataclass(frozen=True, slots=True)
class Bench:
    """The network of a study, and the samples that it is judged on.

    `key` names all that scores follow from beside the case; `weights` is the file of the network's
    state dict.
    """

    key: str
    config: Config = field(compare=False)
    weights: Path = field(compare=False)


@dataclass(frozen=True, slots=True)
class CaseJob:
    """A case to be judged in another process, without one the network as it is; and its log."""

    bench: Bench
    case: "Case | None"
    log: Path

    @classmethod
    def of(cls, bench: Bench, case: "Case | None", folder: Path) -> "CaseJob":
        """Give the job of a case, its log in `folder`."""
        name = _UNSAFE.sub("_", case.name) if case else "as_it_is"
        return cls(bench, case, folder / f"{name[:_LONGEST]}.log")

    def do(self, watcher: Watcher) -> None:
        """Judge it, unless that is done."""
        key = key_of_case(self.bench, self.case)
        _, is_new = cached(_KIND, key, lambda folder: _write_scores(folder, self.bench, self.case))
        watcher.say("judged" if is_new else "judged before")


def settings_of(config: Config) -> Sensitivity:
    """Give the table [sensitivity] of `config`, which has one."""
    assert config.sensitivity is not None
    return config.sensitivity


def cases_of(config: Config) -> "tuple[Case, ...]":
    """Give the cases that `config` asks for: target by target, each in every shape and value.

    Raises `ConfigError` for targets, shapes, formats, ranks and samples that there cannot be.
    """
    from litho.compress.sensitivity import Case, check_cases, matrices, targets

    settings, data = settings_of(config), data_of(config)
    rules = _rules_of(config)
    model = model_of(config, data)
    patterns = (settings.match,) if isinstance(settings.match, str) else settings.match
    found = targets(matrices(model, patterns), settings.targets)
    cases = tuple(Case(target, rule) for target in found for rule in rules)
    check_cases(model, cases)
    _check_samples(settings, data, any(case.sees_inputs for case in cases))
    values = dict.fromkeys(case.value for case in cases)
    for value in settings.rank:
        if value not in values:
            raise ConfigError(
                f"key 'sensitivity.rank' must name sparsities and formats that are tried, not"
                f" {value!r}; tried are {', '.join(map(str, values))}"
            )
    return cases


def _rules_of(config: Config) -> "list[PruneRule | QuantizeRule]":
    """Give what is done to each target."""
    from litho.compress import Block, PruneRule, QuantizeRule

    wanted = settings_of(config)
    blocks = [Block.parse(shape, "key 'sensitivity.shapes'") for shape in wanted.shapes]
    if any(not block.group for block in blocks) != bool(wanted.sparsities):
        raise ConfigError(
            "keys 'sensitivity.shapes' and 'sensitivity.sparsities' must both be given, unless all"
            f" shapes are N:M or none is there, not {list(wanted.shapes)} and"
            f" {list(wanted.sparsities)}"
        )
    rules: list[PruneRule | QuantizeRule] = [
        PruneRule("*", sparsity, block, wanted.scope, wanted.score, config.seed)
        for block in blocks
        for sparsity in ((None,) if block.group else wanted.sparsities)
    ]
    rules += [
        QuantizeRule(
            "*",
            weights=format if "weights" in wanted.parts else None,
            inputs=format if "inputs" in wanted.parts else None,
            granularity=wanted.granularity,
            calibration=wanted.calibration,
        )
        for format in wanted.formats
    ]
    if not rules:
        raise ConfigError(
            "table [sensitivity] must say what is tried, by 'shapes' and 'sparsities' or by"
            " 'formats', and has none of them"
        )
    return list(dict.fromkeys(rules))


def _check_samples(settings: Sensitivity, data: "Data", are_calibrated: bool) -> None:
    most = len(data.test_inputs)
    if settings.samples > most:
        raise ConfigError(
            f"key 'sensitivity.samples' must be at most the {most} samples that task"
            f" {data.name!r} has to test with, not {settings.samples}; 0 takes all"
        )
    if are_calibrated and not len(data.train_inputs):
        raise ConfigError(
            "formats, and scores that see inputs, must have samples to train with to calibrate on,"
            f" and task {data.name!r} has none; leave out 'sensitivity.formats' and take score l1,"
            " l2 or random, or put the file of its training set into the folder of data"
        )


def bench_of(config: Config, trained: str, weights: Path) -> Bench:
    """Give what the study of `config` judges on; `trained` names the trained network."""
    (closure,) = closures_of([_write_scores])
    sources = [closure.digest, files_digest(closure.files(with_hdl=False))]
    return Bench(digest_of([trained, sources, settings_of(config).samples]), config, weights)


def key_of_case(bench: Bench, case: "Case | None") -> str:
    """Give the name of all that the scores of a case follow from.

    Targets of the same matrices have the same: a layer of one matrix, and that matrix.
    """
    if case is None:
        return digest_of([bench.key])
    config = bench.config
    rule = {name: str(value) for name, value in asdict(case.rule).items()}
    done = [type(case.rule).__name__, rule, case.target.paths]
    return digest_of([bench.key, done, to_builtins(config.calibrate), sums_of(config)])


def scores_of(bench: Bench, case: "Case | None") -> "Scored | None":
    """Give what a case came to, or None when it is not judged yet."""
    from litho.compress.sensitivity import Scored

    folder = kept(_KIND, key_of_case(bench, case))
    if folder is None:
        return None
    with np.load(folder / "scores.npz") as found:
        return Scored(found["scores"], read_facts(folder, "achieved"))


def _write_scores(folder: Path, bench: Bench, case: "Case | None") -> None:
    """Judge a case, and write its scores and the sparsity that it came to into `folder`."""
    from litho import tasks
    from litho.compress import sensitivity

    data, model, chosen = _loaded(bench)
    inputs, targets = data.test_inputs[chosen], data.test_targets[chosen]

    def judge(network: Any) -> sensitivity.Scores:
        return tasks.scores(tasks.predict(network, inputs), targets)

    batches = _Batches(bench.config, data)
    found = sensitivity.score(model, judge, case, batches, sums=sums_of(bench.config))
    np.savez_compressed(folder / "scores.npz", scores=found.scores)
    write_facts(folder, "achieved", found.achieved)


@dataclass(frozen=True, slots=True)
class _Batches(Iterable[Any]):
    """The inputs to calibrate on, batch by batch, as often as they are asked for."""

    config: Config
    data: "Data"

    def __iter__(self) -> Iterator[Any]:
        return (inputs for inputs, _ in samples_of(self.config, self.data))


@lru_cache(maxsize=1)
def _loaded(bench: Bench) -> "tuple[Data, Any, np.ndarray[Any, np.dtype[np.int64]]]":
    """Give data, network and the places of the samples to judge; a process loads them once.

    The network is in PyTorch's evaluation mode: nothing is dropped, norms keep what they know.
    """
    from litho import tasks

    config = bench.config
    data = data_of(config)
    model = model_of(config, data)
    tasks.load_weights(bench.weights, model)
    places = np.arange(len(data.test_inputs))
    wanted = settings_of(config).samples
    if wanted:
        places = np.sort(np.random.default_rng(config.seed).permutation(places)[:wanted])
    return data, model.eval(), places
