"""Batches for training: texts of like length together, windows beside the texts that own them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from models.windows import Window, WindowCutter

#: Batches among which texts are sorted by length.
_SORTED = 40


@dataclass(frozen=True, slots=True)
class TextBatch:
    """Windows of several texts as tensors; `owner` (windows,) tells the text of each window."""

    inputs: tuple[Tensor, Tensor, Tensor, Tensor]
    owner: Tensor
    texts: int


def text_batch(cutter: WindowCutter, cut: Sequence[Sequence[Window]], device: torch.device) -> TextBatch:
    """Pad the windows of texts that were cut already."""
    windows = [window for text in cut for window in text]
    padded = cutter.pad_batch(windows)
    arrays = (padded.pieces, padded.mask, padded.chars, padded.piece_of_char)
    a, b, c, d = (torch.from_numpy(array).to(device) for array in arrays)
    owner = torch.tensor([i for i, text in enumerate(cut) for _ in text], device=device)
    return TextBatch((a, b, c, d), owner, len(cut))


def endless(lengths: Sequence[int], size: int, rng: random.Random) -> Iterator[list[int]]:
    """Indices of batches for ever: shuffled anew each round, sorted by length among neighbours to save padding."""
    order = list(range(len(lengths)))
    while True:
        rng.shuffle(order)
        batches = []
        for start in range(0, len(order), size * _SORTED):
            near = sorted(order[start : start + size * _SORTED], key=lengths.__getitem__)
            batches += [near[k : k + size] for k in range(0, len(near), size)]
        rng.shuffle(batches)
        yield from batches
