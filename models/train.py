"""Train the encoder, from public weights to an artefact: reads top to bottom.

halve the trunk → start the heads from linear probes → fine-tune all heads together → calibrate on held-out texts →
export → measure → card. Seeded; a checkpoint after each stage lets a broken run go on where it stopped.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertModel

from corpora import default_taxonomy
from models.artefact import ArtefactError
from models.backbone import ORIGIN, load_backbone
from models.batches import TextBatch, endless, text_batch
from models.data import TAGS, Pair, TaggedText, TrainingData, read_training_data
from models.distil import halve
from models.losses import category_loss, contrastive_loss, department_loss, tag_loss, targets
from models.network import Network, text_logits, text_vectors
from models.pretrained import load_folder
from models.probe import start_heads
from models.windows import Window, WindowCutter

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that was chosen; measured in LOG.md."""

    seed: int = 1
    halving_steps: int = 450
    halving_batch: int = 32
    steps: int = 2100
    #: Texts that the heads' first weights are probed on.
    probed: int = 6000
    #: Of each step: texts with categories, texts of departments, windows with entities, pairs.
    examples: int = 24
    departments: int = 8
    tagged: int = 20
    pairs: int = 6
    #: Weight of the lower storey's answers beside the upper's.
    early: float = 0.7
    #: Weight of what only tells departments apart.
    department: float = 0.5
    trunk_rate: float = 1e-4
    vote_rate: float = 2e-4
    tagger_rate: float = 1e-3
    decay: float = 0.01
    #: Windows of a text that are trained on; running reads all.
    windows: int = 2


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
    start_heads(network, cutter, probed, [w[: recipe.windows] for w in cutter.cut([e.text for e in probed])])
    final = work / "network.pt"
    if final.exists():
        network.load_state_dict(torch.load(final, map_location=device))
    else:
        _fine_tune(network, cutter, data, recipe, rng, work)
        torch.save(network.state_dict(), final)
    return network, cutter, data


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


def _fine_tune(
    network: Network, cutter: WindowCutter, data: TrainingData, recipe: Recipe, rng: random.Random, work: Path
) -> None:
    device = next(network.parameters()).device
    index = {category: i for i, category in enumerate(default_taxonomy().ids)}
    groups = [
        {"params": [*network.lower.parameters(), *network.upper.parameters()], "lr": recipe.trunk_rate},
        {"params": [*network.early.parameters(), *network.late.parameters()], "lr": recipe.vote_rate},
        {"params": network.tagger.parameters(), "lr": recipe.tagger_rate},
    ]
    optimiser = torch.optim.AdamW(groups, weight_decay=recipe.decay, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1.0, (step + 1) / 100, 2 * (1 - step / recipe.steps))
    )
    cut = [w[: recipe.windows] for w in cutter.cut([e.text for e in data.examples])]
    example_order = endless([sum(len(x.pieces) for x in w) for w in cut], recipe.examples, rng)
    departments = [w[: recipe.windows] for w in cutter.cut([e.text for e in data.departments])]
    services = sorted({e.primary for e in data.departments})
    department_order = endless([sum(len(x.pieces) for x in w) for w in departments], recipe.departments, rng)
    tagged = _tagged_windows(cutter, data.tagged)
    tagged_order = endless([len(w.pieces) for w, _ in tagged], recipe.tagged, rng)
    pair_order = _pair_batches(data.pairs, recipe.pairs, rng)
    network.train()
    for step in range(recipe.steps):
        chosen = next(example_order)
        early, late = _logits(network, text_batch(cutter, [cut[i] for i in chosen], device))
        primary, labels = (t.to(device) for t in targets([data.examples[i] for i in chosen], index))
        category = category_loss(late, primary, labels)
        (category + recipe.early * category_loss(early, primary, labels)).backward()

        chosen = next(department_order)
        early, late = _logits(network, text_batch(cutter, [departments[i] for i in chosen], device))
        right = torch.tensor([services.index(data.departments[i].primary) for i in chosen], device=device)
        among = torch.tensor([index[s] for s in services], device=device)
        department = department_loss(late, right, among)
        (recipe.department * (department + recipe.early * department_loss(early, right, among))).backward()

        rows = [tagged[i] for i in next(tagged_order)]
        tag = _tagging(network, text_batch(cutter, [[w] for w, _ in rows], device), [t for _, t in rows])
        tag.backward()

        contrast = _contrast(network, cutter, next(pair_order), device)
        contrast.backward()

        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad()
        if step % 25 == 0:
            losses = (category.item(), department.item(), tag.item(), contrast.item())
            log.info("step %d/%d category %.3f department %.3f tag %.4f contrast %.3f", step, recipe.steps, *losses)
        if step % 200 == 199:
            torch.save(network.state_dict(), work / "unfinished.pt")
    network.eval()


def _logits(network: Network, batch: TextBatch) -> tuple[Tensor, Tensor]:
    """Of the lower storey's ballot and of the upper's."""
    pieces, mask, *_ = batch.inputs
    with torch.autocast(batch.owner.device.type, torch.bfloat16):
        low = network.read(pieces, mask)
        ballots = network.early(low, mask), network.late(network.read_on(low, mask), mask)
    early, late = (text_logits(votes, weights, batch.owner, batch.texts) for votes, weights in ballots)
    return early, late


def _tagging(network: Network, batch: TextBatch, tags: Sequence[Tensor]) -> Tensor:
    pieces, mask, chars, piece_of_char = batch.inputs
    with torch.autocast(batch.owner.device.type, torch.bfloat16):
        scores = network.tagger(network.read(pieces, mask), chars, piece_of_char)
    return tag_loss(scores, nn.utils.rnn.pad_sequence(list(tags), True, -100).to(batch.owner.device))


def _contrast(network: Network, cutter: WindowCutter, pairs: Sequence[Pair], device: torch.device) -> Tensor:
    unlike = [p.unlike for p in pairs if p.unlike]
    texts = [*(p.first for p in pairs), *(p.second for p in pairs), *unlike]
    batch = text_batch(cutter, [w[:1] for w in cutter.cut(texts)], device)
    pieces, mask, *_ = batch.inputs
    with torch.autocast(device.type, torch.bfloat16):
        low = network.read(pieces, mask)
    vectors = text_vectors(low, mask, batch.owner, batch.texts)
    n = len(pairs)
    return contrastive_loss(vectors[:n], vectors[n : 2 * n], vectors[2 * n :])


def _tagged_windows(cutter: WindowCutter, texts: Sequence[TaggedText]) -> list[tuple[Window, Tensor]]:
    """Each window with the tag of each of its characters, (characters,) int64."""
    index = {tag: i for i, tag in enumerate(TAGS)}
    rows = []
    for text, windows in zip(texts, cutter.cut([t.text for t in texts]), strict=True):
        tags = torch.zeros(len(text.text), dtype=torch.int64)
        for span in text.spans:
            tags[span.start : span.end] = index[f"I-{span.type}"]
            tags[span.start] = index[f"B-{span.type}"]
        rows += [(w, tags[w.start : w.start + len(w.chars)]) for w in windows if w.chars]
    return rows


def _pair_batches(pairs: Sequence[Pair], size: int, rng: random.Random) -> Iterator[list[Pair]]:
    """Half of each batch from judged pairs (those that know something unlike), half from titles."""
    judged = [p for p in pairs if p.unlike] or list(pairs)
    others = [p for p in pairs if not p.unlike] or list(pairs)
    while True:
        yield rng.sample(judged, min(len(judged), size // 2)) + rng.sample(others, min(len(others), size - size // 2))
