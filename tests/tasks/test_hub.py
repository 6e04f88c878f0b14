"""Models of Hugging Face from a folder: what is there, and what is said when it is not."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from litho.errors import ConfigError, DataError
from litho.tasks import load_hub_model

pytest.importorskip("transformers")

SMALL = {
    "model_type": "bert",
    "num_hidden_layers": 1,
    "hidden_size": 8,
    "num_attention_heads": 2,
    "intermediate_size": 8,
    "vocab_size": 10,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.json").write_text(json.dumps(SMALL))
    return tmp_path


def test_a_configuration_that_names_no_class_gives_the_bare_model(folder: Path) -> None:
    model = load_hub_model(str(folder), random_seed=0)
    assert type(model).__name__ == "BertModel"
    assert not model.training


def test_a_seed_draws_the_same_weights(folder: Path) -> None:
    one, same, other = (load_hub_model(str(folder), random_seed=seed) for seed in (3, 3, 4))
    name = "embeddings.word_embeddings.weight"
    assert one.state_dict()[name].equal(same.state_dict()[name])
    assert not one.state_dict()[name].equal(other.state_dict()[name])


def test_attention_is_chosen(folder: Path) -> None:
    model = load_hub_model(str(folder), "BertModel", attention="eager", random_seed=0)
    assert model.config._attn_implementation == "eager"


def test_a_folder_without_weights_is_refused(folder: Path) -> None:
    with pytest.raises(
        DataError, match=r"must be a folder with config\.json and weights, or an id"
    ):
        load_hub_model(str(folder), "BertModel")


def test_a_folder_without_a_configuration_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"a folder with a model must hold config\.json, and "):
        load_hub_model(str(tmp_path))


@pytest.mark.parametrize("spelling", ["/no/such/folder", "../gone", "a b", "a/b/c"])
def test_what_can_be_no_id_is_refused(spelling: str) -> None:
    with pytest.raises(ConfigError, match="a model must be spelled `module:function`, or be a hub"):
        load_hub_model(spelling)


@pytest.mark.parametrize("name", ["NoSuchModel", "BertConfig", "logging"])
def test_what_is_no_class_of_models_is_refused(folder: Path, name: str) -> None:
    message = "the architecture of .* must be a model class of transformers"
    with pytest.raises(ConfigError, match=message):
        load_hub_model(str(folder), name, random_seed=0)


def test_without_transformers_the_line_that_installs_it_is_given(folder: Path) -> None:
    code = (
        "import sys\nsys.modules['transformers'] = None\nfrom litho.tasks import load_hub_model\n"
        f"try:\n load_hub_model({str(folder)!r})\nexcept Exception as e:\n print(e)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    expected = "must be loaded by transformers, which is not installed; pip install transformers"
    assert expected in done.stdout
