"""Slim a trained trunk: attention heads and feed-forward units that say little go, what stays takes over their part.

Structured pruning with the output refitted by least squares, layer by layer (Kwon et al. 2022); training goes on after
it. On a processor a narrower layer is as much faster as it is narrower.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from models.batches import TextBatch
from models.network import Network

#: Share of what a layer's attention, and its feed-forward units, add to the hidden states that stays after slimming.
STAYS = 0.95
#: Feed-forward units stay in whole steps, and so many at least.
_STEP = 64
_FEWEST = 256
#: Every n-th piece is looked at.
_EVERY = 3
#: Of the mean square of the inputs, added to each in the fit.
_RIDGE = 0.01


@torch.no_grad()
def slim(network: Network, batches: Iterable[TextBatch]) -> None:
    """Slim every layer of `network` in place, judged by what it does on `batches`."""
    network.eval()
    layers = list(network.trunk.encoder.layer)
    seen: dict[nn.Module, list[Tensor]] = {}
    watched = [dense for layer in layers for dense in (layer.attention.output.dense, layer.output.dense)]
    hooks = [dense.register_forward_pre_hook(_keep(seen)) for dense in watched]
    for batch in batches:
        pieces, mask, *_ = batch.inputs
        network.read(pieces, mask)
    for hook in hooks:
        hook.remove()
    for layer in layers:
        _slim_attention(layer, torch.cat(seen.pop(layer.attention.output.dense)))
        _slim_units(layer, torch.cat(seen.pop(layer.output.dense)))


def _keep(seen: dict[nn.Module, list[Tensor]]) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
    def hook(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        seen.setdefault(module, []).append(inputs[0].flatten(0, 1)[::_EVERY].float())

    return hook


def _slim_attention(layer: Any, read: Tensor) -> None:
    """Heads go one by one, each time the one whose part the others mimic best."""
    own, dense = layer.attention.self, layer.attention.output.dense
    size = own.attention_head_size
    heads = list(range(own.num_attention_heads))

    def columns(kept: Sequence[int]) -> list[int]:
        return [head * size + k for head in kept for k in range(size)]

    outputs = read @ dense.weight.T
    spread = float((outputs - outputs.mean(0)).square().sum())
    while len(heads) > 1:
        lost, head = min((_loss(dense, read, columns([x for x in heads if x != head])), head) for head in heads)
        if lost > (1 - STAYS) * spread:
            break
        heads.remove(head)
    kept = columns(heads)
    _refit(dense, read, kept)
    for part in (own.query, own.key, own.value):
        _narrow(part, kept)
    own.num_attention_heads = len(heads)
    own.all_head_size = len(kept)


def _slim_units(layer: Any, active: Tensor) -> None:
    dense = layer.output.dense
    part = active.var(0) * dense.weight.square().sum(0)
    order = part.argsort(descending=True)
    enough = int((part[order].cumsum(0) < STAYS * part.sum()).sum()) + 1
    width = min(len(order), max(_FEWEST, -(-enough // _STEP) * _STEP))
    kept = order[:width].sort().values.tolist()
    _refit(dense, active, kept)
    _narrow(layer.intermediate.dense, kept)


def _fit(dense: nn.Linear, inputs: Tensor, kept: Sequence[int]) -> tuple[Tensor, Tensor, Tensor]:
    """Weights (kept, out) from the kept inputs to the layer's outputs, and both, centred."""
    some = inputs[:, kept]
    some = some - some.mean(0)
    outputs = inputs @ dense.weight.T
    outputs = outputs - outputs.mean(0)
    square = some.T @ some
    square += torch.eye(len(kept), device=square.device) * (square.diagonal().mean() * _RIDGE)
    return torch.linalg.solve(square, some.T @ outputs), some, outputs


def _loss(dense: nn.Linear, inputs: Tensor, kept: Sequence[int]) -> float:
    weights, some, outputs = _fit(dense, inputs, kept)
    return float((outputs - some @ weights).square().sum())


def _refit(dense: nn.Linear, inputs: Tensor, kept: Sequence[int]) -> None:
    weights, _, _ = _fit(dense, inputs, kept)
    mean = inputs.mean(0)
    dense.bias += dense.weight @ mean - mean[list(kept)] @ weights
    dense.weight = nn.Parameter(weights.T.contiguous())
    dense.in_features = len(kept)


def _narrow(dense: nn.Linear, kept: Sequence[int]) -> None:
    dense.weight = nn.Parameter(dense.weight[list(kept)].clone())
    dense.bias = nn.Parameter(dense.bias[list(kept)].clone())
    dense.out_features = len(kept)
