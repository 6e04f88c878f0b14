"""On a CUDA device the torch side gives what it gives on the processor, bit for bit."""

import pytest
import torch

from litho.compress import QuantizeRule, quantize
from litho.tasks import MLP

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device"),
]


@pytest.mark.parametrize(("weights", "inputs"), [("fixed6", "ufixed8"), ("int6", "uint8")])
def test_a_quantized_network_gives_the_values_of_the_processor(weights: str, inputs: str) -> None:
    torch.manual_seed(0)
    model, samples = MLP(16, 4, (8,)).eval(), torch.rand(256, 16)
    quantize(model, [QuantizeRule("*", weights=weights, inputs=inputs)], [samples])
    with torch.no_grad():
        expected = model(samples)
        found = model.cuda()(samples.cuda())
    assert torch.equal(found.cpu(), expected)
