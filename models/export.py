"""From a trained network to the graph that runs: ONNX, int8 weights per column, activations quantised as they come.

It is written operator by operator and not traced, because most of their time hangs on how: one
product for queries, keys and values and one for all heads of a piece; no padding and no mask, since a window runs by
itself; convolutions as products over a character and its two neighbours; products that quantise what they read. What is
left is five eighths integer products at the speed of the machine.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from models.artefact import GRAPH
from models.network import Network
from models.windows import WINDOW

Array = NDArray[np.float32]

#: Of values by name; a string stands for a length that each text has anew.
_Shapes = dict[str, list[str | int]]

_MICROSOFT = "com.microsoft"


def export(network: Network, folder: Path) -> None:
    """Write the int8 graph of one window, `GRAPH`.

    Inputs, int64: pieces (pieces,), chars (characters,), piece_of_char (characters,), as in `Window`;
    outputs: votes (pieces, 2 × ids), weights (pieces,), tags (characters, tags), as in `Network`, and sums (width,) of
    the hidden states.
    """
    weights = {name: tensor.detach().cpu().float().numpy() for name, tensor in network.state_dict().items()}
    config = network.trunk.config
    width = config.hidden_size
    graph = _Graph(weights, head=width // config.num_attention_heads, epsilon=config.layer_norm_eps)
    graph.read_window(layers=len(network.trunk.encoder.layer))
    inputs: _Shapes = {"pieces": ["pieces"], "chars": ["chars"], "piece_of_char": ["chars"]}
    outputs: _Shapes = {
        "votes": ["pieces", len(weights["ballot.votes.bias"])],
        "weights": ["pieces"],
        "sums": [width],
        "tags": ["chars", len(weights["tagger.tag.bias"])],
    }
    onnx.save(graph.model(inputs, outputs), folder / GRAPH)


class _Graph:
    """Nodes and constants as they are added; a value goes by its name, and weights by their names in the network."""

    def __init__(self, weights: dict[str, Array], *, head: int, epsilon: float) -> None:
        """`head` is the width of an attention head; how many a layer has, its weights tell."""
        self._weights = weights
        self._head = head
        self._epsilon = epsilon
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}

    def read_window(self, *, layers: int) -> None:
        """From pieces and characters to hidden states, and all that hangs on them."""
        hidden = self._embed("trunk.embeddings")
        for layer in range(layers):
            hidden = self._layer(f"trunk.encoder.layer.{layer}", hidden)
        self._node("ReduceSum", hidden, self._integers(0), output="sums", keepdims=0)
        self._tag(self._vote(hidden))

    def model(self, inputs: _Shapes, outputs: _Shapes) -> onnx.ModelProto:
        """Inputs are int64, outputs float32."""
        graph = helper.make_graph(
            self._nodes,
            "encoder",
            [helper.make_tensor_value_info(name, TensorProto.INT64, shape) for name, shape in inputs.items()],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()],
            list(self._constants.values()),
        )
        opsets = [helper.make_opsetid("", 20), helper.make_opsetid(_MICROSOFT, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=10)

    def _embed(self, name: str) -> str:
        types = self._weights[f"{name}.token_type_embeddings.weight"][0]
        places = self._constant("places", self._weights[f"{name}.position_embeddings.weight"][:WINDOW] + types)
        start = self._integers(0)
        place = self._node("Slice", places, start, self._node("Shape", "pieces"), start)
        return self._norm(f"{name}.LayerNorm", self._lookup(f"{name}.word_embeddings", "pieces"), place)

    def _layer(self, name: str, hidden: str) -> str:
        attended = self._attend(f"{name}.attention.self", hidden)
        mixed = self._linear([f"{name}.attention.output.dense"], attended)
        hidden = self._norm(f"{name}.attention.output.LayerNorm", mixed, hidden)
        inner = self._node("Gelu", self._linear([f"{name}.intermediate.dense"], hidden))
        return self._norm(f"{name}.output.LayerNorm", self._linear([f"{name}.output.dense"], inner), hidden)

    def _attend(self, name: str, hidden: str) -> str:
        """Softmax attention; transposed batches read (pieces, heads, width) as it lies, without a copy."""
        width = len(self._weights[f"{name}.query.bias"])
        read = self._linear([f"{name}.{part}" for part in ("query", "key", "value")], hidden)
        by_head = self._integers(-1, width // self._head, self._head)
        query, key, value = (self._node("Reshape", part, by_head) for part in self._split(read, [width] * 3))
        likeness = self._node(
            "FusedMatMul",
            query,
            key,
            domain=_MICROSOFT,
            alpha=self._head**-0.5,
            transB=1,
            transBatchA=1,
            transBatchB=1,
        )
        shares = self._node("Softmax", likeness, axis=-1)
        read = self._node("FusedMatMul", shares, value, domain=_MICROSOFT, transBatchB=1)
        return self._node("Reshape", self._node("Transpose", read, perm=[1, 0, 2]), self._integers(-1, width))

    def _vote(self, hidden: str) -> str:
        """Votes and weights; and what the tagger reads, made in the same product."""
        names = ["ballot.votes", "tagger.narrow", "ballot.salience"]
        sizes = [len(self._weights[f"{name}.bias"]) for name in names]
        votes, narrow, salience = self._split(self._linear(names, hidden), sizes)
        self._node("Identity", votes, output="votes")
        bound = self._constant("bound", np.array(4, np.float32))
        bounded = self._node("Tanh", self._node("Div", self._node("Squeeze", salience, self._integers(1)), bound))
        self._node("Exp", self._node("Mul", bounded, bound), output="weights")
        return narrow

    def _tag(self, narrow: str) -> None:
        above = self._node("Gather", narrow, "piece_of_char")
        both = self._node("Concat", above, self._lookup("tagger.character", "chars"), axis=1)
        first = self._convolve("tagger.context.0", both)
        read = self._node("Add", first, self._convolve("tagger.context.1", first))
        self._node("Identity", self._linear(["tagger.tag"], read), output="tags")

    def _convolve(self, name: str, values: str) -> str:
        """A convolution over three characters with its ReLU."""
        kernel = self._weights[f"{name}.weight"]  # (out, in, 3)
        count, zero, two = self._node("Shape", "chars"), self._integers(0), self._integers(2)
        padded = self._node("Pad", values, self._integers(1, 0, 1, 0))
        left = self._node("Slice", padded, zero, count, zero)
        right = self._node("Slice", padded, two, self._node("Add", count, two), zero)
        beside = self._node("Concat", left, values, right, axis=1)
        weight = np.concatenate([kernel[:, :, k].T for k in range(3)])
        return self._node("Relu", self._product(name, beside, weight, self._weights[f"{name}.bias"]))

    def _linear(self, names: list[str], values: str) -> str:
        """One product for several linear layers, their outputs side by side."""
        weight = np.concatenate([self._weights[f"{name}.weight"].T for name in names], axis=1)
        return self._product(
            "+".join(names), values, weight, np.concatenate([self._weights[f"{n}.bias"] for n in names])
        )

    def _product(self, name: str, values: str, weight: Array, bias: Array) -> str:
        """`values @ weight + bias`: the weight (in, out) in int8 a column, the values in uint8 as they come."""
        scale = (np.abs(weight).max(0) / 127).clip(1e-12).astype(np.float32)
        return self._node(
            "DynamicQuantizeMatMul",
            values,
            self._constant(f"{name}.weight", np.rint(weight / scale).astype(np.int8)),
            self._constant(f"{name}.scale", scale),
            "",
            self._constant(f"{name}.bias", bias),
            domain=_MICROSOFT,
        )

    def _lookup(self, name: str, ids: str) -> str:
        """Rows of a table kept in uint8."""
        table = self._weights[f"{name}.weight"]
        scale = np.float32(np.ptp(table) / 255)
        zero = np.rint(-table.min() / scale)
        rows = self._constant(name, (np.rint(table / scale) + zero).clip(0, 255).astype(np.uint8))
        return self._node(
            "DequantizeLinear",
            self._node("Gather", rows, ids),
            self._constant(f"{name}.scale", np.array(scale)),
            self._constant(f"{name}.zero", np.array(zero, np.uint8)),
        )

    def _norm(self, name: str, values: str, others: str) -> str:
        """The layer norm of a sum; onnxruntime's fused operator for both takes five times as long."""
        gain = self._constant(f"{name}.weight", self._weights[f"{name}.weight"])
        bias = self._constant(f"{name}.bias", self._weights[f"{name}.bias"])
        added = self._node("Add", values, others)
        return self._node("LayerNormalization", added, gain, bias, axis=-1, epsilon=self._epsilon)

    def _split(self, values: str, sizes: list[int]) -> list[str]:
        outputs = [f"{values}.{k}" for k in range(len(sizes))]
        self._nodes.append(helper.make_node("Split", [values, self._integers(*sizes)], outputs, axis=1))
        return outputs

    def _node(self, kind: str, *inputs: str, output: str = "", domain: str = "", **attributes: object) -> str:
        output = output or f"{kind}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [output], domain=domain, **attributes))
        return output

    def _integers(self, *values: int) -> str:
        return self._constant("integers_" + "_".join(map(str, values)), np.array(values, np.int64))

    def _constant(self, name: str, value: NDArray[np.generic]) -> str:
        self._constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name
