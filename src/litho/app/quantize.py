"""`litho quantize`: a model, or a run, and a rule → a quantized checkpoint and a table."""

from pathlib import Path

import click

from litho.app.compressing import source_options
from litho.app.output import json_option, show, working

__all__ = ["verb"]


@click.command("quantize")
@source_options
@click.option("--weight-format", metavar="FORMAT", help="Of weights [as they are].")
@click.option("--input-format", metavar="FORMAT", help="Of what a layer takes [as it is].")
@click.option("--output-format", metavar="FORMAT", help="Of what a layer gives [as it is].")
@click.option("--bias-format", metavar="FORMAT", help="Of biases [as the weights want it].")
@click.option("--granularity", default="tensor", help="Scales by tensor or axis [tensor].")
@click.option("--calibration", default="min_max", help="min_max, percentile, mse [min_max].")
@click.option("--scale", help="unit, power_of_two, dyadic, learned [the format's own].")
@json_option
def verb(
    model: str,
    match: tuple[str, ...],
    weights: Path | None,
    samples: Path | None,
    data: Path | None,
    out: Path,
    weight_format: str | None,
    input_format: str | None,
    output_format: str | None,
    bias_format: str | None,
    granularity: str,
    calibration: str,
    scale: str | None,
    is_json: bool,
) -> None:
    """Quantize MODEL: module:function, a hub id, a folder of a model, or the folder of a run."""
    from litho import api
    from litho.compress import QuantizeRule, QuantizeStep

    with working("quantize"):
        formats = (weight_format, input_format, output_format, bias_format)
        rules = [QuantizeRule(path, *formats, granularity, calibration, scale) for path in match]
        steps = [QuantizeStep(tuple(rules))]
        result = api.compress(model, steps, out, weights=weights, samples=samples, data=data)
    show(result, is_json)
