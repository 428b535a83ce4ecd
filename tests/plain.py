"""A pipeline without a network, for tests of everything around it: rules, and vectors of pairs of characters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from corpora import default_taxonomy
from nlp import Pipeline, default_routing
from nlp.encoder import Encoding


@dataclass(frozen=True, slots=True)
class PlainEncoder:
    """Texts with the same pairs of characters are alike; the category is any, but always the same of a text."""

    ids: tuple[str, ...]
    width: int
    decided_above: float = 0.8
    applies_above: float = 0.5
    version: str = "plain"

    def encode(self, texts: Sequence[str]) -> Iterator[Encoding]:
        return map(self._encode, texts)

    def _encode(self, text: str) -> Encoding:
        pairs = [crc32(text[at : at + 2].encode("utf-8", "replace")) for at in range(len(text))]
        vector = np.bincount(np.array(pairs) % self.width, minlength=self.width).astype(np.float32)
        scores = np.full(len(self.ids), 0.1 / (len(self.ids) - 1), np.float32)
        scores[crc32(text.encode("utf-8", "replace")) % len(self.ids)] = 0.9
        return Encoding(scores, scores, vector / np.linalg.norm(vector), (), ())


def plain_pipeline(width: int) -> Pipeline:
    """The pipeline with the taxonomy and the rules that ship; `width` is what the pair score asks for."""
    taxonomy = default_taxonomy()
    return Pipeline(PlainEncoder(tuple(category.id for category in taxonomy), width), taxonomy, default_routing())
