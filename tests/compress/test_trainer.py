"""A quantized model of Hugging Face trains with its `Trainer`, saves and comes back."""

from pathlib import Path
from typing import Any

import pytest
import torch

from litho.compress import QuantizeRule, quantize, quantized

transformers = pytest.importorskip("transformers", reason="transformers is not installed")
pytest.importorskip("accelerate", reason="accelerate is not installed")
safetensors = pytest.importorskip("safetensors.torch", reason="safetensors is not installed")

SIZES = {
    "vocab_size": 50,
    "hidden_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 16,
}


def samples() -> list[dict[str, Any]]:
    draw = torch.Generator().manual_seed(0)
    return [
        {"input_ids": torch.randint(1, 50, (8,), generator=draw), "labels": torch.tensor(n % 2)}
        for n in range(32)
    ]


def bert(options: dict[str, Any], *, is_calibrated: bool = True) -> Any:
    torch.manual_seed(0)
    model = transformers.BertForSequenceClassification(transformers.BertConfig(**SIZES))
    rules = [
        QuantizeRule("bert.encoder.*", **options),
        QuantizeRule("*.query", **options | {"calibration": "mse"}),
        QuantizeRule("*.LayerNorm", outputs="float32"),
        QuantizeRule("classifier", **options),
    ]
    batch = {"input_ids": torch.stack([sample["input_ids"] for sample in samples()])}
    quantize(model, rules, [batch] if is_calibrated else (), sums="wide")
    return model


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "options",
    [
        {"weights": "fixed8", "inputs": "fixed8"},
        {"weights": "int4", "inputs": "int8", "scale": "learned", "granularity": "axis"},
        {"weights": "mxfp8_e4m3g16", "inputs": "mxfp8_e4m3g16", "bias": "e4m3fn"},
    ],
    ids=["fixed", "learned", "mx"],
)
def test_a_quantized_bert_trains_with_the_trainer(options: dict[str, Any], tmp_path: Path) -> None:
    model = bert(options)
    before = [parameter.detach().clone() for parameter in model.parameters()]
    arguments = transformers.TrainingArguments(
        output_dir=str(tmp_path / "run"),
        max_steps=3,
        per_device_train_batch_size=8,
        learning_rate=1e-3,
        eval_strategy="steps",
        eval_steps=2,
        save_strategy="no",
        report_to=[],
        use_cpu=True,
        disable_tqdm=True,
    )
    trainer = transformers.Trainer(
        model=model, args=arguments, train_dataset=samples(), eval_dataset=samples()
    )
    trainer.train()
    assert any(
        not torch.equal(old, new) for old, new in zip(before, model.parameters(), strict=True)
    )
    loss = trainer.evaluate()["eval_loss"]
    assert 0 < loss < 5
    trainer.save_model(str(tmp_path / "saved"))
    fresh = bert(options, is_calibrated=False)
    fresh.load_state_dict(safetensors.load_file(tmp_path / "saved" / "model.safetensors"))
    ids = torch.stack([sample["input_ids"] for sample in samples()])
    assert quantized(fresh) == quantized(model)
    assert torch.equal(fresh.eval()(ids).logits, model.eval()(ids).logits)
