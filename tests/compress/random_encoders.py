"""Random small encoders of text, quantized by random rules, and a look at every value of them."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from transformers import BertConfig, BertForSequenceClassification

from litho.compress import Quantizer, QuantizeRule, quantize, settle
from litho.frontend import capture
from litho.ir import Graph, TensorType, interpret
from litho.ir.op import Codes
from litho.ops import registry
from litho.passes import Lower, RemoveDropout, run
from litho.tasks import SplitClassifier, Vocabulary, core_inputs

__all__ = ["Encoder", "coded", "encoder_rules", "random_encoder", "values_that_differ"]

TOKENS = 50
_OURS = (Quantizer, nn.ModuleDict)  # what quantization puts into a layer


@dataclass(frozen=True)
class Encoder:
    """A quantized classifier of text, its lowered core, and samples of token ids."""

    model: SplitClassifier
    graph: Graph
    ids: torch.Tensor


def encoder_rules(draw: np.random.Generator | None = None) -> list[QuantizeRule]:
    """Give a rule for each part of a BERT; 8 bits everywhere, or formats that are drawn."""

    def bits(low: int, high: int, usual: int) -> int:
        return usual if draw is None else int(draw.integers(low, high))

    def stored(usual: str = "int") -> str:
        kind = usual if draw is None else ("int", "fixed")[int(draw.integers(2))]
        return f"{kind}{bits(5, 9, 8)}"

    rows = "axis" if draw is None or draw.integers(2) else "tensor"

    def layer(match: str, outputs: str | None = None) -> QuantizeRule:
        return QuantizeRule(match, weights=f"int{bits(4, 9, 8)}", granularity=rows, outputs=outputs)

    return [
        QuantizeRule("hidden", outputs=stored()),
        # Steps that are powers of two leave room for a factor that is none.
        *(layer(f"*.{name}", f"fixed{bits(5, 9, 8)}") for name in ("query", "key")),
        layer("*.value", f"int{bits(5, 9, 8)}"),
        QuantizeRule("*.softmax", inputs=stored(), outputs=f"ufixed{bits(6, 9, 8)}f8"),
        QuantizeRule("*.context", outputs=stored()),
        layer("*.encoder.*.output.dense", f"fixed{bits(6, 10, 8)}"),
        QuantizeRule(
            "*.encoder.*.LayerNorm",
            weights="int8",
            bias="int16",
            inputs=f"int{bits(8, 13, 12)}",
            outputs=f"fixed{bits(6, 9, 8)}",
        ),
        layer("*.intermediate.dense"),
        QuantizeRule("*.intermediate_act_fn", inputs=stored(), outputs=stored()),
        layer("*.pooler.dense"),
        QuantizeRule("*.pooler.activation", inputs=stored(), outputs=stored()),
        layer("*.classifier"),
    ]


def random_encoder(seed: int) -> Encoder:
    """Give an encoder of random sizes: 1 or 2 layers, 1 to 4 heads, 1 to 9 tokens, odd widths."""
    draw = np.random.default_rng(seed)
    torch.manual_seed(seed)
    heads, width = int(draw.integers(1, 5)), int(draw.integers(1, 7))
    length = int(draw.integers(1, 10))
    config = BertConfig(
        vocab_size=TOKENS,
        hidden_size=heads * width,
        num_hidden_layers=int(draw.integers(1, 3)),
        num_attention_heads=heads,
        intermediate_size=int(draw.integers(2, 20)),
        hidden_act=("gelu", "silu", "relu")[int(draw.integers(3))],
        hidden_dropout_prob=0.1,
        attention_probs_dropout_prob=0.0,
        max_position_embeddings=length,
        num_labels=3,
    )
    network = BertForSequenceClassification(config)
    with torch.no_grad():  # weights as drawn are so small that attention would be even
        for parameter in network.parameters():
            parameter += 0.4 * torch.randn_like(parameter)
    model = SplitClassifier(network, Vocabulary(TOKENS, 0, None))
    ids = _texts(draw, 24, length)
    rules = encoder_rules(draw)
    if config.hidden_act == "relu":  # which has no table, and whose input no rule would name
        rules = [rule for rule in rules if "act_fn" not in rule.match]
        rules.append(QuantizeRule("*.intermediate.dense", weights="int6", outputs="int8"))
    quantize(model, rules, [ids[:12], ids[12:]])
    model.eval()
    settle(model, ids[:1])
    captured = capture(model.core, core_inputs(model, ids[:1]), "encoder")
    return Encoder(model, run(captured, (RemoveDropout(), Lower()), registry()), ids)


def _texts(draw: np.random.Generator, count: int, length: int) -> torch.Tensor:
    """Give token ids of samples of every length, the first of full length."""
    ids = torch.from_numpy(draw.integers(1, TOKENS, (count, length)))
    lengths = torch.from_numpy(draw.integers(1, length + 1, count))
    lengths[0] = length
    ids[torch.arange(length) >= lengths[:, None]] = 0
    return ids


def coded(encoder: Encoder, ids: torch.Tensor) -> dict[str, Codes]:
    """Give the codes of what the host makes of token ids, by the names of the graph's inputs."""
    parts = core_inputs(encoder.model, ids)
    return {
        item.name: item.type.codes.encode(part.double().numpy(), item.type.scale).reshape(
            len(ids), *item.type.shape
        )
        for item, part in zip(encoder.graph.inputs, parts, strict=True)
    }


def values_that_differ(encoder: Encoder) -> tuple[int, list[str]]:
    """Give how many values of the graph were compared with the network's, and what differs."""
    seen: dict[str, np.ndarray] = {}

    def keep(path: str) -> object:
        def hook(module: nn.Module, args: object, output: object) -> None:
            del module, args
            if isinstance(output, torch.Tensor):
                seen[path] = output.double().numpy()

        return hook

    handles = [
        module.register_forward_hook(keep(path))
        for path, module in encoder.model.named_modules()
        if path and all(isinstance(child, _OURS) for child in module.children())
    ]
    with torch.no_grad():
        seen["logits"] = encoder.model(encoder.ids).double().numpy()
    for handle in handles:
        handle.remove()
    graph = encoder.graph
    found = interpret(graph, coded(encoder, encoder.ids), registry(), keep="all")
    last = {node.origin.path: node for node in graph.nodes}
    compared, differing = 0, []
    for path, values in [*seen.items()]:
        node = graph.node(graph.outputs[0]) if path == "logits" else last.get(path)
        if node is None or f"{path}.quantize_outputs" in last:
            continue  # what a quantizer gives is compared as its own
        compared += 1
        assert isinstance(node.type, TensorType)
        decoded = node.type.codes.decode(found[node.name], node.type.scale)
        if not np.array_equal(decoded.reshape(values.shape), values):
            differing.append(f"{path} ({node.op})")
    return compared, differing
