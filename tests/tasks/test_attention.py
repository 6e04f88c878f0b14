"""Attention under the name `litho`: the bits of eager attention, and a graph without mask work."""

from typing import Any

import pytest
import torch
from hub_models import BERT, CASES, Case

from litho.errors import UnsupportedError
from litho.frontend import capture, evaluate, example_of, register_attention
from litho.tasks.attention import attend

transformers = pytest.importorskip("transformers")

TEXT = {name: CASES[name] for name in ("bert", "distilbert", "opt", "gpt2", "llama")}


def logits(model: Any, inputs: dict[str, torch.Tensor], attention: str) -> torch.Tensor:
    model.set_attn_implementation(attention)
    with torch.no_grad():
        found: torch.Tensor = model(**inputs).logits
    return found


def batch_of(lengths: list[int], seed: int) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    ids = torch.randint(0, 100, (len(lengths), 16), generator=generator)
    return {
        "input_ids": ids,
        "attention_mask": (torch.arange(16) < torch.tensor(lengths)[:, None]).long(),
    }


@pytest.mark.parametrize("case", TEXT.values(), ids=TEXT)
@pytest.mark.parametrize("seed", range(4))
def test_it_gives_the_bits_of_eager_attention(case: Case, seed: int) -> None:
    model, inputs = case.model(), batch_of([16, 11, 5, 1], seed)
    register_attention()
    assert logits(model, inputs, "litho").equal(logits(model, inputs, "eager"))
    del inputs["attention_mask"]
    assert logits(model, inputs, "litho").equal(logits(model, inputs, "eager"))


def test_heads_that_share_keys_give_the_bits_of_eager_attention() -> None:
    options = {**CASES["llama"].options, "num_attention_heads": 4, "num_key_value_heads": 2}
    model, inputs = Case("LlamaForCausalLM", options, {}).model(), batch_of([16, 9], 0)
    register_attention()
    assert logits(model, inputs, "litho").equal(logits(model, inputs, "eager"))


def test_it_trains_as_eager_attention_does() -> None:
    model, inputs = BERT.model(), batch_of([16, 7], 0)
    model.train()
    register_attention()
    found = []
    for attention in ("litho", "eager"):
        model.set_attn_implementation(attention)
        model.zero_grad()
        torch.manual_seed(3)
        model(**inputs, labels=torch.tensor([0, 1])).loss.backward()
        found.append(model.bert.encoder.layer[0].attention.self.query.weight.grad.clone())
    assert found[0].equal(found[1])


def test_the_graph_has_each_step_and_no_mask_arithmetic() -> None:
    model = BERT.model()
    model.set_attn_implementation(register_attention())
    graph = capture(model, example_of(BERT.spellings[:2]))
    place = "bert.encoder.layer.0.attention.self"
    steps = [node.op for node in graph.nodes if node.origin.path == place]
    wanted = ["matmul.default", "mul.Tensor", "add.Tensor", "softmax.int", "matmul.default"]
    kinds = {f"aten.{name}" for name in wanted}
    assert [op for op in steps if op in kinds] == [f"aten.{name}" for name in wanted]
    outside = {node.op for node in graph.nodes if node.origin.path == "bert"}
    assert outside == {"aten._assert_tensor_metadata.default", "aten.to.device"}
    sample = {name: value.numpy() for name, value in batch_of([9], 1).items()}
    with torch.no_grad():
        expected = model(**batch_of([9], 1)).logits.numpy()
    assert evaluate(graph, sample)["classifier.linear"].tobytes() == expected.tobytes()


def test_without_padding_the_graph_has_no_mask_at_all() -> None:
    model = BERT.model()
    model.set_attn_implementation(register_attention())
    graph = capture(model, example_of(BERT.spellings[:1]))
    assert not any(node.origin.path == "bert" for node in graph.nodes)
    assert not any(node.op.startswith("aten.where") for node in graph.nodes)


def test_what_changes_the_scores_in_another_way_is_refused() -> None:
    x = torch.zeros(1, 1, 2, 2)
    message = "attention of Identity must have queries, keys, values and a mask, not softcap"
    with pytest.raises(UnsupportedError, match=message):
        attend(torch.nn.Identity(), x, x, x, None, softcap=30.0, s_aux=None)
