"""One round of training: all heads together, a batch of each kind of text a step."""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from corpora import Example, default_taxonomy
from models.batches import TextBatch, endless, text_batch
from models.data import TAGS, Pair, TaggedText, TrainingData
from models.losses import category_loss, contrastive_loss, department_loss, tag_loss, targets, taught_loss
from models.network import Network, text_logits, text_vectors
from models.windows import OPENING, Window, WindowCutter

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Round:
    """What a round of training does; measured in LOG.md."""

    steps: int = 1200
    #: Of each step: texts with categories, texts of departments, windows with entities, pairs.
    examples: int = 24
    departments: int = 4
    tagged: int = 20
    pairs: int = 6
    #: Texts of each step on which a network learns to answer as its teacher.
    taught: int = 0
    #: Weight of what only tells departments apart.
    department: float = 0.5
    trunk_rate: float = 1e-4
    vote_rate: float = 2e-4
    tagger_rate: float = 1e-3
    decay: float = 0.01


def fine_tune(
    network: Network,
    cutter: WindowCutter,
    data: TrainingData,
    round_: Round,
    rng: random.Random,
    unfinished: Path,
    *,
    teacher: Network | None = None,
) -> None:
    """Train `network` in place; its weights go to `unfinished` now and then.

    With a teacher, the vectors and, on unlabelled texts, the categories are to stay the teacher's.
    """
    feed = _Feed(network, cutter, data, round_, rng, teacher)
    groups = [
        {"params": network.trunk.parameters(), "lr": round_.trunk_rate},
        {"params": network.ballot.parameters(), "lr": round_.vote_rate},
        {"params": network.tagger.parameters(), "lr": round_.tagger_rate},
    ]
    optimiser = torch.optim.AdamW(groups, weight_decay=round_.decay, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1.0, (step + 1) / 100, 2 * (1 - step / round_.steps))
    )
    network.train()
    for step in range(round_.steps):
        losses = {}
        for name, loss in feed.losses():
            loss.backward()
            losses[name] = loss.item()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad()
        if step % 25 == 0:
            told = " ".join(f"{name} {loss:.4f}" for name, loss in losses.items())
            log.info("step %d/%d %s", step, round_.steps, told)
        if step % 200 == 199:
            torch.save(network.state_dict(), unfinished)
    network.eval()


class _Feed:
    """Endless batches of each kind, and the loss of each."""

    def __init__(
        self,
        network: Network,
        cutter: WindowCutter,
        data: TrainingData,
        round_: Round,
        rng: random.Random,
        teacher: Network | None,
    ) -> None:
        self._network, self._cutter, self._round, self._teacher = network, cutter, round_, teacher
        self._device = next(network.parameters()).device
        self._ids = {category: i for i, category in enumerate(default_taxonomy().ids)}
        self._services = sorted({e.primary for e in data.departments})
        self._examples = self._texts(data.examples, round_.examples, rng)
        self._departments = self._texts(data.departments, round_.departments, rng)
        self._tagged = tagged_windows(cutter, data.tagged)
        self._tagged_order = endless([len(w.pieces) for w, *_ in self._tagged], round_.tagged, rng)
        self._pairs = _pair_batches(data.pairs, round_.pairs, rng)
        self._unlabelled = self._texts([Example(t, "other", ()) for t in data.unlabelled], round_.taught, rng)

    def losses(self) -> Iterator[tuple[str, Tensor]]:
        """A loss at a time, so that only one graph is held."""
        yield "category", self._category()
        yield "department", self._department()
        yield "tag", self._tag()
        if self._teacher is None:
            yield "contrast", self._contrast()
        else:
            yield "taught", self._taught(self._teacher)

    def _texts(
        self, examples: Sequence[Example], size: int, rng: random.Random
    ) -> Iterator[tuple[list[Example], TextBatch]]:
        cut = [w[:OPENING] for w in self._cutter.cut([e.text for e in examples])]
        for chosen in endless([sum(len(x.pieces) for x in w) for w in cut], size, rng):
            yield [examples[i] for i in chosen], text_batch(self._cutter, [cut[i] for i in chosen], self._device)

    def _category(self) -> Tensor:
        examples, batch = next(self._examples)
        logits, _ = _answers(self._network, batch)
        primary, labels = (t.to(self._device) for t in targets(examples, self._ids))
        return category_loss(logits, primary, labels)

    def _department(self) -> Tensor:
        examples, batch = next(self._departments)
        logits, _ = _answers(self._network, batch)
        right = torch.tensor([self._services.index(e.primary) for e in examples], device=self._device)
        among = torch.tensor([self._ids[s] for s in self._services], device=self._device)
        return self._round.department * department_loss(logits, right, among)

    def _tag(self) -> Tensor:
        rows = [self._tagged[i] for i in next(self._tagged_order)]
        batch = text_batch(self._cutter, [[window] for window, *_ in rows], self._device)
        pieces, mask, chars, piece_of_char = batch.inputs
        with torch.autocast(self._device.type, torch.bfloat16):
            scores = self._network.tagger(self._network.read(pieces, mask), chars, piece_of_char)
        return tag_loss(scores, nn.utils.rnn.pad_sequence([t for _, t, _ in rows], True, -100).to(self._device))

    def _contrast(self) -> Tensor:
        pairs = next(self._pairs)
        unlike = [p.unlike for p in pairs if p.unlike]
        texts = [*(p.first for p in pairs), *(p.second for p in pairs), *unlike]
        batch = text_batch(self._cutter, [w[:1] for w in self._cutter.cut(texts)], self._device)
        pieces, mask, *_ = batch.inputs
        with torch.autocast(self._device.type, torch.bfloat16):
            hidden = self._network.read(pieces, mask)
        vectors = text_vectors(hidden, mask, batch.owner, batch.texts)
        n = len(pairs)
        return contrastive_loss(vectors[:n], vectors[n : 2 * n], vectors[2 * n :])

    def _taught(self, teacher: Network) -> Tensor:
        _, batch = next(self._unlabelled)
        with torch.no_grad():
            wanted, vectors = _answers(teacher, batch)
        logits, own = _answers(self._network, batch)
        return taught_loss(logits, wanted) + 5 * (1 - (own * vectors).sum(-1)).mean()


def _answers(network: Network, batch: TextBatch) -> tuple[Tensor, Tensor]:
    """Logits and vectors."""
    pieces, mask, *_ = batch.inputs
    with torch.autocast(batch.owner.device.type, torch.bfloat16):
        hidden = network.read(pieces, mask)
        votes, weights = network.ballot(hidden, mask)
    logits = text_logits(votes, weights, batch.owner, batch.texts)
    return logits, text_vectors(hidden, mask, batch.owner, batch.texts)


def tagged_windows(cutter: WindowCutter, texts: Sequence[TaggedText]) -> list[tuple[Window, Tensor, bool]]:
    """Each window with the tag of each of its characters, (characters,) int64, and whether its text is `agreed`."""
    index = {tag: i for i, tag in enumerate(TAGS)}
    rows = []
    for text, windows in zip(texts, cutter.cut([t.text for t in texts]), strict=True):
        tags = torch.zeros(len(text.text), dtype=torch.int64)
        for span in text.spans:
            tags[span.start : span.end] = index[f"I-{span.type}"]
            tags[span.start] = index[f"B-{span.type}"]
        rows += [(w, tags[w.start : w.start + len(w.chars)], text.agreed) for w in windows if w.chars]
    return rows


def _pair_batches(pairs: Sequence[Pair], size: int, rng: random.Random) -> Iterator[list[Pair]]:
    """Half of each batch from judged pairs (those that know something unlike), half from titles."""
    judged = [p for p in pairs if p.unlike] or list(pairs)
    others = [p for p in pairs if not p.unlike] or list(pairs)
    while True:
        yield rng.sample(judged, min(len(judged), size // 2)) + rng.sample(others, min(len(others), size - size // 2))
