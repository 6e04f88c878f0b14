"""Random small networks with random rules, and a look at every layer of them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from litho.compress import Quantizer, QuantizeRule, quantize, settle
from litho.errors import ConfigError
from litho.frontend import capture
from litho.ir import Graph, TensorType, interpret
from litho.ops import registry
from litho.passes import Lower, RemoveDropout, run
from litho.tasks import RandomLeakyReLU

__all__ = ["RECTIFIERS", "Network", "RandomNetwork", "layers_that_differ", "random_network"]

Activations = tuple[Callable[[], nn.Module], ...]

ACTIVATIONS: Activations = (nn.ReLU, nn.Sigmoid, nn.Tanh, nn.GELU, nn.Hardswish, nn.LeakyReLU)
RECTIFIERS: Activations = (
    nn.LeakyReLU,
    nn.RReLU,
    RandomLeakyReLU,
    lambda: RandomLeakyReLU(lanes=3, seed=77),
)


class Block(nn.Module):
    """A linear layer, an activation or none, and a skip or none around both."""

    def __init__(
        self, ins: int, outs: int, bias: bool, act: Callable[[], nn.Module] | None, skip: bool
    ):
        super().__init__()
        self.fc = nn.Linear(ins, outs, bias=bias)
        self.act = act() if act else None
        self.has_skip = skip

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.fc(x)
        y = self.act(y) if self.act else y
        return x + y if self.has_skip else y


class RandomNetwork(nn.Module):
    """Blocks one after the other, each input quantized by `stem`, with two branches at the end."""

    def __init__(self, blocks: list[Block], has_branch: bool) -> None:
        super().__init__()
        self.stem = nn.Identity()
        self.dropout = nn.Dropout(0.5)
        self.blocks = nn.ModuleList(blocks)
        self.joints = nn.ModuleList([nn.Identity() for _ in blocks])
        width = blocks[-1].fc.out_features
        self.left = nn.Linear(width, 3)
        self.right = nn.Linear(width, 3, bias=False) if has_branch else None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.stem(x)
        for block, joint in zip(self.blocks, self.joints, strict=True):
            x = self.dropout(block(joint(x)))
        return self.left(x) if self.right is None else self.left(x) + self.right(x)


@dataclass(frozen=True)
class Network:
    """A quantized network with its lowered graph, and inputs[samples, rows, features]."""

    model: nn.Module
    rules: tuple[QuantizeRule, ...]
    graph: Graph
    inputs: torch.Tensor


def random_network(
    seed: int, kind: str, activations: Activations = ACTIVATIONS, steps: int = 0
) -> Network:
    """Give a network; `kind` is `fixed`, `integer`, or `mixed` for both in one network.

    `learned` draws integers whose scales are learned, here or there with corrected biases, and
    `steps` is how often the network is trained after it was quantized.
    """
    for attempt in range(20):
        try:
            draw = np.random.default_rng((seed, attempt))
            return _network(draw, seed, kind, activations, steps)
        except ConfigError as error:
            # Scaled integers whose grids lie too far apart to be added: refused, and rightly.
            if "the addition of" not in str(error):
                raise
    raise AssertionError("20 networks in a row were refused")


def _network(
    draw: np.random.Generator, seed: int, kind: str, activations: Activations, steps: int
) -> Network:
    torch.manual_seed(seed)
    model, features = _model(draw, activations)
    rules = tuple(_rules(draw, model, kind))
    rows = int(draw.integers(1, 3))
    inputs = torch.randn(40, rows, features) * float(2.0 ** draw.integers(-2, 3))
    quantize(model, rules, [inputs[:20], inputs[20:]])
    _train(model, inputs, steps)
    model.eval()
    settle(model, inputs[:1])
    passes = (RemoveDropout(), Lower())
    graph = run(capture(model, inputs[:1], "random"), passes, registry())
    return Network(model, rules, graph, inputs)


def _train(model: nn.Module, inputs: torch.Tensor, steps: int) -> None:
    optimizer = torch.optim.Adam(model.parameters(), 0.01)
    model.train()
    for _ in range(steps):
        optimizer.zero_grad()
        (model(inputs) - inputs.sum(-1, keepdim=True)).square().mean().backward()
        optimizer.step()


def _model(draw: np.random.Generator, activations: Activations) -> tuple[nn.Module, int]:
    features = width = int(draw.integers(2, 17))
    blocks = []
    for _ in range(int(draw.integers(1, 4))):
        has_skip = bool(draw.integers(2))
        outs = width if has_skip else int(draw.integers(2, 17))
        place = int(draw.integers(2 * len(activations)))
        act = ([None] + [nn.ReLU] * len(activations) + list(activations))[place]
        blocks.append(Block(width, outs, bool(draw.integers(2)), act, has_skip))
        width = outs
    return RandomNetwork(blocks, bool(draw.integers(2))), features


def _rules(draw: np.random.Generator, model: nn.Module, kind: str) -> list[QuantizeRule]:
    def spelled(low: int, high: int) -> str:
        mixed = kind == "mixed" and bool(draw.integers(2))
        integer = kind in ("integer", "learned") or mixed
        return f"{'int' if integer else 'fixed'}{draw.integers(low, high)}"

    def choice(*options: str) -> str:
        return options[int(draw.integers(len(options)))]

    def scale() -> str | None:
        return choice("learned", "learned", "dyadic", "power_of_two") if kind == "learned" else None

    rules = [QuantizeRule("stem", outputs=spelled(4, 9), scale=scale())]
    for path, module in model.named_modules():
        calibration = choice("min_max", "percentile", "mse")
        if isinstance(module, nn.Linear):
            granularity = choice("tensor", "axis")
            rules.append(
                QuantizeRule(
                    path,
                    weights=spelled(2, 9),
                    inputs=spelled(4, 17),
                    granularity=granularity,
                    calibration=calibration,
                    scale=scale(),
                    correct_bias=module.bias is not None and bool(draw.integers(2)),
                )
            )
        elif path.startswith("joints."):
            rules.append(
                QuantizeRule(path, outputs=spelled(5, 11), calibration=calibration, scale=scale())
            )
        elif path.endswith(".act") and not isinstance(module, nn.ReLU):
            rules.append(
                QuantizeRule(path, inputs=spelled(5, 9), outputs=spelled(5, 9), scale=scale())
            )
    return rules


def layers_that_differ(network: Network) -> tuple[int, list[str]]:
    """Give how many values of the graph were compared with the network's, and what differs."""
    seen = _seen(network.model, network.inputs)
    item = network.graph.inputs[0]
    codes = item.type.codes.encode(network.inputs.double().numpy(), item.type.scale)
    found = interpret(network.graph, {item.name: codes[:, None]}, registry(), keep="all")
    differing, count = [], 0
    for node in network.graph.nodes:
        value = seen[_place(node.origin.path, node.op)]
        count += 1
        assert isinstance(node.type, TensorType)
        decoded = node.type.codes.decode(found[node.name], node.type.scale)
        if not np.array_equal(decoded, value.reshape(decoded.shape)):
            worst = np.abs(decoded - value.reshape(decoded.shape)).max()
            differing.append(f"{node.name} ({node.type.format}) by {worst}")
    return count, differing


def _place(path: str, op: str) -> str:
    return f"{path}:table" if op == "unary" else path


def _seen(model: nn.Module, inputs: torch.Tensor) -> dict[str, np.ndarray]:
    """Give what each module gives, before its output quantizer and, as `path:table`, after it."""
    values: dict[str, np.ndarray] = {}

    def keep(path: str) -> object:
        def hook(module: nn.Module, args: object, output: torch.Tensor) -> None:
            del args
            if isinstance(module, nn.Linear):
                output = module.parametrizations.weight[0].settle(output)
            values[path] = output.double().numpy()

        return hook

    handles = []
    for path, module in model.named_modules():
        if not isinstance(module, Quantizer):
            if not isinstance(module, nn.Linear):
                handles.append(module.register_forward_hook(keep(f"{path}:table")))
            # The layer's own result on the grid of its sum, before its quantizers.
            handles.append(module.register_forward_hook(keep(path)))
            module._forward_hooks.move_to_end(handles[-1].id, last=False)
        else:
            handles.append(module.register_forward_hook(keep(path)))
    with torch.no_grad():
        model(inputs)
    for handle in handles:
        handle.remove()
    return values
