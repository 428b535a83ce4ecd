"""Clustering of a sparse graph of scored pairs, best pairs of groups first, with what people decided as bounds."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from nlp.evidence import MOST_SPEAKING, evidence
from nlp.verdicts import apart


def agglomerate(
    count: int,
    pairs: NDArray[np.int64],
    odds: NDArray[np.float32],
    above: float,
    *,
    bound: Iterable[Sequence[int]] = (),
    marks: dict[int, frozenset[int]] | None = None,
) -> list[list[int]]:
    """Groups of 0 .. count-1, each ascending, ordered by first member; every one appears once.

    The two groups with the most evidence join while that is above `above`; equals join in the order of their first
    members. pairs: distinct (a, b), shape (n, 2); odds: (n,). `bound` groups start joined; groups whose `marks` oppose
    each other never meet, bound or not.
    """
    members = [[at] for at in range(count)]
    near: list[dict[int, list[float]]] = [{} for _ in range(count)]
    for (a, b), value in zip(pairs.tolist(), odds.tolist(), strict=True):
        near[a][b] = near[b][a] = [value]
    marked = [set(marks.get(at, ())) if marks else set() for at in range(count)]
    version = [0] * count

    def join(a: int, b: int) -> int:
        a, b = min(a, b), max(a, b)
        members[a] += members[b]
        members[b] = []
        marked[a] |= marked[b]
        version[a] += 1
        version[b] += 1
        near[a].pop(b, None)
        near[b].pop(a, None)
        for c, best in near[b].items():
            near[a][c] = near[c][a] = heapq.nlargest(MOST_SPEAKING, near[a].get(c, []) + best)
            near[c].pop(b, None)
        near[b] = {}
        return a

    root = list(range(count))

    def find(at: int) -> int:
        while root[at] != at:
            at = root[at]
        return at

    for group in bound:
        heads: list[int] = []
        for other in dict.fromkeys(find(at) for at in sorted(group)):
            meets = next((head for head in heads if not apart(marked[head], marked[other])), None)
            if meets is None:
                heads.append(other)
            else:
                a, b = min(meets, other), max(meets, other)
                root[b] = join(a, b)
                heads[heads.index(meets)] = a
    heap: list[tuple[float, int, int, int, int]] = []

    def push(a: int, b: int) -> None:
        a, b = min(a, b), max(a, b)
        value = evidence(near[a][b], len(members[a]) * len(members[b]))
        if value > above:
            heapq.heappush(heap, (-value, a, b, version[a], version[b]))

    for a in range(count):
        for b in near[a]:
            if a < b:
                push(a, b)
    while heap:
        _, a, b, seen_a, seen_b = heapq.heappop(heap)
        if version[a] != seen_a or version[b] != seen_b or apart(marked[a], marked[b]):
            continue
        a = join(a, b)
        for c in near[a]:
            push(a, c)
    return [sorted(group) for group in members if group]
