"""What is slimmed away is what said little; and training feels the rounding that the graphs have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from networks import small_network

reason = "needs the train extra: pip install 'minqing[train]'"
torch = pytest.importorskip("torch", reason=reason)
pytest.importorskip("transformers", reason=reason)
pytest.importorskip("onnx", reason=reason)

from models.artefact import GRAPH  # noqa: E402
from models.batches import TextBatch  # noqa: E402
from models.export import export  # noqa: E402
from models.rounding import rounded  # noqa: E402
from models.slim import slim  # noqa: E402


@pytest.fixture
def network() -> Any:
    return small_network(units=512, deviation=0.15)


def batch() -> Any:
    pieces = torch.randint(5, 50, (12, 40))
    chars = torch.randint(2, 30, (12, 60))
    owner = torch.arange(12)
    return TextBatch((pieces, torch.ones_like(pieces), chars, torch.randint(0, 40, (12, 60))), owner, 12)


def test_what_is_silent_goes_and_answers_stay(network: Any) -> None:
    """Heads and units whose output weights are nought are no loss."""
    own = network.trunk.encoder.layer[0]
    with torch.no_grad():
        own.attention.output.dense.weight[:, 16:32] = 0
        own.output.dense.weight[:, 256:] = 0
    data = batch()
    pieces, mask, *_ = data.inputs
    with torch.no_grad():
        before = network.read(pieces, mask)
    slim(network, [data])
    with torch.no_grad():
        after = network.read(pieces, mask)
    assert own.attention.self.num_attention_heads == 3
    assert own.attention.self.query.weight.shape == (48, 64)
    assert own.intermediate.dense.weight.shape == (256, 64)
    assert np.corrcoef(before.ravel(), after.ravel())[0, 1] > 0.99


def test_a_slim_network_is_exported(network: Any, tmp_path: Path) -> None:
    """Layers may each have another number of heads and of units."""
    import onnxruntime

    with torch.no_grad():
        network.trunk.encoder.layer[0].attention.output.dense.weight[:, :32] = 0
    data = batch()
    slim(network, [data])
    export(network, tmp_path)
    pieces, _, chars, piece_of_char = (tensor[:1] for tensor in data.inputs)
    graph = onnxruntime.InferenceSession(str(tmp_path / GRAPH), providers=["CPUExecutionProvider"])
    feed = {"pieces": pieces, "chars": chars, "piece_of_char": piece_of_char}
    found = graph.run(["votes", "tags"], {name: tensor[0].numpy() for name, tensor in feed.items()})

    mask = torch.ones_like(pieces)
    with torch.no_grad():
        hidden = network.read(pieces, mask)
        votes, _ = network.ballot(hidden, mask)
        expected = votes, network.tagger(hidden, chars, piece_of_char)
    for given, wanted in zip(found, expected, strict=True):
        assert np.corrcoef(given.ravel(), wanted[0].numpy().ravel())[0, 1] > 0.99


def test_a_product_is_rounded_as_the_graph_rounds_it() -> None:
    """Weights in 127 steps either way by output, inputs in 255 over each window's own reach, nought among them."""
    layer = torch.nn.Linear(2, 2, bias=False)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[1.27, 0.014], [12.7, 5.06]]))
    windows = torch.tensor([[[2.55, 0.014]], [[25.5, 0.14]]])
    with rounded(layer), torch.no_grad():
        given = layer(windows)
    # 0.014 is 0.01 in steps of 0.01, 5.06 is 5.1 in steps of 0.1; 0.014 is 0.01, and 0.14 is 0.1, among the inputs.
    one = [2.55 * 1.27 + 0.01 * 0.01, 2.55 * 12.7 + 0.01 * 5.1]
    assert torch.allclose(given, torch.tensor([[one], [[10 * x for x in one]]]), atol=1e-4)


def test_rounding_lets_gradients_pass_and_leaves_the_weights(network: Any) -> None:
    weight = network.tagger.tag.weight
    before = weight.detach().clone()
    pieces, mask, chars, piece_of_char = batch().inputs
    with rounded(network):
        network.tagger(network.read(pieces, mask), chars, piece_of_char).square().sum().backward()
        assert float(network.tagger.tag.parametrizations.weight.original.grad.abs().sum()) > 0
    assert torch.equal(network.tagger.tag.weight, before)
    assert "tagger.tag.weight" in network.state_dict()
