"""From tag scores of characters to spans."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from corpora import Span

_EDGE = " \t\r\n，。、；：！？,.;:!?“”\"'《》【】[]"

#: Characters on both sides of a tagged run that its best path may still claim.
_MARGIN = 2


def bio_spans(text: str, scores: NDArray[np.float32], tags: tuple[str, ...]) -> list[Span]:
    """Spans by the best lawful path (`I-x` follows `B-x` or `I-x`; Viterbi), without edging punctuation.

    The path is sought around each run of characters whose best tag is not "O"; elsewhere "O" stands.
    scores: (characters, tags), any real numbers; tags: "O", "B-person", "I-person", ….
    """
    best = scores.argmax(1)
    path = np.zeros(len(text), np.int64)
    for start, end in _runs(best != 0, _MARGIN):
        path[start:end] = _viterbi(scores[start:end], tags) if _unlawful(best[start:end], tags) else best[start:end]
    spans = []
    start, kind = 0, ""
    for i in [*np.flatnonzero(path).tolist(), len(text)]:
        tag = tags[path[i]] if i < len(text) else "O"
        if kind and tag == f"I-{kind}" and i == end:
            end = i + 1
            continue
        if kind:
            spans.append(_trim(text, kind, start, end))
        start, end, kind = i, i + 1, tag[2:]
    return [span for span in spans if span.start < span.end]


def _runs(tagged: NDArray[np.bool_], margin: int) -> list[tuple[int, int]]:
    """Stretches `[start, end)` that hold every True with `margin` places around it, joined where they touch."""
    runs: list[tuple[int, int]] = []
    for i in np.flatnonzero(tagged).tolist():
        start, end = max(0, i - margin), min(len(tagged), i + margin + 1)
        if runs and start <= runs[-1][1]:
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((start, end))
    return runs


def _unlawful(path: NDArray[np.int64], tags: tuple[str, ...]) -> bool:
    lawful = _lawful(tags)
    return not (lawful[0, path[0]] and lawful[path[:-1], path[1:]].all())


def _viterbi(scores: NDArray[np.float32], tags: tuple[str, ...]) -> list[int]:
    follows = _transitions(tags)
    best = scores[0] + follows[0]
    back = np.zeros(scores.shape, np.int64)
    for i in range(1, len(scores)):
        paths = best[:, None] + follows
        back[i] = paths.argmax(0)
        best = paths.max(0) + scores[i]
    path = [int(best.argmax())]
    for i in range(len(scores) - 1, 0, -1):
        path.append(int(back[i, path[-1]]))
    return path[::-1]


@cache
def _lawful(tags: tuple[str, ...]) -> NDArray[np.bool_]:
    """Whether the second tag may follow the first; (tags, tags)."""
    return np.array([[not tag.startswith("I-") or before[2:] == tag[2:] for tag in tags] for before in tags])


@cache
def _transitions(tags: tuple[str, ...]) -> NDArray[np.float32]:
    """0 where the second tag may follow the first, else minus infinity; (tags, tags)."""
    return np.where(_lawful(tags), np.float32(0), np.float32(-np.inf))


def _trim(text: str, kind: str, start: int, end: int) -> Span:
    while start < end and text[start] in _EDGE:
        start += 1
    while start < end and text[end - 1] in _EDGE:
        end -= 1
    return Span(kind, start, end)
