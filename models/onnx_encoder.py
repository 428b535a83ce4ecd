"""Runs the exported graph: texts in, encodings out, by onnxruntime and numpy alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from os import cpu_count
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from models.artefact import GRAPH, ArtefactConfig
from models.calibration import label_probabilities, softmax
from models.decode import bio_spans
from models.windows import Window, WindowCutter
from nlp import Encoding

Floats = NDArray[np.float32]

#: Parts of a text shown as evidence, at most.
EVIDENCE = 3


@dataclass(frozen=True, slots=True)
class _Output:
    """One window's share: votes (pieces, 2 × ids), weights (pieces,), sums (width,), tags (characters, tags)."""

    votes: Floats
    weights: Floats
    sums: Floats
    tags: Floats


class OnnxEncoder:
    """An `nlp.Encoder` from an artefact's folder.

    A window is run by itself, one a thread: the graph's activations are quantised over all that is run at once, so
    batching would let a text's neighbours change its numbers; and one window keeps a core at its fastest already.
    """

    def __init__(self, folder: Path, *, threads: int | None = None) -> None:
        self._config = ArtefactConfig.load(folder)
        self._cutter = WindowCutter.load(folder)
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = ort.InferenceSession(str(folder / GRAPH), options, providers=["CPUExecutionProvider"])
        self._pool = ThreadPoolExecutor(threads or cpu_count() or 1)

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
        """One encoding a text, in order, as they come; a text of any length is read whole, window by window."""
        for text, (windows, outputs) in zip(texts, self._read(texts), strict=True):
            yield self._join(text, windows, outputs)

    def logits(self, texts: Sequence[str]) -> list[Floats]:
        """What is not calibrated yet: the logits of each text, of primaries, then of labels, (2 × ids,)."""
        return [_pooled(outputs)[0] for _, outputs in self._read(texts)]

    def _read(self, texts: Sequence[str]) -> Iterator[tuple[list[Window], list[_Output]]]:
        cut = self._cutter.cut(texts)
        outputs = self._pool.map(self._run, [window for windows in cut for window in windows])
        for windows in cut:
            yield windows, list(islice(outputs, len(windows)))

    def _run(self, window: Window) -> _Output:
        inputs = {"pieces": window.pieces, "chars": window.chars, "piece_of_char": window.piece_of_char}
        feed = {name: np.array(values, np.int64) for name, values in inputs.items()}
        return _Output(*self._session.run(None, feed))

    def _join(self, text: str, windows: list[Window], outputs: list[_Output]) -> Encoding:
        config = self._config
        logits, votes, weights = _pooled(outputs)
        n = len(config.ids)
        primary = softmax(logits[:n] / config.temperature)
        labels = label_probabilities(logits[n:], logits[:n], config.label_curve)
        vector = sum((o.sums for o in outputs), np.zeros(len(outputs[0].sums), np.float32))
        tags = np.concatenate([o.tags[: len(w.chars)] for w, o in zip(windows, outputs, strict=True)])
        best = int(primary.argmax())
        others = np.delete(logits[:n], best).argmax()
        rival = int(others + (others >= best))
        speaks = weights * (votes[:, best] - votes[:, rival])
        return Encoding(
            primary=primary,
            labels=labels,
            vector=(vector / max(float(np.linalg.norm(vector)), 1e-9)).astype(np.float32),
            spans=tuple(bio_spans(text, tags, config.tags)),
            evidence=_evidence(text, windows, speaks),
        )


def _pooled(outputs: list[_Output]) -> tuple[Floats, Floats, Floats]:
    """Logits (2 × ids,), and what they are made of: votes (pieces, 2 × ids), weights (pieces,) that add up to 1."""
    votes = np.concatenate([o.votes for o in outputs])
    weights = np.concatenate([o.weights for o in outputs])
    weights = weights / weights.sum()
    return weights @ votes, votes, weights


def _evidence(text: str, windows: list[Window], speaks: Floats) -> tuple[tuple[int, int], ...]:
    """The clauses that spoke most for the best category against its rival, in the order of the text."""
    share = np.zeros(len(text), np.float32)
    at = 0
    for window in windows:
        part = speaks[at : at + len(window.pieces)]
        pieces = np.asarray(window.piece_of_char, np.int64)
        counts = np.bincount(pieces, minlength=len(window.pieces)).clip(1)
        share[window.start : window.start + len(pieces)] = np.where(pieces > 0, (part / counts)[pieces], 0)
        at += len(window.pieces)
    clauses = _clauses(text)
    strength = {clause: float(share[clause[0] : clause[1]].sum()) for clause in clauses}
    strongest = sorted(clauses, key=lambda c: -strength[c])[:EVIDENCE]
    most = strength[strongest[0]] if strongest else 0.0
    return tuple(sorted(c for c in strongest if strength[c] > 0 and strength[c] >= most / 3))


def _clauses(text: str) -> list[tuple[int, int]]:
    """Runs between punctuation marks, `[start, end)`."""
    clauses = []
    start = -1
    for i, c in enumerate(text):
        if c.isalnum():
            if start < 0:
                start = i
            end = i + 1
        elif c in "，。！？；、,!?;：:\n \t…" and start >= 0:
            clauses.append((start, end))
            start = -1
    if start >= 0:
        clauses.append((start, end))
    return clauses
