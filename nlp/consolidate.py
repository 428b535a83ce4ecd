"""The periodic repair: what the whole store says of each issue, now that all reports are known.

A report's place hangs on what had arrived before it. Here all pairs worth comparing are scored once more and clustered
from nothing, with reports in the order of their keys, so the result hangs on the reports, not on their order.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nlp.agglomerate import agglomerate
from nlp.link import Linker, sample
from nlp.partition import Change, Partition

#: Components of reports that may be one issue are compared in full up to this size; larger ones by their candidates.
FULL = 64


def consolidate(linker: Linker, *, by: str = "consolidate") -> Change:
    """Cluster anew, obey what people decided, keep ids; changes the linker and says what changed."""
    partition = linker.partition
    rows = np.array(sorted(range(len(partition.keys)), key=partition.keys.__getitem__), np.int64)
    if not len(rows):
        return Change()
    place = np.empty_like(rows)
    place[rows] = np.arange(len(rows))
    pairs, odds = _scored(linker, rows, place)
    groups = agglomerate(
        len(rows),
        pairs,
        odds,
        linker.scorer.join_above,
        bound=_bound(linker, place),
        marks={int(place[partition.row_of[key]]): linker.verdicts.marks(key) for key in partition.row_of}
        if len(linker.verdicts)
        else None,
    )
    return partition.assign(_changed(partition, [rows[group].tolist() for group in groups]), by=by)


def _scored(
    linker: Linker, rows: NDArray[np.int64], place: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Distinct pairs of places and their log-odds: candidates first, then all pairs of each small component."""
    scored: dict[tuple[int, int], float] = {}
    root = list(range(len(rows)))

    def find(at: int) -> int:
        while root[at] != at:
            root[at] = root[root[at]]
            at = root[at]
        return at

    def score(row: int, others: NDArray[np.int64]) -> None:
        at = int(place[row])
        for other, value in zip(place[others].tolist(), linker.odds(row, others).tolist(), strict=True):
            scored[min(at, other), max(at, other)] = value
            if value > linker.scorer.join_above:
                root[find(at)] = find(other)

    members = linker.partition.members
    for row in rows.tolist():
        found = linker.found(row)
        kin = np.array(sample(members[linker.partition.issue_of[row]]), np.int64)
        others = np.union1d(found, kin)
        score(row, others[others != row])
    components: dict[int, list[int]] = {}
    for at in range(len(rows)):
        components.setdefault(find(at), []).append(at)
    for component in components.values():
        if 2 < len(component) <= FULL:
            for here, at in enumerate(component):
                more = [other for other in component[here + 1 :] if (at, other) not in scored]
                if more:
                    score(int(rows[at]), rows[more])
    pairs = np.array(sorted(scored), np.int64).reshape(-1, 2)
    return pairs, np.array([scored[a, b] for a, b in pairs.tolist()], np.float32)


def _bound(linker: Linker, place: NDArray[np.int64]) -> list[list[int]]:
    """Groups of places that people put together, one for each decision."""
    row_of = linker.partition.row_of
    groups = ([row_of[key] for key in keys if key in row_of] for keys in linker.verdicts.together())
    return [sorted(place[group].tolist()) for group in groups if len(group) > 1]


def _changed(partition: Partition, groups: list[list[int]]) -> list[list[int]]:
    """Those groups that are not an issue already."""
    return [g for g in groups if sorted(partition.members[partition.issue_of[g[0]]]) != sorted(g)]
