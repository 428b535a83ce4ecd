"""Runs an artefact: texts in, encodings out, by onnxruntime and numpy alone."""

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

from models.artefact import DEPARTMENTS, GRAPH, WORDS, ArtefactConfig
from models.calibration import label_probabilities, softmax
from models.decode import bio_spans
from models.departments import refile
from models.windows import Window, WindowCutter
from models.words import Words
from nlp import Encoding

Floats = NDArray[np.float32]

#: Parts of a text shown as evidence, at most.
EVIDENCE = 3
#: From a letter or digit to the last one before a punctuation mark.
_CLAUSE = re.compile(r"[^\W_](?:[^，。！？；、,!?;：:\n \t…]*[^\W_])?")
_OUTPUTS = ["votes", "weights", "sums", "tags"]


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the graph says of one text.

    votes (pieces, 2 × ids) by weights (pieces,), which add up to 1, make the logits; vector: not of unit length,
    (width,); tags (characters, tags).
    """

    votes: Floats
    weights: Floats
    vector: Floats
    tags: Floats


class OnnxEncoder:
    """An `nlp.Encoder` from an artefact's folder: the graph, and the words beside it, whose logits are added up.

    A text is read by one thread, window after window: the graph's activations are quantised over all that is run at
    once, so batching would let a text's neighbours change its numbers; and one window keeps a core at its fastest
    already.
    """

    def __init__(self, folder: Path, *, threads: int | None = None, says: tuple[float, float] = (1.0, 1.0)) -> None:
        """`threads` read texts beside the caller's own thread, one a core where none is given; with 0 it reads itself.

        `says`: how much the graph's logits and the words' count, to measure what either would give alone.
        """
        self._config = ArtefactConfig.load(folder)
        self._cutter = WindowCutter.load(folder)
        self._words = Words.load(folder / WORDS)
        self._says = np.array(says, np.float32)
        self._departments = Words.load(folder / DEPARTMENTS)
        self._services = [self._config.ids.index(service) for service in self._departments.ids]
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._graph = ort.InferenceSession(str(folder / GRAPH), options, providers=["CPUExecutionProvider"])
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

    def logits(self, texts: Sequence[str]) -> Iterator[Floats]:
        """What is not calibrated yet: logits (2 × ids,), primaries before labels."""

        def add_up(text: str, windows: list[Window]) -> Floats:
            return self._says @ self._logits(text, self._read(windows))

        return self._each(add_up, texts, self._cutter.cut(texts))

    def _logits(self, text: str, reading: _Reading) -> Floats:
        """Of the graph and of the words, (2, 2 × ids)."""
        return np.stack([reading.weights @ reading.votes, self._words.scores(text)])

    def _encode(self, text: str, windows: list[Window]) -> Encoding:
        config = self._config
        n = len(config.ids)
        reading = self._read(windows)
        own = self._logits(text, reading)
        logits = self._says @ own
        primary = softmax(logits[:n] / np.float32(config.temperature))
        labels = label_probabilities(logits[n:], logits[:n], config.label_curve)
        best = int(primary.argmax())
        others = np.delete(logits[:n], best).argmax()
        rival = int(others + (others >= best))
        speaks = reading.weights * (reading.votes[:, best] - reading.votes[:, rival])
        parts = np.stack([_shares(len(text), windows, speaks), self._words.parts(text, best, rival)])
        return Encoding(
            primary=primary,
            labels=refile(labels, self._services, own[0, n:][self._services] + self._departments.scores(text)),
            vector=(reading.vector / max(float(np.linalg.norm(reading.vector)), 1e-9)).astype(np.float32),
            spans=tuple(bio_spans(text, reading.tags, config.tags)),
            evidence=_evidence(text, self._says @ parts),
        )

    def _read(self, windows: list[Window]) -> _Reading:
        runs = [self._graph.run(_OUTPUTS, _feed(window)) for window in windows]
        votes, weights, sums, tags = zip(*runs, strict=True)
        weight = np.concatenate(weights)
        return _Reading(np.concatenate(votes), weight / weight.sum(), np.sum(sums, 0), np.concatenate(tags))


def _feed(window: Window) -> dict[str, NDArray[np.int64]]:
    inputs = {"pieces": window.pieces, "chars": window.chars, "piece_of_char": window.piece_of_char}
    return {name: np.array(values, np.int64) for name, values in inputs.items()}


def _shares(characters: int, windows: list[Window], speaks: Floats) -> Floats:
    """What the pieces speak (pieces,), told of the characters (characters,) that each covers."""
    share = np.zeros(characters, np.float32)
    at = 0
    for window in windows:
        part = speaks[at : at + len(window.pieces)]
        pieces = np.asarray(window.piece_of_char, np.int64)
        counts = np.bincount(pieces, minlength=len(window.pieces)).clip(1)
        share[window.start : window.start + len(pieces)] += np.where(pieces > 0, (part / counts)[pieces], 0)
        at += len(window.pieces)
    return share


def _evidence(text: str, shares: Floats) -> tuple[tuple[int, int], ...]:
    """The clauses that spoke most for the best category against its rival, in the order of the text."""
    clauses = [clause.span() for clause in _CLAUSE.finditer(text)]
    if not clauses:
        return ()
    strength = np.add.reduceat(np.append(shares, np.float32(0)), np.ravel(clauses))[::2]
    strongest = np.argsort(-strength, kind="stable")[:EVIDENCE].tolist()
    least = strength[strongest[0]] / 3
    return tuple(sorted(clauses[k] for k in strongest if strength[k] > 0 and strength[k] >= least))
