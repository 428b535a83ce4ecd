"""From tag scores of characters to spans."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from corpora import Span

_EDGE = " \t\r\n，。、；：！？,.;:!?（）()“”\"'《》【】[]"


def bio_spans(text: str, scores: NDArray[np.float32], tags: tuple[str, ...]) -> list[Span]:
    """Best path under the rule that `I-x` follows `B-x` or `I-x` (Viterbi), as spans without edging punctuation.

    scores: (characters, tags), any real numbers; tags: "O", "B-person", "I-person", ….
    """
    if not len(text):
        return []
    if (scores.argmax(1) == 0).all():
        return []
    follows = _transitions(tags)
    n, k = scores.shape
    best = scores[0] + np.where([t.startswith("I-") for t in tags], -np.inf, 0)
    back = np.zeros((n, k), np.int64)
    for i in range(1, n):
        paths = best[:, None] + follows
        back[i] = paths.argmax(0)
        best = paths.max(0) + scores[i]
    path = [int(best.argmax())]
    for i in range(n - 1, 0, -1):
        path.append(int(back[i, path[-1]]))
    path.reverse()
    spans = []
    start, kind = 0, ""
    for i, tag in enumerate([*(tags[p] for p in path), "O"]):
        if kind and not tag.startswith("I-"):
            spans.append(_trim(text, kind, start, i))
            kind = ""
        if tag.startswith("B-"):
            start, kind = i, tag[2:]
    return [span for span in spans if span.start < span.end]


def _transitions(tags: tuple[str, ...]) -> NDArray[np.float32]:
    allowed = np.zeros((len(tags), len(tags)), np.float32)
    for j, tag in enumerate(tags):
        if tag.startswith("I-"):
            for i, before in enumerate(tags):
                if before not in (tag, "B-" + tag[2:]):
                    allowed[i, j] = -np.inf
    return allowed


def _trim(text: str, kind: str, start: int, end: int) -> Span:
    while start < end and text[start] in _EDGE:
        start += 1
    while start < end and text[end - 1] in _EDGE and not (text[end - 1] in "）)" and "（(".find(text[end - 1])):
        end -= 1
    return Span(kind, start, end)
