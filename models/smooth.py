"""Ease quantisation: activations' loud channels are made quieter, and the weights that read them louder.

All of a product's input is quantised by one scale, so a few loud channels cost the others their precision. To divide
each channel by a factor and to multiply its weights by the same changes nothing in exact arithmetic (SmoothQuant: Xiao
et al. 2023).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.batches import text_batch
from models.network import Network
from models.windows import Window, WindowCutter

Array = NDArray[np.float32]


@torch.no_grad()
def loudness(network: Network, cutter: WindowCutter, windows: Sequence[Window]) -> dict[str, Array]:
    """The largest magnitude of each input channel (in,) of each linear layer, by the layer's name, over `windows`."""
    loudest: dict[str, Tensor] = {}

    def listen(name: str, _: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        most = inputs[0].abs().flatten(0, -2).amax(0)
        loudest[name] = torch.maximum(loudest[name], most) if name in loudest else most

    layers = [(name, layer) for name, layer in network.named_modules() if isinstance(layer, nn.Linear)]
    hooks = [layer.register_forward_pre_hook(partial(listen, name)) for name, layer in layers]
    for window in windows:
        pieces, mask, chars, piece_of_char = text_batch(cutter, [[window]], next(network.parameters()).device).inputs
        hidden = network.read(pieces, mask)
        network.early(hidden, mask)
        network.late(network.read_on(hidden, mask), mask)
        network.tagger(hidden, chars, piece_of_char)
    for hook in hooks:
        hook.remove()
    return {name: most.cpu().float().numpy() for name, most in loudest.items()}


def smoothing(loud: Array, weight: Array) -> Array:
    """Factors (in,) to divide a product's input by, and to multiply its weight (in, out) by: half-way between both."""
    strong = np.abs(weight).max(1).clip(1e-5)
    factors = np.sqrt(loud.clip(1e-5) / strong)
    return np.asarray(factors / np.exp(np.log(factors).mean()), np.float32)
