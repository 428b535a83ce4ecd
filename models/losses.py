"""What training minimises, a function a head."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from corpora import Example

#: Share of the primary's target that goes to categories another annotator might have chosen.
_SHARED_SURE, _SHARED_UNSURE = 0.1, 0.3
#: Temperature of the contrastive loss.
_SHARP = 0.05


def targets(examples: Sequence[Example], index: dict[str, int]) -> tuple[Tensor, Tensor]:
    """Targets (texts, ids) of the primary, adding up to 1, and of the labels, each 0 or 1."""
    primary = torch.zeros(len(examples), len(index))
    labels = torch.zeros(len(examples), len(index))
    for row, example in enumerate(examples):
        others = [index[i] for i in example.acceptable if i in index and i != example.primary]
        shared = (_SHARED_SURE if example.sure else _SHARED_UNSURE) if others else 0.0
        for other in others:
            primary[row, other] = shared / len(others)
        primary[row, index[example.primary]] = 1 - shared
        for label in (example.primary, *example.labels):
            labels[row, index[label]] = 1
    return primary, labels


def category_loss(logits: Tensor, primary: Tensor, labels: Tensor) -> Tensor:
    """Soft cross-entropy of the primary, and binary cross-entropy of the labels, summed over ids."""
    half = logits.shape[-1] // 2
    chosen = -(primary * torch.log_softmax(logits[:, :half], -1)).sum(-1).mean()
    applies = nn.functional.binary_cross_entropy_with_logits(logits[:, half:], labels, reduction="sum")
    return chosen + 0.3 * applies / len(logits)


def taught_loss(logits: Tensor, wanted: Tensor) -> Tensor:
    """How far logits (texts, 2 × ids) are from a teacher's: of the primary, and of the labels summed over ids."""
    half = logits.shape[-1] // 2
    chosen = -(wanted[:, :half].softmax(-1) * torch.log_softmax(logits[:, :half], -1)).sum(-1).mean()
    labels = wanted[:, half:].sigmoid()
    applies = nn.functional.binary_cross_entropy_with_logits(logits[:, half:], labels, reduction="sum")
    return chosen + 0.3 * applies / len(logits)


def department_loss(logits: Tensor, right: Tensor, among: Tensor) -> Tensor:
    """Cross-entropy of either head within the ids `among`; right (texts,) are positions in `among`.

    Says nothing of how likely the rest of the taxonomy is.
    """
    half = logits.shape[-1] // 2
    primary = nn.functional.cross_entropy(logits[:, among], right)
    return primary + 0.5 * nn.functional.cross_entropy(logits[:, half + among], right)


def tag_loss(scores: Tensor, tags: Tensor) -> Tensor:
    """Cross-entropy over characters; scores (windows, characters, tags), tags (windows, characters), -100 pads."""
    return nn.functional.cross_entropy(scores.flatten(0, 1).float(), tags.flatten(), ignore_index=-100)


def taught_tag_loss(scores: Tensor, wanted: Tensor) -> Tensor:
    """Cross-entropy with the probabilities wanted, both (windows, characters, tags); those of padding are all 0."""
    return -(wanted * torch.log_softmax(scores.float(), -1)).sum() / wanted.sum()


def contrastive_loss(first: Tensor, second: Tensor, unlike: Tensor) -> Tensor:
    """Each of `first` (pairs, width) must find its own among `second` and `unlike` (any, width); InfoNCE, both ways."""
    own = torch.arange(len(first), device=first.device)
    forth = first @ torch.cat([second, unlike]).T / _SHARP
    back = second @ first.T / _SHARP
    return (nn.functional.cross_entropy(forth, own) + nn.functional.cross_entropy(back, own)) / 2
