"""The tagger goes on alone, above hidden states that stay: cheap, and neither categories nor vectors move."""

from __future__ import annotations

import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from models.batches import text_batch
from models.data import TaggedText
from models.fine_tune import tagged_windows
from models.losses import tag_loss
from models.network import Network
from models.rounding import rounded
from models.windows import Window, WindowCutter

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TagRound:
    """Measured in LOG.md."""

    steps: int = 1600
    windows: int = 32
    rate: float = 2e-3
    #: How many times as often texts are drawn on whose entities two people agree.
    agreed: float = 4.0


def tag_on(
    network: Network, cutter: WindowCutter, texts: Sequence[TaggedText], round_: TagRound, rng: random.Random
) -> None:
    """Train the tagger of `network` in place."""
    rows = tagged_windows(cutter, texts)
    often = [round_.agreed if agreed else 1.0 for _, _, agreed in rows]
    hidden = _read(network, cutter, [window for window, _, _ in rows])
    optimiser = torch.optim.AdamW(network.tagger.parameters(), round_.rate, weight_decay=0.01, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1.0, (step + 1) / 50) * (1 - step / round_.steps)
    )
    network.tagger.train()
    with rounded(network.tagger):
        for step in range(round_.steps):
            chosen = rng.choices(range(len(rows)), often, k=round_.windows)
            batch = text_batch(cutter, [[rows[i][0]] for i in chosen], hidden[0].device)
            _, _, chars, piece_of_char = batch.inputs
            read = nn.utils.rnn.pad_sequence([hidden[i] for i in chosen], batch_first=True).float()
            with torch.autocast(read.device.type, torch.bfloat16):
                scores = network.tagger(read, chars, piece_of_char)
            tags = nn.utils.rnn.pad_sequence([rows[i][1] for i in chosen], True, -100).to(read.device)
            loss = tag_loss(scores, tags)
            loss.backward()
            nn.utils.clip_grad_norm_(network.tagger.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            optimiser.zero_grad()
            if step % 100 == 0:
                log.info("tags %d/%d %.4f", step, round_.steps, loss.item())
    network.tagger.eval()


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
