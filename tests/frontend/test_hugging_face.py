"""Models of Hugging Face, captured by the inputs that are chosen."""

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
import torch
from hub_models import BERT, CASES, Case

from litho import api
from litho.errors import ConfigError
from litho.frontend import capture, evaluate, example_of
from litho.ir import draw

pytest.importorskip("transformers")

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_graph_of_a_model_gives_what_the_model_gives(case: Case) -> None:
    model, sample = case.model(), case.sample()
    graph = capture(model, example_of(case.spellings))
    found = evaluate(graph, {name: value.numpy() for name, value in sample.items()})
    with torch.no_grad():
        expected = [value for value in model(**sample).values() if isinstance(value, torch.Tensor)]
    assert [item.name for item in graph.inputs] == list(case.inputs)
    assert len(found) == len(expected)
    for mine, theirs in zip(found.values(), expected, strict=True):
        assert mine.tobytes() == theirs.numpy().tobytes()


def test_a_model_keeps_its_cache_when_it_was_captured() -> None:
    model = CASES["gpt2"].model()
    capture(model, example_of(["input_ids=1,4"]))
    assert model.config.use_cache is True


def test_without_labels_there_is_no_loss() -> None:
    model = BERT.model()
    with_loss = capture(model, example_of(BERT.spellings))
    assert with_loss.outputs == ("cross_entropy_loss", "classifier.linear")
    assert with_loss.type_of("cross_entropy_loss").shape == ()
    without = capture(model, example_of(BERT.spellings[:2]))
    assert without.outputs == ("classifier.linear",)
    assert not any("loss" in node.op for node in without.nodes)


def test_a_padding_mask_is_read_only_where_it_is_chosen() -> None:
    model = BERT.model()
    masked = capture(model, example_of(BERT.spellings[:2]))
    assert masked.users("attention_mask")
    plain = capture(model, example_of(BERT.spellings[:1]))
    assert {node.op for node in masked.nodes} - {node.op for node in plain.nodes} >= {
        "aten.index.Tensor",
        "aten.__and__.Tensor",
    }


def test_one_tensor_that_is_given_twice_is_two_inputs() -> None:
    ones = torch.ones(1, 16, dtype=torch.int64)
    model, sample = BERT.model(), BERT.sample()
    graph = capture(model, {"input_ids": ones, "attention_mask": ones})
    chosen = {name: sample[name] for name in ("input_ids", "attention_mask")}
    with torch.no_grad():
        expected = model(**chosen).logits.numpy()
    (found,) = evaluate(graph, {name: value.numpy() for name, value in chosen.items()}).values()
    assert found.tobytes() == expected.tobytes()


def test_a_misspelled_input_is_refused() -> None:
    with pytest.raises(ConfigError, match="an input of BertForSequenceClassification must be one"):
        capture(BERT.model(), example_of(["input_ids=1,16", "attention_musk=1,16"]))
    with pytest.raises(ConfigError, match="an input of BertForSequenceClassification must be one"):
        capture(BERT.model(), example_of(["input_idz=1,16"]))
    with pytest.raises(ConfigError, match="an input of Linear must be one of input, not x"):
        capture(torch.nn.Linear(2, 2), {"x": torch.zeros(1, 2)})


def test_a_folder_with_a_configuration_is_captured_with_drawn_weights(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps(BERT.config().to_dict()))
    spelling = str(tmp_path)
    graph = api.capture(spelling, "input_ids=1,8", random_seed=1)
    assert graph.name == "BertForSequenceClassification"
    again = api.capture(spelling, ["input_ids=1,8"], random_seed=1)
    other = api.capture(spelling, ["input_ids=1,8"], random_seed=2)
    assert graph.constants == again.constants != other.constants
    bare = api.capture(spelling, "input_ids=1,8", random_seed=1, architecture="BertModel")
    assert bare.name == "BertModel"


def test_a_folder_with_weights_is_captured_with_them(tmp_path: Path) -> None:
    model = BERT.model()
    model.save_pretrained(tmp_path)
    graph = api.capture(str(tmp_path), "input_ids=1,8", attention="eager")
    assert graph.node("bert.encoder.layer.0.attention.self.softmax")
    (weight,) = (item for item in graph.constants if item.name == "classifier.weight")
    assert weight.values.tobytes() == model.classifier.weight.detach().numpy().tobytes()


def test_choices_for_hugging_face_are_refused_elsewhere() -> None:
    message = "attention must be given with a hub id or folder, not with Linear"
    with pytest.raises(ConfigError, match=message):
        api.capture(torch.nn.Linear(2, 2), "1,2", attention="eager")


def test_three_hundred_nodes_are_drawn_apart_with_their_names() -> None:
    options = {**BERT.options, "num_hidden_layers": 10, "hidden_size": 8, "intermediate_size": 8}
    model = Case(BERT.architecture, options, BERT.inputs).model()
    model.set_attn_implementation("eager")
    graph = capture(model, example_of(BERT.spellings))
    assert len(graph.nodes) > 300
    root = ElementTree.fromstring(draw(graph))
    boxes = [numbers(item) for item in root.iter(f"{SVG}g") if item.get("data-value")]
    assert len(boxes) == len(graph.nodes) + len(graph.inputs) + len(graph.outputs)
    for at, (left, top, right, bottom) in enumerate(boxes):
        for other in boxes[:at]:
            assert left >= other[2] or right <= other[0] or top >= other[3] or bottom <= other[1]
    names = [item.text or "" for item in root.iter(f"{SVG}text") if item.get("class") == "dim"]
    assert not any(name.endswith("…") for name in names)
    titles = [item.text for item in root.iter(f"{SVG}text") if item.get("class") is None]
    assert [str(layer) for layer in range(10)] == [name for name in titles if str(name).isdigit()]
    assert float(root.get("width") or 0) < 4000


def numbers(item: ElementTree.Element) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a drawn box."""
    rect = item.find(f"{SVG}rect")
    assert rect is not None
    left, top, width, height = (float(rect.get(key) or 0) for key in ("x", "y", "width", "height"))
    return left, top, left + width, top + height
