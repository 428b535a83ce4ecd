"""Weights that training may start from instead of the default: a BERT's folder as sentence-transformers writes it.

Read are `config.json`, `model.safetensors` and `tokenizer.json`, of the first module where `modules.json` names some.
How the folder pools does not matter: vectors here are means, and training sees to the rest. No pickle is ever loaded.
"""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

from models.artefact import ArtefactError
from models.windows import WINDOW

_CONVERT = "convert it: SentenceTransformer(FOLDER).save(FOLDER, safe_serialization=True)"


def load_folder(folder: Path) -> tuple[BertModel, Tokenizer, str]:
    """The encoder, its tokeniser without truncation and padding, and a line that tells its weights from others.

    Raises ArtefactError where a file is missing, or the encoder is none that the exported graphs can say: a BERT with
    an even number of layers, four at least, exact GELU, and positions for a window.
    """
    place = _first_module(folder)
    weights = _existing(place, "model.safetensors").read_bytes()
    config = _config(_existing(place, "config.json"))
    tokenizer = Tokenizer.from_file(str(_existing(place, "tokenizer.json")))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    if tokenizer.get_vocab_size() > config.vocab_size:
        raise ArtefactError(
            f"{place}: the tokeniser has {tokenizer.get_vocab_size()} pieces and the encoder {config.vocab_size}; "
            "put the tokenizer.json that belongs to the weights"
        )
    model = BertModel(config, add_pooling_layer=False).float()
    state = {name.removeprefix("bert."): tensor.to(torch.float32) for name, tensor in load(weights).items()}
    needed = {name: state.get(name) for name in model.state_dict()}
    lacking = [name for name, tensor in needed.items() if tensor is None]
    if lacking:
        raise ArtefactError(
            f"{place / 'model.safetensors'} lacks {lacking[0]} and {len(lacking) - 1} more; save it anew"
        )
    try:
        model.load_state_dict(needed)
    except RuntimeError as error:
        raise ArtefactError(f"{place}: weights and config.json do not go together: {error}") from error
    return model, tokenizer, f"the encoder `{folder.resolve().name}`, weights of sha256 {sha256(weights).hexdigest()}"


def _first_module(folder: Path) -> Path:
    modules = folder / "modules.json"
    if modules.is_file():
        return folder / str(json.loads(modules.read_text("utf-8"))[0]["path"])
    return folder


def _existing(place: Path, name: str) -> Path:
    if (place / name).is_file():
        return place / name
    if name == "model.safetensors" and (place / "pytorch_model.bin").is_file():
        raise ArtefactError(f"{place} has pytorch_model.bin, a pickle, which is never loaded; {_CONVERT}")
    raise ArtefactError(f"{place / name} is missing; give a BERT's folder as sentence-transformers writes it")


def _config(path: Path) -> BertConfig:
    fields: dict[str, Any] = json.loads(path.read_text("utf-8"))
    layers, positions = fields.get("num_hidden_layers", 12), fields.get("max_position_embeddings", 512)
    wants = {
        "model_type": ("bert", fields.get("model_type")),
        "hidden_act": ("gelu", fields.get("hidden_act", "gelu")),
        "is_decoder": (False, fields.get("is_decoder", False)),
        "position_embedding_type": ("absolute", fields.get("position_embedding_type", "absolute")),
    }
    for name, (wanted, seen) in wants.items():
        if seen != wanted:
            raise ArtefactError(f"{path}: {name} is {seen!r}, only {wanted!r} is supported; give another encoder")
    if layers < 4 or layers % 2:
        raise ArtefactError(f"{path}: {layers} layers, an even number from 4 on is supported; give another encoder")
    if positions < WINDOW:
        raise ArtefactError(f"{path}: {positions} positions, a window takes {WINDOW}; give another encoder")
    # As for the default: dropout and fused attention each slow a step on a CPU by a third.
    own = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    return BertConfig.from_dict(fields | own, attn_implementation="eager")
