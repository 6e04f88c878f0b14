"""Numbers that no kernel takes are quantized in parts, with the bits of the whole."""

import numpy as np
import pytest
import torch

from litho.errors import FormatError
from litho.formats import Scale, fake_quantize, parse


@pytest.mark.parametrize("spelling", ["fixed16f12", "int4", "e4m3", "log4", "ternary"])
def test_parts_give_the_bits_of_the_whole(spelling: str) -> None:
    form, scale = parse(spelling), Scale.nearest(0.37) if spelling == "int4" else Scale()
    values = np.random.default_rng(0).normal(0, 2, (301, 333)).clip(-7, 7)
    wanted = form.decode(form.encode(values, scale), scale)
    found = fake_quantize(values, form, scale)
    assert found.dtype == np.float64
    assert (found == wanted).all()
    turned = torch.from_numpy(values).T
    assert torch.equal(fake_quantize(turned, form, scale).T, torch.from_numpy(wanted))


def test_a_part_that_is_not_finite_is_an_error() -> None:
    values = np.zeros(100_000)
    values[-1] = np.nan
    with pytest.raises(FormatError, match="finite"):
        fake_quantize(values, parse("fixed8f4"))
