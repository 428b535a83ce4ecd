"""From a trained network to the graph that runs: ONNX, int8 weights per channel, activations quantised as they come."""

from __future__ import annotations

import tempfile
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor

from models.network import Network


def export(network: Network, graph: Path) -> None:
    """Write the int8 graph; inputs and outputs are named after `Network.forward`."""
    network = network.eval().cpu().float()
    pieces = torch.randint(5, 1000, (2, 12))
    chars = torch.randint(2, 1000, (2, 15))
    inputs: tuple[Tensor, ...] = (pieces, torch.ones_like(pieces), chars, torch.ones_like(chars))
    names = ("pieces", "mask", "chars", "piece_of_char")
    outputs = ("votes", "weights", "sums", "tags")
    axes = {
        name: {0: "windows", 1: "pieces" if name in ("pieces", "mask", "votes", "weights") else "chars"}
        for name in (*names, *outputs)
        if name != "sums"
    } | {"sums": {0: "windows"}}
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "full.onnx"
        torch.onnx.export(
            network,
            inputs,
            str(full),
            input_names=list(names),
            output_names=list(outputs),
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,
        )
        quantize_dynamic(full, graph, weight_type=QuantType.QInt8, per_channel=True)
