"""What the mining asks of an encoder: behaviour, not a class."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from corpora import Span


@dataclass(frozen=True, slots=True)
class Encoding:
    """What one forward pass says of one text.

    primary: calibrated probabilities of being the primary category, (ids,), adding up to 1;
    labels: calibrated probabilities of applying, (ids,), each on its own;
    vector: unit vector for likeness, (width,), float32;
    spans: tagged entities in characters of the text that was encoded;
    evidence: up to three `(start, end)` of that text that spoke most for the first of `primary`.
    """

    primary: NDArray[np.float32]
    labels: NDArray[np.float32]
    vector: NDArray[np.float32]
    spans: tuple[Span, ...]
    evidence: tuple[tuple[int, int], ...]


class Encoder(Protocol):
    """Encodes normalised texts; the same text gives the same encoding whatever stands beside it in the batch."""

    @property
    def ids(self) -> tuple[str, ...]:
        """The category ids, in the order of the probabilities."""

    @property
    def decided_above(self) -> float:
        """The primary's probability from which on no person needs to look."""

    @property
    def applies_above(self) -> float:
        """The probability from which on a category is listed."""

    @property
    def version(self) -> str:
        """Name and date of the artefact."""

    def encode(self, texts: Sequence[str]) -> Iterator[Encoding]:
        """One encoding a text, in order, each as soon as it is ready.

        Work begins at the call, and the next are made while the caller does other things.
        """
