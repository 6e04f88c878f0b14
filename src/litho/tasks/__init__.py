"""Data sets, models and the training loop.

task = find("digits"); data = task.load(seed=0)
model = build("mlp", data, {"hidden": [32]}, seed=0)
train(model, data, Training(epochs=40, seed=0))
accuracy(predict(model, data.test_inputs), data.test_targets)
"""

from litho.tasks.attention_parts import Attention, Context, Scores, Softmax
from litho.tasks.batches import batches_of
from litho.tasks.classifier import SplitClassifier, TextClassifier
from litho.tasks.data import Data, Vocabulary, stimuli
from litho.tasks.host import core_inputs, core_of
from litho.tasks.hub import import_transformers, load_hub_model
from litho.tasks.layers import RandomLeakyReLU
from litho.tasks.models import MLP, MODELS, ResidualMLP, build
from litho.tasks.task import TASKS, Task, find
from litho.tasks.training import Training, accuracy, check_weights, loss_of, predict, scores, train
from litho.tasks.user import check_model, load_layer, load_model
from litho.tasks.weights import load_weights, save_weights, weights_digest

__all__ = [
    "MLP",
    "MODELS",
    "TASKS",
    "Attention",
    "Context",
    "Data",
    "RandomLeakyReLU",
    "ResidualMLP",
    "Scores",
    "Softmax",
    "SplitClassifier",
    "Task",
    "TextClassifier",
    "Training",
    "Vocabulary",
    "accuracy",
    "batches_of",
    "build",
    "check_model",
    "check_weights",
    "core_inputs",
    "core_of",
    "find",
    "import_transformers",
    "load_hub_model",
    "load_layer",
    "load_model",
    "load_weights",
    "loss_of",
    "predict",
    "save_weights",
    "scores",
    "stimuli",
    "train",
    "weights_digest",
]
