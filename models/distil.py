"""Halve the encoder: every second layer is kept, and the rest learns to answer as the whole did.

Hidden states of the last layer, of the middle, and their mean over a text are matched on unlabelled reports
(layer choice and losses after TinyBERT, Jiao et al. 2020).
"""

from __future__ import annotations

import copy
import logging
import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from transformers import BertModel

log = logging.getLogger(__name__)

RATE = 3e-4


def halve(whole: BertModel, batches: Sequence[Tensor], *, pad: int) -> BertModel:
    """A model of every second layer of `whole`, the last among them, taught on `batches` of piece ids (texts, pieces).

    `whole` has an even number of layers, four at least.
    """
    kept = list(range(1, whole.config.num_hidden_layers, 2))
    half = copy.deepcopy(whole)
    half.encoder.layer = nn.ModuleList([half.encoder.layer[i] for i in kept])
    half.config.num_hidden_layers = len(kept)
    half.embeddings.requires_grad_(False)
    whole.eval()
    middle = len(kept) // 2
    learned = [p for p in half.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(learned, RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _warm_cosine(step, len(batches)))
    scale: Tensor | None = None
    for step, pieces in enumerate(batches):
        mask = (pieces != pad).long()
        with torch.autocast(pieces.device.type, torch.bfloat16):
            with torch.no_grad():
                taught = whole(input_ids=pieces, attention_mask=mask, output_hidden_states=True).hidden_states
            learnt = half(input_ids=pieces, attention_mask=mask, output_hidden_states=True).hidden_states
        real = mask.bool()
        if scale is None:
            scale = taught[-1][real].float().std(0).clamp_min(1e-3)
        last = ((learnt[-1] - taught[-1]).float() / scale)[real].square().mean()
        target = taught[kept[middle - 1] + 1].float()
        inner = (learnt[middle].float() - target)[real].square().mean() / target[real].var(0).mean()
        means = ((_mean(learnt[-1], mask) - _mean(taught[-1], mask)) / scale).square().mean()
        loss = last + 0.3 * inner + 4 * means
        loss.backward()
        nn.utils.clip_grad_norm_(learned, 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad()
        if step % 50 == 0:
            log.info("halve %d/%d last %.3f inner %.3f means %.4f", step, len(batches), last, inner, means)
    half.embeddings.requires_grad_(True)
    return half


def _mean(hidden: Tensor, mask: Tensor) -> Tensor:
    real = mask.unsqueeze(-1).float()
    return (hidden.float() * real).sum(1) / real.sum(1)


def _warm_cosine(step: int, steps: int) -> float:
    return min(1.0, (step + 1) / 50) * 0.5 * (1 + math.cos(math.pi * min(1.0, step / max(1, steps))))
