"""Train the encoder, from public weights to an artefact: reads top to bottom.

halve the trunk → start the heads from linear probes → fine-tune all heads together → slim the layers → fine-tune again,
with the rounding of the int8 graphs and the whole as a teacher → go on with the tagger alone → calibrate on held-out
texts → export → measure → card. Seeded; a checkpoint after each stage lets a broken run go on where it stopped.
"""

from __future__ import annotations

import copy
import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import nn
from transformers import BertModel

from corpora import default_taxonomy
from models.artefact import ArtefactError
from models.backbone import ORIGIN, load_backbone
from models.batches import endless, text_batch
from models.data import TAGS, TrainingData, read_training_data
from models.distil import halve
from models.fine_tune import Round, fine_tune
from models.network import Network
from models.pretrained import load_folder
from models.probe import start_heads
from models.rounding import rounded
from models.slim import slim
from models.tag_on import TagRound, tag_on
from models.windows import OPENING, WindowCutter

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that was chosen; measured in LOG.md."""

    seed: int = 1
    halving_steps: int = 300
    halving_batch: int = 32
    #: Texts that the heads' first weights are probed on.
    probed: int = 6000
    whole: Round = field(default_factory=Round)
    #: Texts on which layers are slimmed.
    looked_at: int = 256
    slimmed: Round = field(default_factory=lambda: Round(steps=1500, tagged=24, taught=8))
    tags: TagRound = field(default_factory=TagRound)


#: In the folder of checkpoints: which weights they began from.
BEGUN_FROM = "begun-from.txt"


def train_network(
    folder: Path, work: Path, recipe: Recipe, *, encoder: Path | None = None
) -> tuple[Network, WindowCutter, TrainingData]:
    """Train on the data under `folder`; checkpoints go to `work`.

    `encoder` is a folder to start from instead of the default, see `load_folder`; ArtefactError where it cannot be, or
    where `work` began from other weights.
    """
    torch.manual_seed(recipe.seed)
    rng = random.Random(recipe.seed)
    whole, tokenizer, origin = load_folder(encoder) if encoder else (*load_backbone(), ORIGIN)
    _begin(work, origin)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    data = read_training_data(folder, seed=recipe.seed)
    log.info(
        "%d examples, %d held out, %d by department, %d tagged, %d pairs, %d unlabelled",
        len(set(data.examples)),
        len(data.held_out),
        len(data.departments),
        len(data.tagged),
        len(data.pairs),
        len(data.unlabelled),
    )
    (work / "tokenizer.json").write_text(tokenizer.to_str(), "utf-8")
    (work / "characters.txt").write_text(_characters(data) + "\n", "utf-8")
    cutter = WindowCutter.load(work)
    trunk = _halved(whole.to(device), tokenizer, cutter.pad, data.unlabelled, work / "trunk.pt", recipe, rng)

    network = Network(trunk, labels=len(default_taxonomy().ids), tags=len(TAGS), characters=cutter.characters)
    network.to(device)
    distinct = list(dict.fromkeys(data.examples))
    probed = rng.sample(distinct, min(recipe.probed, len(distinct)))
    start_heads(network, cutter, probed, [w[:OPENING] for w in cutter.cut([e.text for e in probed])])
    whole = work / "whole.pt"
    if whole.exists():
        network.load_state_dict(torch.load(whole, map_location=device))
    else:
        fine_tune(network, cutter, data, recipe.whole, rng, work / "unfinished.pt")
        torch.save(network.state_dict(), whole)
    return _slimmed(network, cutter, data, recipe, rng, work), cutter, data


def _begin(work: Path, origin: str) -> None:
    work.mkdir(parents=True, exist_ok=True)
    mark = work / BEGUN_FROM
    if mark.exists() and mark.read_text("utf-8") != origin:
        raise ArtefactError(f"{work} began from {mark.read_text('utf-8')}, not from {origin}; give another --work")
    mark.write_text(origin, "utf-8")


def _characters(data: TrainingData) -> str:
    counts: dict[str, int] = {}
    for text in (*data.unlabelled, *(e.text for e in data.examples)):
        for c in text:
            counts[c] = counts.get(c, 0) + 1
    known = sorted(
        (c for c, n in counts.items() if n > 2 and c.isprintable() and not c.isspace()), key=lambda c: -counts[c]
    )
    return "".join(known[:4800])


def _halved(
    whole: BertModel,
    tokenizer: Tokenizer,
    pad: int,
    texts: Sequence[str],
    saved: Path,
    recipe: Recipe,
    rng: random.Random,
) -> BertModel:
    encodings = tokenizer.encode_batch(list(texts))
    ids = [e.ids[:128] for e in encodings]
    order = endless([len(i) for i in ids], recipe.halving_batch, rng)
    batches = []
    for _ in range(0 if saved.exists() else recipe.halving_steps):
        rows = [torch.tensor(ids[i]) for i in next(order)]
        padded = nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=pad)
        batches.append(padded.to(whole.device))
    trunk = halve(whole, batches, pad=pad)
    if saved.exists():
        trunk.load_state_dict(torch.load(saved, map_location=whole.device))
    else:
        torch.save(trunk.state_dict(), saved)
    return trunk


def _slimmed(
    whole: Network, cutter: WindowCutter, data: TrainingData, recipe: Recipe, rng: random.Random, work: Path
) -> Network:
    device = next(whole.parameters()).device
    network = copy.deepcopy(whole)
    seen = [w[:OPENING] for w in cutter.cut(data.unlabelled[:: max(1, len(data.unlabelled) // recipe.looked_at)])]
    seen.sort(key=lambda windows: sum(len(w.pieces) for w in windows))
    slim(network, (text_batch(cutter, seen[k : k + 16], device) for k in range(0, len(seen), 16)))
    final = work / "network.pt"
    if final.exists():
        network.load_state_dict(torch.load(final, map_location=device))
        network.eval()
        return network
    whole.eval().requires_grad_(False)
    with rounded(network):
        fine_tune(network, cutter, data, recipe.slimmed, rng, work / "unfinished.pt", teacher=whole)
    tag_on(network, cutter, data.tagged, data.unlabelled, recipe.tags, rng)
    torch.save(network.state_dict(), final)
    return network
