"""Every family of formats, for weights and inputs: ordinary modules that train, save and export."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from litho.compress import QuantizeRule, quantize, quantized
from litho.errors import GraphError
from litho.formats import Codebook, Scale, Ternary, fake_quantize, parse
from litho.frontend import capture
from litho.ops import registry
from litho.passes import Lower, RemoveDropout, run

SPELLINGS = [
    "e4m3fn",
    "e3m2",
    "log4",
    "binary",
    "ternary",
    "ternary_t96",
    "codebook4",
    "codebook3[]",
    "bfp8g4",
    "bmf8_e4m3g16",
    "blocklog4g16",
    "mxint8g32",
    "mxfp8_e4m3g32",
    "mxfp4_e2m1g32",
]
FIXED = ["fixed8", "ufixed8", "fixed8f4", "int8", "uint8"]
SCALED = [spelling for spelling in SPELLINGS if "g" not in spelling.removeprefix("log")]


def inputs() -> torch.Tensor:
    return torch.rand(64, 5, generator=torch.Generator().manual_seed(3))


def plain(seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(5, 7), nn.ReLU(), nn.Linear(7, 3))


def rule(spelling: str, **options: str) -> QuantizeRule:
    return QuantizeRule("*", weights=spelling, inputs=spelling, **options)


def small(spelling: str, **options: str) -> nn.Module:
    model = plain()
    quantize(model, [rule(spelling, **options)], [inputs()])
    return model.eval()


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_layer_is_computed_from_fake_quantized_numbers(spelling: str) -> None:
    model, float_model = small(spelling), plain()
    found = {(item.path, item.part): item for item in quantized(model)}

    def on_grid(values: torch.Tensor, path: str, part: str) -> torch.Tensor:
        item = found[path, part]
        return fake_quantize(values, item.format, item.scale)

    x = inputs()
    for path in ("0", "2"):
        layer = float_model.get_submodule(path)
        weight = on_grid(layer.weight.detach(), path, "weights")
        x = nn.functional.linear(on_grid(x, path, "inputs"), weight, layer.bias)
        x = torch.relu(x) if path == "0" else x
    assert torch.equal(model(inputs()), x)


@pytest.mark.parametrize("spelling", SPELLINGS + FIXED)
def test_training_and_eval_give_the_same(spelling: str) -> None:
    model = small(spelling)
    evaluated = model(inputs())
    trained = model.train()(inputs())
    assert torch.allclose(trained, evaluated.to(trained), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_gradients_reach_every_parameter(spelling: str) -> None:
    model = small(spelling)
    for mode in (True, False):
        model.train(mode).zero_grad()
        model(inputs()).square().sum().backward()
        for name, parameter in model.named_parameters():
            assert parameter.grad is not None, name


@pytest.mark.parametrize("spelling", SPELLINGS + FIXED)
def test_a_state_dict_and_a_copy_bring_everything(spelling: str) -> None:
    model, fresh = small(spelling), plain(seed=1)
    quantize(fresh, [rule(spelling)])
    fresh.load_state_dict(model.state_dict())
    expected = model(inputs())
    assert quantized(fresh) == quantized(model)
    assert torch.equal(fresh.eval()(inputs()), expected)
    assert torch.equal(copy.deepcopy(model)(inputs()), expected)


@pytest.mark.parametrize("spelling", ["e4m3fn", "codebook3[]", "mxfp4_e2m1g32"])
def test_an_exported_program_gives_the_same(spelling: str) -> None:
    model = small(spelling)
    program = torch.export.export(model, (inputs(),))
    assert torch.allclose(program.module()(inputs()), model(inputs()))
    calls = [
        str(node.target) for node in program.graph.nodes if "fake_quantize" in str(node.target)
    ]
    assert len(calls) == 4


@pytest.mark.parametrize("spelling", ["e4m3fn", "mxint8g32"])
def test_lowering_names_the_format_and_the_module(spelling: str) -> None:
    graph = capture(small(spelling), inputs()[:1], "small")
    text = rf"fixed-point format \(fixed8, int8\) to become hardware, not {spelling}; .* in 2\."
    with pytest.raises(GraphError, match=text):
        run(graph, (RemoveDropout(), Lower()), registry())


class Functional(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(5, 7), nn.Linear(7, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.b(torch.tanh(self.a(x)))


def test_what_floats_compute_from_codes_is_quantized_but_not_lowered() -> None:
    model = Functional()
    quantize(model, [rule("fixed4")], [inputs()])
    graph = capture(model.eval(), inputs()[:1], "functional")
    with pytest.raises(GraphError, match=r"to fixed4f. must read codes, not what floats computed"):
        run(graph, (RemoveDropout(), Lower()), registry())


@pytest.mark.parametrize("spelling", SCALED)
def test_weights_have_a_scale_for_each_row(spelling: str) -> None:
    model = small(spelling, granularity="axis")
    for item in quantized(model):
        assert item.scale.axis == (-2 if item.part == "weights" else None)


def test_float32_leaves_a_part_as_it_is() -> None:
    model = plain()
    options = {"weights": "float32", "inputs": "e4m3fn"}
    quantize(
        model, [QuantizeRule("0", **options), QuantizeRule("2", weights="float32")], [inputs()]
    )
    assert [(item.path, item.part) for item in quantized(model)] == [("0", "inputs")]


def test_a_bias_of_its_own_format() -> None:
    model = plain()
    options = {"weights": "e4m3fn", "bias": "e5m2"}
    quantize(model, [QuantizeRule("*", **options)], [inputs()])
    found = [str(item.format) for item in quantized(model)]
    assert found == ["e4m3fn", "e5m2", "e4m3fn", "e5m2"]


def test_a_fixed_bias_without_a_grid_is_quantized_by_itself() -> None:
    model = plain()
    quantize(model, [QuantizeRule("0", weights="fixed6", bias="fixed5")], [inputs()])
    found = {item.part: item.format for item in quantized(model)}
    assert found["bias"].width == 5


def test_embeddings_take_numbers_of_words() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Embedding(10, 6))
    words = torch.tensor([[1, 2, 3]])
    quantize(model, [QuantizeRule("*", weights="int4", granularity="axis")], [words])
    (item,) = quantized(model)
    weight = model[0].parametrizations.weight.original.detach()
    assert torch.equal(model.eval()(words), fake_quantize(weight, item.format, item.scale)[words])


@pytest.mark.parametrize(
    ("word", "scale"),
    [
        ("unit", Scale()),
        ("power_of_two", Scale.power_of_two(6)),
        ("dyadic", Scale.nearest(1.75 / 127)),
        ("learned", Scale.nearest(1.75 / 127)),
    ],
)
def test_the_word_for_the_scale_decides_its_kind(word: str, scale: Scale) -> None:
    model = nn.Sequential(nn.Identity())
    values = torch.tensor([[1.75, -1.0]])
    (item,) = quantize(model, [QuantizeRule("0", outputs="int8", scale=word)], [values])
    assert (str(item.format), item.scale) == ("int8", scale)


def test_fixed_point_with_any_scale_is_a_scaled_integer() -> None:
    model = nn.Sequential(nn.Identity())
    values = torch.tensor([[1.75, -1.0]])
    (item,) = quantize(model, [QuantizeRule("0", outputs="fixed8", scale="dyadic")], [values])
    assert (str(item.format), item.scale) == ("int8", Scale.nearest(1.75 / 127))


def calibrated(spelling: str, values: torch.Tensor, **options: str) -> tuple[object, Scale]:
    model = nn.Sequential(nn.Identity())
    (item,) = quantize(model, [QuantizeRule("0", outputs=spelling, **options)], [values])
    return item.format, item.scale


def error(spelling: str, calibration: str, values: torch.Tensor) -> float:
    form, scale = calibrated(spelling, values, calibration=calibration)
    return float((fake_quantize(values, form, scale) - values).square().mean())


def normal() -> torch.Tensor:
    return torch.randn(4000, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("spelling", ["e2m1fn", "e4m3fn", "log4", "codebook4", "codebook3[]"])
def test_min_max_saturates_nothing_and_mean_square_error_is_never_worse(spelling: str) -> None:
    form, scale = calibrated(spelling, normal())
    if spelling != "codebook3[]":
        greatest = float(normal().abs().max())
        reached = (
            fake_quantize(torch.tensor([2 * greatest, -2 * greatest]), form, scale).abs().max()
        )
        assert float(reached) >= greatest * (1 - 2**-15)
    assert error(spelling, "mse", normal()) <= error(spelling, "min_max", normal())


def test_percentile_of_a_minifloat_ignores_rare_extremes() -> None:
    values = torch.cat([normal(), torch.tensor([1e6])])
    assert calibrated("e4m3fn", values, calibration="percentile")[1] == Scale.power_of_two(6)
    assert calibrated("e4m3fn", values)[1] == Scale.power_of_two(-12)


def test_binary_has_the_mean_magnitude() -> None:
    form, scale = calibrated("binary", torch.tensor([1.0, -2.0, 6.0]))
    assert (form, scale) == (parse("binary"), Scale.nearest(3.0))


def test_ternary_has_the_threshold_and_the_scale_of_its_rule() -> None:
    values = normal()
    expected = Ternary.fit(values.double().numpy())
    assert calibrated("ternary", values) == expected
    assert calibrated("ternary", values, calibration="mse")[0] == Ternary()
    assert calibrated("ternary_t96", values)[0] == Ternary(96)


def test_a_learned_table_has_the_centres_of_its_values() -> None:
    centres = torch.tensor([-1.0, -0.25, 0.5, 0.75])
    form, scale = calibrated("codebook2[]", centres.repeat(100))
    assert scale == Scale()
    assert form == Codebook((-32768, -8192, 16384, 24576), 15)
    assert torch.equal(fake_quantize(centres, form, scale), centres)


def test_a_learned_table_beats_the_normal_one_on_other_distributions() -> None:
    values = torch.rand(4000, generator=torch.Generator().manual_seed(0)) ** 3
    assert error("codebook3[]", "min_max", values) < error("codebook3", "mse", values) / 2


def test_a_table_of_few_values_still_ascends() -> None:
    form, _ = calibrated("codebook4[]", torch.tensor([0.5, 0.5, -1.0]))
    assert list(form.entries) == sorted(set(form.entries))


@pytest.mark.parametrize("spelling", [*SCALED, "int4"])
def test_zeros_are_calibrated(spelling: str) -> None:
    form, scale = calibrated(spelling, torch.zeros(4))
    assert np.isfinite(float(scale.fractions()[0]))
    assert torch.isfinite(fake_quantize(torch.zeros(4), form, scale)).all()
