"""Leaky rectifiers in a quantized network: rounded slopes, and one accuracy with hardware."""

import pytest
import torch
from torch import nn

from litho.compress import QuantizeRule, quantize
from litho.errors import ConfigError, GraphError
from litho.frontend import capture
from litho.ir import Graph, interpret
from litho.ops import registry
from litho.passes import Lower, run
from litho.tasks import RandomLeakyReLU

FIXED = ("fixed8f3", "fixed8f3", "fixed8f3")
INTEGER = ("int8", "int8", "int6")
ACTIVATIONS = {
    "leaky": lambda: nn.LeakyReLU(),
    "leaky_in_place": lambda: nn.LeakyReLU(0.3, inplace=True),
    "mean": lambda: nn.RReLU(),
    "random": lambda: RandomLeakyReLU(lanes=3),
    "random_elsewhere": lambda: RandomLeakyReLU(2, 0.0, 1.0, polynomial=0x11D, seed=9),
}


def inputs(samples: int = 60) -> torch.Tensor:
    return torch.randn(samples, 5, generator=torch.Generator().manual_seed(1)) * 3


def network(activation: str) -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(5, 7), ACTIVATIONS[activation](), nn.Linear(7, 3)).eval()


def lowered(model: nn.Module) -> Graph:
    return run(capture(model, inputs(1), "small"), (Lower(),), registry())


def differing(model: nn.Module, graph: Graph, codes_of: torch.Tensor) -> int:
    """Outputs of the network that differ from the interpreter's."""
    item, kind = graph.inputs[0], graph.type_of(graph.outputs[0])
    codes = item.type.codes.encode(codes_of.double().numpy(), item.type.scale)
    found = interpret(graph, {item.name: codes[:, None]}, registry())[graph.outputs[0]]
    values = torch.from_numpy(kind.codes.decode(found, kind.scale))[:, 0]
    return int((model.eval()(codes_of).double() != values).sum())


@pytest.mark.parametrize("formats", [FIXED, INTEGER], ids=["fixed", "integer"])
@pytest.mark.parametrize("is_rounded", [True, False], ids=["rounded", "sum"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_network_equals_the_interpreter(
    activation: str, formats: tuple[str, str, str], is_rounded: bool
) -> None:
    weights, values, after = formats
    rules = [QuantizeRule("*", weights=weights, inputs=values, granularity="axis")]
    rules += [QuantizeRule("1", inputs=values, outputs=after)] if is_rounded else []
    model = network(activation)
    quantize(model, rules, [inputs()])
    assert differing(model, lowered(model), inputs()) == 0


def test_a_quantized_network_has_rounded_slopes() -> None:
    model = nn.Sequential(nn.Linear(5, 7), nn.LeakyReLU(), nn.Tanh(), nn.RReLU())
    quantize(model, [QuantizeRule("0", weights="fixed8", inputs="fixed8")], [inputs()])
    assert model[1].negative_slope == 41 / 2**12
    assert (model[3].lower, model[3].upper) == (8 / 64, 21 / 64)


def test_a_slope_that_was_not_rounded_is_refused() -> None:
    class Functional(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(5, 3)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return nn.functional.leaky_relu(self.fc(x))

    model = Functional().eval()
    quantize(model, [QuantizeRule("fc", weights="fixed8f3", inputs="fixed8f3")], [inputs()])
    with pytest.raises(GraphError, match=r"m of 8 bits, not 0\.01; .* or give 0\.010009765625"):
        lowered(model)


def test_products_too_wide_to_be_decoded_are_refused() -> None:
    model = nn.Sequential(nn.Linear(5, 3, bias=False), nn.LeakyReLU()).eval()
    rule = QuantizeRule("0", weights="int12", inputs="int14", granularity="axis")
    text = r"must fit 63 bits with their scale, not take \d+; give the layers before it `outputs`"
    with pytest.raises(ConfigError, match=text):
        quantize(model, [rule], [inputs()])


def test_pytorchs_random_slopes_become_the_operation_on_one_lane() -> None:
    class Functional(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(5, 3)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return nn.functional.rrelu(self.fc(x), training=True)

    model = Functional().eval()
    rule = QuantizeRule("fc", weights="fixed8f3", inputs="fixed8f3", outputs="fixed8f3")
    quantize(model, [rule], [inputs()])
    (node,) = (node for node in lowered(model).nodes if node.op == "rrelu")
    assert (node.params.lanes, node.params.lower, node.params.upper) == (1, 8, 21)


def test_a_random_rectifier_runs_on_until_it_is_reset() -> None:
    layer, x = RandomLeakyReLU(lanes=2).eval(), inputs()
    whole = layer(x)
    layer.reset()
    assert torch.equal(torch.cat([layer(part) for part in x.split([7, 20, 33])]), whole)
    assert not torch.equal(layer(x), whole)
    assert torch.equal(layer.eval()(x), whole)


def test_a_random_rectifier_trains_with_pytorchs_slopes() -> None:
    layer, x = RandomLeakyReLU(lanes=2).train(), inputs().requires_grad_()
    layer(x).sum().backward()
    assert x.grad is not None
    slopes = x.grad[x < 0]
    assert ((slopes >= 8 / 64) & (slopes <= 21 / 64)).all()
    assert len(slopes.unique()) > 20


def test_a_calibrated_random_rectifier_is_saved_and_loaded() -> None:
    rules = [QuantizeRule("*", weights="int8", inputs="int8")]
    first, second = network("random"), network("random")
    quantize(first, rules, [inputs()])
    quantize(second, rules)
    second.load_state_dict(first.state_dict())
    assert torch.equal(second.eval()(inputs()), first.eval()(inputs()))
    assert differing(second, lowered(second), inputs()) == 0
