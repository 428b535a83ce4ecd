"""Let a network feel in training how its int8 graphs round: weights by column, inputs over a window as they come.

Gradients pass as if nothing was rounded (straight-through, Jacob et al. 2018).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from torch import Tensor, nn
from torch.nn.utils import parametrize


@contextmanager
def rounded(network: nn.Module) -> Iterator[None]:
    """Within, every linear layer and convolution of `network` rounds; after it, its weights are as trained."""
    products = [m for m in network.modules() if isinstance(m, nn.Linear | nn.Conv1d)]
    hooks = [m.register_forward_pre_hook(_round_inputs) for m in products]
    for module in products:
        parametrize.register_parametrization(module, "weight", _RoundedWeight())
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
        for module in products:
            parametrize.remove_parametrizations(module, "weight", leave_parametrized=False)


class _RoundedWeight(nn.Module):
    def forward(self, weight: Tensor) -> Tensor:
        scale = weight.detach().abs().amax(tuple(range(1, weight.dim())), keepdim=True) / 127
        return _through(weight, scale)


def _round_inputs(module: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    values, *others = inputs
    over = tuple(range(1, values.dim()))
    found = values.detach()
    reach = found.amax(over, keepdim=True).clamp_min(0) - found.amin(over, keepdim=True).clamp_max(0)
    return _through(values, reach / 255), *others


def _through(values: Tensor, scale: Tensor) -> Tensor:
    scale = scale.clamp_min(1e-12)
    found = values.detach()
    return values + ((found / scale).round_().mul_(scale) - found)
