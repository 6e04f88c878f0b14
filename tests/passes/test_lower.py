"""Lowering: a page of graph before and after, and every way in which it is refused."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from litho.compress import QuantizeRule, quantize
from litho.errors import GraphError, UnsupportedError
from litho.frontend import capture
from litho.ir import AtenCall, Graph, check, write
from litho.ops import registry
from litho.passes import Lower, RemoveDropout, run


def captured(model: nn.Module, *rules: QuantizeRule, shape: tuple[int, ...] = (1, 2)) -> Graph:
    torch.manual_seed(0)
    if rules:
        quantize(model, rules, [torch.randn(32, *shape[1:])])
    return capture(model.eval(), torch.zeros(shape), "model")


def lowered(graph: Graph) -> Graph:
    return run(graph, (RemoveDropout(), Lower()), registry())


def shown(graph: Graph) -> str:
    """Give the nodes of a graph without names of files and of arrays."""
    lines = [line.split(" = @")[0].split(" at ")[0] for line in write(graph).splitlines()]
    return "\n".join(lines[1:])


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Flatten()
        self.fc = nn.Linear(2, 2)
        self.drop = nn.Dropout()
        self.act = nn.Sigmoid()
        with torch.no_grad():
            self.fc.weight.copy_(torch.tensor([[1.0, -0.5], [0.25, 0.75]]))
            self.fc.bias.fill_(0.5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.stem(x)
        return x + self.act(self.drop(self.fc(x)))


RULES = (
    QuantizeRule("stem", outputs="fixed6f3"),
    QuantizeRule("fc", weights="fixed4f2", inputs="fixed6f3"),
    QuantizeRule("act", inputs="fixed5f2", outputs="fixed5f4"),
)


def test_a_network_becomes_integer_operations() -> None:
    assert shown(lowered(captured(Block(), *RULES))) == "\n".join(
        (
            "input %x : fixed6f3[1, 2]",
            "constant %fc.weight : fixed4f2[2, 2]",
            "constant %fc.bias.aligned : fixed9f5[2]",
            "%fc.linear = linear(%x, %fc.weight, %fc.bias.aligned) {format='fixed9f5',"
            ' zeros="multiply"} : fixed9f5[1, 2] from "fc"',
            "%act.quantize_inputs.requantize = requantize(%fc.linear) {format='fixed5f2',"
            ' scale=scale(1, 0), rounding="half_even"} : fixed5f2[1, 2]'
            ' from "act.quantize_inputs"',
            '%act.unary = unary(%act.quantize_inputs.requantize) {function="sigmoid",'
            " format='fixed5f4', scale=scale(1, 0), rounding=\"half_even\", constants=()} :"
            ' fixed5f4[1, 2] from "act"',
            "%add = add(%x, %act.unary) {} : fixed8f4[1, 2]",
            "output %add",
        )
    )


def test_a_lowered_graph_stays_as_it_is() -> None:
    graph = lowered(captured(Block(), *RULES))
    assert Lower()(graph, registry()) == graph


def test_an_input_takes_the_type_of_its_quantizers_through_views() -> None:
    model = nn.Sequential(nn.Flatten(), nn.Linear(6, 2))
    rule = QuantizeRule("1", weights="fixed4", inputs="fixed8f4")
    graph = lowered(captured(model, rule, shape=(1, 2, 3)))
    assert str(graph.inputs[0].type.format) == "fixed8f4"
    assert [node.op for node in graph.nodes] == ["reshape", "linear"]


class Odd(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(1, 2)
        self.fc = nn.Linear(2, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.norm(x)  # the line of norm
        z = torch.cumsum(self.fc(y), 1)  # the line of cumsum
        return z.topk(1)[0] + torch.special.i0(y)


def test_every_call_without_an_operation_is_in_one_message() -> None:
    with pytest.raises(UnsupportedError) as caught:
        lowered(captured(Odd(), QuantizeRule("fc", weights="fixed8", inputs="fixed8")))
    text = str(caught.value)
    for line in (
        "aten.group_norm.default in norm at test_lower.py:",
        "aten.cumsum.default in (top) at test_lower.py:",
        "aten.topk.default in (top) at",
        "aten.special_i0.default in (top) at",
        "mark the nodes as host, or add an operation (CONTRIBUTING.md)",
    ):
        assert line in text
    assert "getitem" not in text
    assert "linear" not in text


def test_the_place_is_the_users_line() -> None:
    from pathlib import Path

    lines = Path(__file__).read_text().splitlines()
    number = next(n for n, line in enumerate(lines, 1) if "# the line of cumsum" in line)
    with pytest.raises(UnsupportedError, match=rf"aten.cumsum.default .* test_lower.py:{number} "):
        lowered(captured(Odd()))


def test_a_call_marked_host_stays_and_its_quantizer_is_the_border() -> None:
    class Lookup(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.words, self.fc = nn.Embedding(5, 3), nn.Linear(3, 2)

        def forward(self, ids: torch.Tensor) -> torch.Tensor:
            return self.fc(self.words(ids))

    model = Lookup()
    quantize(
        model, [QuantizeRule("fc", weights="fixed4", inputs="fixed8f4")], [torch.tensor([[1]])]
    )
    graph = capture(model.eval(), torch.tensor([[1]]), "lookup")
    with pytest.raises(UnsupportedError, match=r"aten.embedding.default in words"):
        lowered(graph)
    node = graph.node("words.embedding")
    found = lowered(graph.replace_node(replace(node, host=True)))
    assert [(node.op, node.host) for node in found.nodes] == [
        ("aten.embedding.default", True),
        ("litho.fake_quantize.default", True),
        ("linear", False),
    ]
    assert str(found.type_of("fc.quantize_inputs.fake_quantize").format) == "fixed8f4"


def test_dropout_must_be_removed_first() -> None:
    with pytest.raises(UnsupportedError, match=r"run the pass RemoveDropout first; %drop.dropout"):
        Lower()(captured(Block(), *RULES), registry())


def test_a_layer_without_formats_says_what_to_do() -> None:
    with pytest.raises(
        GraphError, match=r"input %input must be quantized .* by %linear .* `inputs`"
    ):
        lowered(captured(nn.Linear(2, 2)))


def test_weights_without_a_format_are_named() -> None:
    rule = QuantizeRule("0", inputs="fixed8")
    with pytest.raises(GraphError, match=r"weight of linear must be quantized.*%0.linear .* in 0"):
        lowered(captured(nn.Sequential(nn.Linear(2, 2)), rule))


def test_a_table_without_a_quantizer_behind_it_is_named() -> None:
    model = nn.Sequential(nn.Tanh())
    with pytest.raises(GraphError, match=r"tanh must be followed by one quantizer.*%0.tanh"):
        lowered(captured(model, QuantizeRule("0", inputs="fixed8")))


def test_an_input_quantized_to_two_types_names_both() -> None:
    class Two(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b = nn.ReLU(), nn.ReLU()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.a(x) + self.b(x)

    rules = QuantizeRule("a", inputs="fixed8f4"), QuantizeRule("b", inputs="fixed6f2")
    with pytest.raises(GraphError, match=r"quantized to one type, not to fixed8f4 .* and fixed6f2"):
        lowered(captured(Two(), *rules))


def test_an_input_that_is_read_raw_is_named_with_its_reader() -> None:
    class Skip(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(2, 2)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x + self.fc(x)

    rule = QuantizeRule("fc", weights="fixed8", inputs="fixed8")
    with pytest.raises(GraphError, match=r"not read as float32 by %add \(aten.add.Tensor\) in"):
        lowered(captured(Skip(), rule))


def test_an_input_that_nothing_reads_is_named() -> None:
    class Deaf(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.act = nn.ReLU()

        def forward(self, x: torch.Tensor, spare: torch.Tensor) -> torch.Tensor:
            return self.act(x)

    model, pair = Deaf(), (torch.zeros(1, 2), torch.zeros(1, 3))
    quantize(model, [QuantizeRule("act", inputs="fixed8")], [pair])
    with pytest.raises(GraphError, match=r"input %spare must be read by the model"):
        lowered(capture(model.eval(), pair))


def test_several_layers_that_do_not_fit_are_in_one_message() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 2))
    rules = QuantizeRule("0", inputs="fixed8"), QuantizeRule("2", inputs="fixed8")
    with pytest.raises(GraphError, match=r"weight of linear.*%0.linear") as caught:
        lowered(captured(model, *rules))
    assert not isinstance(caught.value, UnsupportedError)


def test_remove_dropout_takes_out_every_dropout_and_nothing_else() -> None:
    model = nn.Sequential(nn.Dropout(0.1), nn.Linear(2, 2), nn.Dropout(0.2), nn.Dropout(0.3))
    graph = captured(model)
    assert sum("dropout" in node.op for node in graph.nodes) == 3
    found = check(RemoveDropout()(graph, registry()), registry())
    assert [(node.op, node.inputs[0]) for node in found.nodes] == [("aten.linear.default", "input")]
    assert found.outputs == ("1.linear",)


def test_remove_dropout_leaves_a_model_without_dropout() -> None:
    graph = captured(nn.Linear(2, 2))
    assert RemoveDropout()(graph, registry()) == graph


def test_rules_are_checked_after_each_pass() -> None:
    def breaks(graph: Graph, registry: object) -> Graph:
        del registry
        return replace(graph, outputs=("nothing",))

    with pytest.raises(GraphError, match=r"an output must be a value"):
        run(captured(nn.Linear(2, 2)), (breaks, Lower()), registry())


def test_quantizers_with_a_computed_scale_are_refused() -> None:
    graph = captured(
        nn.Sequential(nn.Linear(2, 2)), QuantizeRule("0", weights="fixed4", inputs="fixed8")
    )
    node = next(node for node in graph.nodes if node.origin.path == "0.quantize_inputs")
    arguments = tuple(pair for pair in node.params.arguments if pair[0] != "shifts")
    graph = graph.replace_node(replace(node, params=AtenCall(arguments)))
    with pytest.raises(GraphError, match=r"shifts of %0.quantize_inputs.fake_quantize .* constant"):
        lowered(graph)
