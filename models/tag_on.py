"""The tagger goes on alone, above hidden states that stay: cheap, and neither categories nor vectors move.

Several taggers first, each from the same weights by other batches; then the network's own, taught by labelled texts and
by what the mean of those says of unlabelled ones (distillation into one: Hinton et al. 2015). They know the labelled
texts by heart, so what they agree on is best told of texts that nobody labelled.
"""

from __future__ import annotations

import copy
import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from models.batches import text_batch
from models.data import TaggedText
from models.fine_tune import tagged_windows
from models.losses import tag_loss, taught_tag_loss
from models.network import Network, Tagger
from models.rounding import rounded
from models.windows import OPENING, Window, WindowCutter

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TagRound:
    """Measured in LOG.md."""

    steps: int = 1600
    windows: int = 32
    rate: float = 2e-3
    #: How many times as often texts are drawn on whose entities two people agree.
    agreed: float = 4.0
    #: Taggers whose mean teaches the network's own, and unlabelled texts on which it does.
    teachers: int = 2
    taught: int = 5000


@dataclass(frozen=True, slots=True)
class _Rows:
    """Windows, their hidden states (pieces, width) in bfloat16, and how often each is drawn.

    tags: of each character, (characters,) int64; or probabilities of each tag, (characters, tags).
    """

    windows: list[Window]
    hidden: list[Tensor]
    tags: list[Tensor]
    often: list[float]


def tag_on(
    network: Network,
    cutter: WindowCutter,
    texts: Sequence[TaggedText],
    unlabelled: Sequence[str],
    round_: TagRound,
    rng: random.Random,
) -> None:
    """Train the tagger of `network` in place."""
    labelled = tagged_windows(cutter, texts)
    own = _Rows(
        windows=[window for window, _, _ in labelled],
        hidden=_read(network, cutter, [window for window, _, _ in labelled]),
        tags=[tags for _, tags, _ in labelled],
        often=[round_.agreed if agreed else 1.0 for _, _, agreed in labelled],
    )
    teachers = [copy.deepcopy(network.tagger) for _ in range(round_.teachers)]
    for teacher in teachers:
        _go_on(teacher, cutter, [own], round_, rng)
    taught = _taught(network, cutter, teachers, rng.sample(unlabelled, min(len(unlabelled), round_.taught)))
    _go_on(network.tagger, cutter, [own, taught] if taught.windows else [own], round_, rng)


def _go_on(tagger: Tagger, cutter: WindowCutter, kinds: Sequence[_Rows], round_: TagRound, rng: random.Random) -> None:
    """Train one tagger in place, a batch of each kind a step."""
    optimiser = torch.optim.AdamW(tagger.parameters(), round_.rate, weight_decay=0.01, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1.0, (step + 1) / 50) * (1 - step / round_.steps)
    )
    tagger.train()
    with rounded(tagger):
        for step in range(round_.steps):
            losses = []
            for rows in kinds:
                chosen = rng.choices(range(len(rows.windows)), rows.often, k=round_.windows)
                scores = _score(tagger, cutter, rows, chosen)
                if rows.tags[0].dim() == 1:
                    wanted = nn.utils.rnn.pad_sequence([rows.tags[i] for i in chosen], True, -100)
                    loss = tag_loss(scores, wanted.to(scores.device))
                else:
                    wanted = nn.utils.rnn.pad_sequence([rows.tags[i] for i in chosen], True)
                    loss = taught_tag_loss(scores, wanted.to(scores.device))
                loss.backward()
                losses.append(loss.item())
            nn.utils.clip_grad_norm_(tagger.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            optimiser.zero_grad()
            if step % 100 == 0:
                log.info("tags %d/%d %s", step, round_.steps, " ".join(f"{loss:.4f}" for loss in losses))
    tagger.eval()


def _score(tagger: Tagger, cutter: WindowCutter, rows: _Rows, chosen: Sequence[int]) -> Tensor:
    """Scores (windows, characters, tags) of the chosen rows, padded."""
    batch = text_batch(cutter, [[rows.windows[i]] for i in chosen], rows.hidden[0].device)
    _, _, chars, piece_of_char = batch.inputs
    read = nn.utils.rnn.pad_sequence([rows.hidden[i] for i in chosen], batch_first=True).float()
    with torch.autocast(read.device.type, torch.bfloat16):
        scores: Tensor = tagger(read, chars, piece_of_char)
    return scores


@torch.no_grad()
def _taught(network: Network, cutter: WindowCutter, teachers: Sequence[Tagger], texts: Sequence[str]) -> _Rows:
    """The beginnings of unlabelled texts with the mean of what the teachers say of them."""
    windows = [window for cut in cutter.cut(texts) for window in cut[:OPENING] if window.chars] if teachers else []
    rows = _Rows(windows, _read(network, cutter, windows), [], [1.0] * len(windows))
    for i, window in enumerate(windows):
        said = [torch.log_softmax(_score(teacher, cutter, rows, [i])[0].float(), -1) for teacher in teachers]
        rows.tags.append(torch.stack(said).mean(0).softmax(-1)[: len(window.chars)])
    return rows


@torch.no_grad()
def _read(network: Network, cutter: WindowCutter, windows: Sequence[Window]) -> list[Tensor]:
    """Hidden states (pieces, width) of each window, bfloat16."""
    network.eval()
    device = next(network.parameters()).device
    found: dict[int, Tensor] = {}
    order = sorted(range(len(windows)), key=lambda i: len(windows[i].pieces))
    for at in range(0, len(order), 32):
        chosen = order[at : at + 32]
        pieces, mask, *_ = text_batch(cutter, [[windows[i]] for i in chosen], device).inputs
        with torch.autocast(device.type, torch.bfloat16):
            read = network.read(pieces, mask).bfloat16()
        found.update((i, read[k, : len(windows[i].pieces)].clone()) for k, i in enumerate(chosen))
    return [found[i] for i in range(len(windows))]
