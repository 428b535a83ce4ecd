"""A small network with weights that say something, for tests that have torch."""

from __future__ import annotations

from typing import Any


def small_network(*, units: int, deviation: float) -> Any:
    """Of two layers, 4 heads of 16 and so many feed-forward units; 50 pieces, 30 characters, 3 labels, 5 tags."""
    import torch
    import transformers

    from models.network import Network

    torch.manual_seed(1)
    shape = {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": units}
    trunk = transformers.BertModel(transformers.BertConfig(vocab_size=50, **shape), add_pooling_layer=False)
    network = Network(trunk, labels=3, tags=5, characters=30).eval()
    for name, parameter in network.named_parameters():
        if "LayerNorm" not in name:
            torch.nn.init.normal_(parameter, std=deviation)
    return network
