"""Training sees through fake quantization where values do not saturate."""

import pytest
import torch

from litho.compress.straight_through import straight_through
from litho.errors import FormatError
from litho.formats import Scale, fake_quantize, parse


@pytest.mark.parametrize("spelling", ["fixed8f4", "e4m3fn", "codebook4", "mxfp8_e4m3g32", "binary"])
def test_the_forward_is_fake_quantization_and_the_gradient_is_clipped(spelling: str) -> None:
    form = parse(spelling)
    x = (torch.randn(8, 64, generator=torch.Generator().manual_seed(0)) * 20).requires_grad_()
    y = straight_through(x, form)
    assert torch.equal(y, fake_quantize(x.detach(), form))
    gradient = torch.randn(8, 64, generator=torch.Generator().manual_seed(1))
    y.backward(gradient)
    assert x.grad is not None
    is_passed = x.grad != 0
    assert torch.equal(x.grad, gradient * is_passed)
    if spelling == "mxfp8_e4m3g32":
        # A group's greatest element may stand for up to 448 / 256 of its power of two.
        groups = x.detach().reshape(8, 2, 32)
        exponent = groups.abs().amax(-1, keepdim=True).log2().floor()
        expected = (groups.abs() <= 1.75 * 2**exponent).reshape(8, 64)
    else:
        low, high = {
            "fixed8f4": (-8, 127 / 16),
            "e4m3fn": (-448, 448),
            "codebook4": (-1, 1),
            "binary": (-1, 1),
        }[spelling]
        expected = (x >= low) & (x <= high)
    assert torch.equal(is_passed, expected)


def test_a_format_whose_groups_never_saturate_passes_the_whole_gradient() -> None:
    x = torch.randn(4, 16, requires_grad=True)
    straight_through(x, parse("bfp8g16")).sum().backward()
    assert x.grad is not None
    assert torch.equal(x.grad, torch.ones(4, 16))


def test_the_gradient_follows_the_scale() -> None:
    x = torch.linspace(-3, 3, 61, requires_grad=True)
    straight_through(x, parse("int4"), Scale((1,), (2,))).sum().backward()
    assert x.grad is not None
    assert torch.equal(x.grad, ((x >= -2) & (x <= 1.75)).float())


def test_a_diverged_weight_is_an_error() -> None:
    with pytest.raises(FormatError, match="must be finite, not NaN or infinity"):
        straight_through(torch.tensor([1.0, float("nan")]), parse("e4m3fn"))
