"""Data sets, models, training and models of the user's own."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from litho.errors import ConfigError, DataError
from litho.tasks import (
    Training,
    accuracy,
    build,
    check_weights,
    find,
    load_layer,
    load_model,
    load_weights,
    predict,
    save_weights,
    scores,
    train,
    weights_digest,
)

pytest.importorskip("sklearn", reason="task 'digits' needs scikit-learn")


def test_digits_are_split_by_the_seed_with_every_class_on_both_sides() -> None:
    data, again, other = (find("digits").load(seed) for seed in (0, 0, 1))
    assert (len(data.train_inputs), len(data.test_inputs)) == (1437, 360)
    assert data.train_inputs.min() == 0
    assert data.train_inputs.max() == 1
    assert torch.equal(data.test_inputs, again.test_inputs)
    assert not torch.equal(data.test_inputs, other.test_inputs)
    counts = torch.bincount(data.test_targets, minlength=10)
    assert counts.min() >= 34
    assert (data.features, data.classes, data.example.shape) == (64, 10, (1, 64))


def test_an_unknown_task_is_named_with_a_near_one() -> None:
    with pytest.raises(
        ConfigError, match=r"must be one of digits, .* not 'digit'; did you mean 'dig"
    ):
        find("digit")


@pytest.mark.parametrize(
    ("name", "options"),
    [("mlp", {"hidden": [32]}), ("residual_mlp", {"width": 32, "blocks": 1})],
)
def test_training_on_digits_gets_beyond_95_percent(name: str, options: dict[str, object]) -> None:
    data = find("digits").load(0)
    model = build(name, data, options, seed=0)
    losses = train(model, data, Training(epochs=40, seed=0))
    assert len(losses) == 40
    assert not model.training
    assert accuracy(predict(model, data.test_inputs), data.test_targets) > 0.95


def test_the_same_seed_gives_the_same_weights_and_leaves_the_generator_alone() -> None:
    data = find("digits").load(0)
    found = []
    for noise in (1, 2):
        torch.manual_seed(noise)
        expected = torch.random.get_rng_state()
        model = build("mlp", data, {"hidden": [8], "dropout": 0.2}, seed=5)
        train(model, data, Training(epochs=2, seed=7))
        assert torch.equal(torch.random.get_rng_state(), expected)
        found.append(torch.cat([p.detach().flatten() for p in model.parameters()]))
    assert torch.equal(*found)


def test_training_reports_each_epoch() -> None:
    data, seen = find("digits").load(0), []
    model = build("mlp", data, {"hidden": [4]}, seed=0)
    losses = train(model, data, Training(epochs=3), lambda epoch, loss: seen.append((epoch, loss)))
    assert seen == list(enumerate(losses))


def test_a_loss_that_is_not_finite_stops_the_training() -> None:
    data = find("digits").load(0)
    model = build("mlp", data, {"hidden": [4]}, seed=0)
    with torch.no_grad():
        model.fc1.weight[0, 0] = float("nan")
    with pytest.raises(DataError, match="the training loss must be finite, not nan"):
        train(model, data, Training(epochs=1))


def test_weights_that_are_not_finite_are_named_with_their_number() -> None:
    model = nn.Linear(3, 2)
    check_weights(model)
    with torch.no_grad():
        model.bias.fill_(float("inf"))
    with pytest.raises(DataError, match="bias holds 2 NaN or infinite values of 2"):
        check_weights(model)


def test_accuracy_counts_rows_of_tensors_and_of_arrays() -> None:
    logits, targets = [[1.0, 2.0], [3.0, 0.0], [5.0, 5.0]], [1, 1, 0]
    assert accuracy(torch.tensor(logits), torch.tensor(targets)) == 2 / 3
    assert accuracy(np.array(logits), np.array(targets)) == 2 / 3


def test_scores_of_samples_have_the_accuracy_as_their_mean() -> None:
    logits, targets = [[0.0, 1.0], [2.0, 1.0], [1.0, 1.0]], [1, 1, 0]
    for found in (
        scores(torch.tensor(logits), torch.tensor(targets)),
        scores(np.array(logits), np.array(targets)),
    ):
        assert found.tolist() == [1.0, 0.0, 1.0]  # of equals the first counts
        assert found.dtype == np.float64


def test_predict_goes_through_all_batches_in_eval_and_restores_the_mode() -> None:
    model = nn.Sequential(nn.Linear(3, 2), nn.Dropout(0.9)).train()
    inputs = torch.randn(10, 3)
    assert torch.equal(predict(model, inputs, batch=4), model[0](inputs))
    assert model.training


@pytest.mark.parametrize("name", ["mpl", "resnet"])
def test_an_unknown_model_is_named(name: str) -> None:
    with pytest.raises(ConfigError, match=f"or `module:function`, not {name!r}"):
        build(name, find("digits").load(0), {}, 0)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"depth": 3}, "options of model 'mlp' must fit it: .*'depth'"),
        ({"activation": "rleu"}, "activation must be one of relu, .* not 'rleu'"),
        ({"hidden": [0]}, "hidden sizes must be 1 or more, not 0"),
        ({"hidden": 32}, "hidden must be a list of sizes, not 32"),
        ({"dropout": 2.0}, "dropout must be 0 to 1, not 2.0"),
    ],
)
def test_options_that_do_not_fit_are_named(options: dict[str, object], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        build("mlp", find("digits").load(0), options, 0)


def test_a_users_model_is_imported_from_its_folder(tmp_path: Path) -> None:
    (tmp_path / "own_network.py").write_text(
        "from torch import nn\ndef make(width=3):\n    return nn.Linear(width, 2)\n"
    )
    for spelling in ("own_network:make", "own_network.py:make"):
        model = load_model(spelling, {"width": 5}, tmp_path)
        assert model.in_features == 5


def test_a_file_hides_no_module_of_its_name_and_is_read_anew(tmp_path: Path) -> None:
    for width in (3, 4):
        (tmp_path / "json.py").write_text(
            f"from torch import nn\nmake = lambda: nn.Linear({width}, 2)"
        )
        assert load_model("json.py:make", {}, tmp_path).in_features == width


BROKEN = {
    "syntax": "def make(:",
    "importing": "import a_package_that_is_not_there",
    "failing": "raise ValueError('no licence')",
    "dividing": "1 / 0",
    "other": "make = 3\ndef number(): return 3\ndef fails(): raise RuntimeError('no data here')",
}


@pytest.mark.parametrize(
    ("spelling", "text"),
    [
        ("no_colon", "must be spelled `module:function`, not 'no_colon'"),
        ("absent_module:make", "absent_module is not: ModuleNotFoundError"),
        ("absent.py:make", "must be in a file, and .*absent.py is not there"),
        ("broken_syntax.py:make", "broken_syntax.py is not: SyntaxError"),
        ("broken_importing:make", "ModuleNotFoundError: No module named 'a_package"),
        ("broken_failing:make", "ValueError: no licence"),
        ("broken_dividing:make", "ZeroDivisionError: division by zero"),
        ("broken_other:make", "must name a function, and broken_other has no 'make'"),
        ("broken_other:number", "must make a torch.nn.Module, not a int"),
        ("broken_other:fails", "RuntimeError: no data here"),
    ],
)
def test_a_users_model_that_does_not_work_says_why(
    spelling: str, text: str, tmp_path: Path
) -> None:
    for name, source in BROKEN.items():
        (tmp_path / f"broken_{name}.py").write_text(source)
    with pytest.raises(ConfigError, match=text):
        load_model(spelling, {}, tmp_path)


def test_a_users_function_makes_a_layer_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "layers.py").write_text(
        "from torch import nn\n\ndef thin(path, old, rank):\n"
        "    assert path == 'fc'\n    return nn.Linear(old.in_features, rank)\n"
    )
    found = load_layer("layers.py:thin", {"rank": 3}, "fc", nn.Linear(5, 2))
    assert (found.in_features, found.out_features) == (5, 3)
    with pytest.raises(ConfigError, match="must be made by its function from the options rank, a"):
        load_layer("layers.py:thin", {"rank": 3}, "other", nn.Linear(5, 2))


def test_a_model_takes_the_form_of_what_was_saved_before_it_is_loaded(tmp_path: Path) -> None:
    path = save_weights(tmp_path / "weights.pt", nn.Linear(3, 2))
    model = nn.Sequential()

    def prepare(state: Mapping[str, torch.Tensor]) -> None:
        assert set(state) == {"weight", "bias"}
        model.register_parameter("weight", nn.Parameter(torch.zeros(2, 3)))
        model.register_parameter("bias", nn.Parameter(torch.zeros(2)))

    load_weights(path, model, prepare)
    assert torch.equal(model.state_dict()["weight"], torch.load(path)["weight"])
    torch.save([1.0], path)
    with pytest.raises(DataError, match="must hold the weights of Sequential, and does not"):
        load_weights(path, model, prepare)


def test_weights_go_to_a_file_and_back(tmp_path: Path) -> None:
    model, other = nn.Linear(3, 2), nn.Linear(3, 2)
    load_weights(save_weights(tmp_path / "weights.pt", model), other)
    assert torch.equal(model.weight, other.weight)
    assert [path.name for path in tmp_path.iterdir()] == ["weights.pt"]


def test_weights_that_do_not_fit_say_why(tmp_path: Path) -> None:
    path = save_weights(tmp_path / "weights.pt", nn.Linear(3, 2))
    with pytest.raises(DataError, match=r"must hold the weights of Linear, and does not"):
        load_weights(path, nn.Linear(4, 2))
    path.write_bytes(b"nothing")
    with pytest.raises(DataError, match=r"must hold the weights of Linear, and does not"):
        load_weights(path, nn.Linear(3, 2))
    with pytest.raises(DataError, match=r"absent.pt is not there"):
        load_weights(tmp_path / "absent.pt", nn.Linear(3, 2))


def test_the_digest_of_weights_follows_each_bit_and_nothing_else() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
    before = weights_digest(model)
    assert weights_digest(model) == before
    with torch.no_grad():
        model[0].bias[1] = torch.nextafter(model[0].bias[1], torch.tensor(2.0))
    after = weights_digest(model)
    assert after != before
    model[1].num_batches_tracked += 1
    assert weights_digest(model) not in (before, after)
