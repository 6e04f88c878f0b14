"""What a run came to: the result record, made of what the stages left."""

from pathlib import Path
from platform import python_version

from litho import tools
from litho._version import __version__
from litho.flow.config import Config
from litho.flow.digests import package_version
from litho.flow.facts import read_estimate, read_facts, read_report
from litho.flow.formats import BITS
from litho.flow.hardware import placer_of, simulation_tools, target_of
from litho.report import (
    Accuracy,
    Compression,
    Provenance,
    Resources,
    Result,
    Timing,
    Verification,
)

__all__ = ["judged_last", "provenance_of", "result_of"]


def result_of(config: Config, key: str, made: dict[str, Path]) -> Result:
    """Give the result of a run whose stages left their facts in the folders `made`."""
    provenance = provenance_of(config, key)
    if config.hardware is None:
        return Result(_judged(config, made), _compression(made), None, None, None, provenance)
    judged = made.get("place") or made.get("synthesize")
    report = read_report(judged) if judged else None
    timing = read_facts(made["simulate"], "proof")["timing"]
    return Result(
        _proven(config, made),
        _compression(made),
        _verification(made["simulate"], 1000 / target_of(config).clock_mhz),
        Resources(read_estimate(read_facts(made["emit"], "estimate")), report),
        Timing(timing["latency"], timing["interval"], report.fmax_mhz if report else None),
        provenance,
    )


def judged_last(made: dict[str, Path]) -> Path:
    """Give the folder of the stage that saw the network as the run leaves it."""
    names = ("lower", "judge_tuned", "judge_compressed", "judge")
    return next(made[name] for name in names if name in made)


def _judged(config: Config, made: dict[str, Path]) -> Accuracy:
    """Give the accuracies of a run without hardware."""
    last = judged_last(made)
    return Accuracy(
        read_facts(last, "metric"),
        read_facts(made["train"], "accuracy"),
        read_facts(last, "accuracy"),
        before_tuning=_before_tuning(config, made),
        before_compression=_before_compression(made),
    )


def _proven(config: Config, made: dict[str, Path]) -> Accuracy | None:
    """Give the accuracies of a run with hardware; on stimuli there are none."""
    facts = read_facts(made["evaluate"], "accuracy")
    if facts is None:
        return None
    before = _before_tuning(config, made)
    return Accuracy(**facts, before_tuning=before, before_compression=_before_compression(made))


def _before_tuning(config: Config, made: dict[str, Path]) -> float | None:
    judged = made.get("judge_compressed") or made.get("judge")
    return read_facts(judged, "accuracy") if judged and config.tunes else None


def _before_compression(made: dict[str, Path]) -> float | None:
    judged = made.get("judge") if "compress" in made else None
    return read_facts(judged, "accuracy") if judged else None


def _compression(made: dict[str, Path]) -> Compression | None:
    """Give what weights take, where any is quantized or pruned."""
    facts = read_facts(judged_last(made), BITS)
    return Compression(**facts) if facts["quantized_weights"] or "sparsity" in facts else None


def _verification(folder: Path, clock: float) -> Verification:
    proof = read_facts(folder, "proof")
    return Verification(
        simulator=proof["simulator"],
        values=proof["values"],
        mismatches=proof["mismatches"],
        cycles=proof["cycles"],
        clock_ns=clock,
        simulated_ns=proof["cycles"] * clock,
        build_s=round(proof["build_s"], 3),
        simulate_s=round(proof["simulate_s"], 3),
        sample_cycles=proof["sample"],
    )


def provenance_of(config: Config, key: str) -> Provenance:
    """Give what made the result of the run of `config`, whose name is `key`."""
    return Provenance(__version__, _tools(config), config.seed, key)


def _tools(config: Config) -> dict[str, str]:
    used = list(simulation_tools(config)) if config.hardware else []
    if config.synthesize is not None:
        used += ["yosys", placer_of(config)] if config.synthesize.place else ["yosys"]
    found = {name: tools.find(name).version for name in used}
    return {
        **found,
        **{name: package_version(name) for name in ("numpy", "torch")},
        "python": python_version(),
    }
