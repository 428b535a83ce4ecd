"""Runs the exported graphs: texts in, encodings out, by onnxruntime and numpy alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from os import cpu_count
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from models.artefact import LOWER, UPPER, ArtefactConfig
from models.calibration import label_probabilities, softmax
from models.decode import bio_spans
from models.windows import READ_ON, Window, WindowCutter
from nlp import Encoding

Floats = NDArray[np.float32]

#: Parts of a text shown as evidence, at most.
EVIDENCE = 3
#: From a letter or digit to the last one before a punctuation mark.
_CLAUSE = re.compile(r"[^\W_](?:[^，。！？；、,!?;：:\n \t…]*[^\W_])?")


@dataclass(frozen=True, slots=True)
class _Ballot:
    """What a storey says of one text: logits (2 × ids,), made of votes (pieces, 2 × ids) by weights (pieces,)."""

    logits: Floats
    votes: Floats
    weights: Floats

    @classmethod
    def count(cls, windows: Sequence[tuple[Floats, Floats]]) -> _Ballot:
        """From the votes and weights of each window; the weights then add up to 1."""
        votes = np.concatenate([votes for votes, _ in windows])
        weights = np.concatenate([weights for _, weights in windows])
        weights = weights / weights.sum()
        return cls(weights @ votes, votes, weights)

    def with_other(self, other: _Ballot) -> _Ballot:
        """Both as one, each with half the say: the pieces of this one, then those of the other."""
        votes = np.concatenate([self.votes, other.votes])
        weights = np.concatenate([self.weights, other.weights])
        half = np.float32(0.5)
        return _Ballot(half * (self.logits + other.logits), votes, half * weights)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the lower storey says of one text.

    vector: not of unit length, (width,); tags (characters, tags); hidden: a window each, (pieces, width).
    """

    ballot: _Ballot
    vector: Floats
    tags: Floats
    hidden: list[Floats]


class OnnxEncoder:
    """An `nlp.Encoder` from an artefact's folder.

    A text is read by one thread, window after window: the graphs' activations are quantised over all that is run at
    once, so batching would let a text's neighbours change its numbers; and one window keeps a core at its fastest
    already. The upper storey reads only texts that the lower one leaves open; both together then answer, which is right
    more often than either.
    """

    def __init__(self, folder: Path, *, threads: int | None = None, config: ArtefactConfig | None = None) -> None:
        """`threads` read texts beside the caller's own thread, one a core where none is given; with 0 it reads itself.

        `config` stands in for the folder's own, to measure what another choice would give.
        """
        self._config = config or ArtefactConfig.load(folder)
        self._cutter = WindowCutter.load(folder)
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._lower, self._upper = (
            ort.InferenceSession(str(folder / graph), options, providers=["CPUExecutionProvider"])
            for graph in (LOWER, UPPER)
        )
        self._each = map if threads == 0 else ThreadPoolExecutor(threads or cpu_count() or 1).map

    @property
    def ids(self) -> tuple[str, ...]:
        return self._config.ids

    @property
    def decided_above(self) -> float:
        return self._config.decided_above

    @property
    def applies_above(self) -> float:
        return self._config.applies_above

    @property
    def version(self) -> str:
        return self._config.version

    def encode(self, texts: Sequence[str]) -> Iterator[Encoding]:
        """One encoding a text, in order; a text of any length is read whole, window by window.

        Threads begin at the call; without them each is made when it is taken.
        """
        return self._each(self._encode, texts, self._cutter.cut(texts))

    def logits(self, texts: Sequence[str]) -> Iterator[tuple[Floats, Floats]]:
        """What is not calibrated yet, of the lower storey and of both: logits (2 × ids,), primaries before labels."""

        def both(windows: list[Window]) -> tuple[Floats, Floats]:
            reading = self._read(windows)
            return reading.ballot.logits, reading.ballot.with_other(self._read_on(reading)).logits

        return self._each(both, self._cutter.cut(texts))

    def _encode(self, text: str, windows: list[Window]) -> Encoding:
        config = self._config
        n = len(config.ids)
        reading, calibration = self._read(windows), config.early
        ballot = reading.ballot
        primary = softmax(ballot.logits[:n] / calibration.temperature)
        if primary.max() < config.settled_above:
            ballot, calibration = ballot.with_other(self._read_on(reading)), config.late
            windows = [*windows, *windows[:READ_ON]]
            primary = softmax(ballot.logits[:n] / calibration.temperature)
        best = int(primary.argmax())
        others = np.delete(ballot.logits[:n], best).argmax()
        rival = int(others + (others >= best))
        speaks = ballot.weights * (ballot.votes[:, best] - ballot.votes[:, rival])
        return Encoding(
            primary=primary,
            labels=label_probabilities(ballot.logits[n:], ballot.logits[:n], calibration.label_curve),
            vector=(reading.vector / max(float(np.linalg.norm(reading.vector)), 1e-9)).astype(np.float32),
            spans=tuple(bio_spans(text, reading.tags, config.tags)),
            evidence=_evidence(text, windows, speaks),
        )

    def _read(self, windows: list[Window]) -> _Reading:
        names = ["votes", "weights", "sums", "tags", "hidden"]
        runs = [self._lower.run(names, _feed(window)) for window in windows]
        votes, weights, sums, tags, hidden = (list(outputs) for outputs in zip(*runs, strict=True))
        ballot = _Ballot.count(list(zip(votes, weights, strict=True)))
        return _Reading(ballot, np.sum(sums, 0), np.concatenate(tags), hidden)

    def _read_on(self, reading: _Reading) -> _Ballot:
        runs = [self._upper.run(["votes", "weights"], {"hidden": hidden}) for hidden in reading.hidden[:READ_ON]]
        return _Ballot.count([(votes, weights) for votes, weights in runs])


def _feed(window: Window) -> dict[str, NDArray[np.int64]]:
    inputs = {"pieces": window.pieces, "chars": window.chars, "piece_of_char": window.piece_of_char}
    return {name: np.array(values, np.int64) for name, values in inputs.items()}


def _evidence(text: str, windows: list[Window], speaks: Floats) -> tuple[tuple[int, int], ...]:
    """The clauses that spoke most for the best category against its rival, in the order of the text."""
    share = np.zeros(len(text) + 1, np.float32)
    at = 0
    for window in windows:
        part = speaks[at : at + len(window.pieces)]
        pieces = np.asarray(window.piece_of_char, np.int64)
        counts = np.bincount(pieces, minlength=len(window.pieces)).clip(1)
        share[window.start : window.start + len(pieces)] += np.where(pieces > 0, (part / counts)[pieces], 0)
        at += len(window.pieces)
    clauses = [clause.span() for clause in _CLAUSE.finditer(text)]
    if not clauses:
        return ()
    strength = np.add.reduceat(share, np.ravel(clauses))[::2]
    strongest = np.argsort(-strength, kind="stable")[:EVIDENCE].tolist()
    least = strength[strongest[0]] / 3
    return tuple(sorted(clauses[k] for k in strongest if strength[k] > 0 and strength[k] >= least))
