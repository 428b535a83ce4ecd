"""A tagger that goes on alone learns its texts, and leaves all below it as it was."""

from __future__ import annotations

import random

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from corpora import Span

reason = "needs the train extra: pip install 'minqing[train]'"
torch = pytest.importorskip("torch", reason=reason)
transformers = pytest.importorskip("transformers", reason=reason)

from models.batches import text_batch  # noqa: E402
from models.data import TAGS, TaggedText  # noqa: E402
from models.decode import bio_spans  # noqa: E402
from models.network import Network  # noqa: E402
from models.tag_on import TagRound, tag_on  # noqa: E402
from models.windows import WindowCutter  # noqa: E402

PEOPLE = "张王李赵"
CHARACTERS = f"{PEOPLE}某说路坏了。"


@pytest.mark.parametrize("teachers", [0, 2])
def test_the_tagger_learns_and_all_else_stays(teachers: int) -> None:
    torch.manual_seed(1)
    pieces = {piece: i for i, piece in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *CHARACTERS])}
    tokenizer = Tokenizer(models.WordPiece(pieces, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    cutter = WindowCutter(tokenizer, CHARACTERS)
    shape = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    trunk = transformers.BertModel(transformers.BertConfig(vocab_size=len(pieces), **shape), add_pooling_layer=False)
    network = Network(trunk, labels=3, tags=len(TAGS), characters=cutter.characters)
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}

    texts = [TaggedText(f"{name}某说路坏了。", (Span("person", 0, 2),), agreed=True) for name in PEOPLE[:3]]
    unlabelled = [f"{name}某说路坏了。" for name in PEOPLE]
    round_ = TagRound(steps=60, windows=3, rate=1e-2, teachers=teachers, taught=4)
    tag_on(network, cutter, texts, unlabelled, round_, random.Random(1))

    after = network.state_dict()
    moved = {name for name in before if not torch.equal(before[name], after[name])}
    assert moved
    assert all(name.startswith("tagger.") for name in moved)
    (windows,) = cutter.cut(["赵某说路坏了。"])
    read, mask, chars, piece_of_char = text_batch(cutter, [windows], torch.device("cpu")).inputs
    with torch.no_grad():
        scores = network.tagger(network.read(read, mask), chars, piece_of_char)[0].numpy()
    assert bio_spans("赵某说路坏了。", scores, TAGS) == [Span("person", 0, 2)]
