"""A quantized encoder of text equals its integers: attention, softmax, norms and tables."""

import pytest
import torch
from torch import nn

pytest.importorskip("transformers")

from random_encoders import coded, random_encoder, values_that_differ

from litho.compress import QuantizeRule, quantize
from litho.errors import ConfigError, GraphError, UnsupportedError
from litho.frontend import capture
from litho.ir import interpret
from litho.ops import registry
from litho.passes import Lower, RemoveDropout, run
from litho.tasks import Attention, Softmax, core_inputs


@pytest.mark.parametrize("seed", range(6))
def test_every_value_of_a_random_encoder_equals_the_interpreter(seed: int) -> None:
    encoder = random_encoder(seed)
    compared, differing = values_that_differ(encoder)
    assert not differing
    assert compared > 10 * encoder.model.network.config.num_hidden_layers


@pytest.mark.slow
@pytest.mark.parametrize("start", range(100, 200, 25))
def test_every_value_of_twenty_five_random_encoders_equals_the_interpreter(start: int) -> None:
    for seed in range(start, start + 25):
        assert values_that_differ(random_encoder(seed))[1] == [], seed


@pytest.mark.parametrize("seed", [1, 4])
def test_padding_that_is_cut_off_changes_nothing(seed: int) -> None:
    encoder = random_encoder(seed)
    lengths = (encoder.ids != 0).sum(1)
    longest = int(lengths[1:].min())
    few = encoder.ids[1:][lengths[1:] == longest]
    with torch.no_grad():
        assert torch.equal(encoder.model(few[:, :longest]), encoder.model(few))


def test_a_trained_encoder_equals_its_integers_too() -> None:
    encoder = random_encoder(2)
    encoder.model.train()
    optimizer = torch.optim.Adam(encoder.model.parameters(), 1e-2)
    for _ in range(3):
        optimizer.zero_grad()
        nn.functional.cross_entropy(encoder.model(encoder.ids), encoder.ids[:, 0] % 3).backward()
        optimizer.step()
    model = encoder.model.eval()
    captured = capture(model.core, core_inputs(model, encoder.ids[:1]), "trained")
    graph = run(captured, (RemoveDropout(), Lower()), registry())
    found = interpret(graph, coded(encoder, encoder.ids), registry())[graph.outputs[0]]
    kind = graph.type_of(graph.outputs[0])
    with torch.no_grad():
        wanted = model(encoder.ids).double().numpy()
    assert (kind.codes.decode(found, kind.scale).reshape(wanted.shape) == wanted).all()


class Heads(nn.Module):
    """Attention on what comes in, with the rows of queries, keys and values alike."""

    def __init__(self, factor: float, row: int | None = None) -> None:
        super().__init__()
        self.stem, self.parts = nn.Identity(), Attention(factor, row)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.stem(x)
        return self.parts(x, x, x)


def rules(stem: str = "int8", scale: str | None = None) -> list[QuantizeRule]:
    return [
        QuantizeRule("stem", outputs=stem, scale=scale),
        QuantizeRule("parts.softmax", inputs="int8", outputs="ufixed8f8"),
        QuantizeRule("parts.context", outputs="int8"),
    ]


def test_a_factor_is_rounded_to_one_that_hardware_has() -> None:
    assert Attention(0.125).scores.factor == 0.125
    assert Attention(32**-0.5).scores.factor == 181 / 1024
    with pytest.raises(ConfigError, match=r"the factor of scores must be above 0, not 0"):
        Attention(0.0)


def test_a_factor_needs_room_in_the_scale() -> None:
    x = torch.randn(8, 1, 4, 3)
    with pytest.raises(ConfigError, match="must have scales whose product fits 32 bits, not"):
        quantize(Heads(3**-0.5), rules(), [x])
    quantize(Heads(3**-0.5), rules(scale="power_of_two"), [x])


def test_products_fit_float64() -> None:
    x = torch.randn(8, 1, 4, 2)
    with pytest.raises(ConfigError, match=r"must fit the 53 bits of float64 with their scale, not"):
        quantize(Heads(0.5), rules("int13"), [x])


def test_rows_are_no_longer_than_the_hardware_is_made_for() -> None:
    model, x = Heads(0.5, 4), torch.randn(8, 1, 5, 4)
    with pytest.raises(ConfigError, match="must be of rows of at most 4 codes, for which the hard"):
        quantize(model, rules(), [x])


def test_hardware_is_captured_with_full_rows() -> None:
    model, x = Heads(0.5, 5), torch.randn(8, 1, 4, 4)
    quantize(model, rules(), [x])
    with pytest.raises(ConfigError, match="a softmax made for rows of 5 must be captured with"):
        capture(model.eval(), x[:1])


def test_a_softmax_that_is_no_module_has_no_integers() -> None:
    class Bare(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.stem, self.weights = nn.Identity(), nn.Identity()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.weights(torch.softmax(self.stem(x), -1))

    model, x = Bare(), torch.randn(8, 5)
    bare = [QuantizeRule("stem", outputs="int8"), QuantizeRule("weights", outputs="ufixed8f8")]
    quantize(model, bare, [x])
    with pytest.raises(Exception, match="must read codes, not what floats computed from them"):
        run(capture(model.eval(), x[:1]), (Lower(),), registry())


@pytest.mark.parametrize("missing", ["weight", "bias"])
def test_a_norm_has_formats_for_its_parameters(missing: str) -> None:
    class Norm(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.norm = nn.LayerNorm(6)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.norm(x)

    given = {} if missing == "weight" else {"weights": "int8"}
    rule = QuantizeRule("norm", inputs="int8", outputs="int8", **given)
    message = f"the norm 'norm' must have a fixed-point {missing} when its outputs are fixed-point"
    with pytest.raises(ConfigError, match=message):
        quantize(Norm(), [rule], [torch.randn(8, 6)])


def test_a_model_without_attention_is_not_split() -> None:
    from litho.tasks.attention import split_attention

    with pytest.raises(UnsupportedError, match="must have attention that transformers lets others"):
        split_attention(nn.Linear(2, 2))


class Masked(nn.Module):
    """A softmax of a row, of which the codes that `lengths` say count."""

    def __init__(self) -> None:
        super().__init__()
        self.stem, self.softmax = nn.Identity(), Softmax()

    def forward(self, x: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = self.softmax(self.stem(x), lengths.reshape(-1))
        return result


def test_lengths_are_counted_by_the_host() -> None:
    model, x, lengths = Masked(), torch.randn(8, 5), torch.ones(8, 1, 1, dtype=torch.int64)
    masked = [
        QuantizeRule("stem", outputs="int8"),
        QuantizeRule("softmax", inputs="int8", outputs="ufixed8f8"),
    ]
    quantize(model, masked, [(x, lengths)])
    graph = capture(model.eval(), (x[:1], lengths[:1]))
    message = "must be an input of the graph, which the host counts, not computed in it"
    with pytest.raises(GraphError, match=message):
        run(graph, (Lower(),), registry())
