"""Which issue a report belongs to, decided as reports arrive.

Candidates share rare n-grams; a report joins the issue whose members are, on average, most like it (average link),
if like enough, and otherwise opens an issue of its own. Likeness is the cosine of TF-IDF weighted n-grams, with document
frequencies counted from the stream itself.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nlp.ngrams import BUCKETS, ngrams

#: Average cosine from which on a report joins an issue; chosen on judged issues of other messages.
JOIN_ABOVE = 0.12
#: A gram that stands in more reports than this says nothing about which issue is meant.
RARE = 40
#: Candidates that are compared in full.
CANDIDATES = 40
#: Members of an issue that are compared, the latest first: enough for an average, and a bound for large issues.
MEMBERS = 30


@dataclass(frozen=True, slots=True)
class Link:
    """Where a report went: `report` is the nearest member (None for a new issue), `score` the average likeness."""

    issue: str
    new: bool
    size: int
    report: str | None
    score: float
    shared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Member:
    key: str
    issue: str
    text: str
    buckets: NDArray[np.uint32]
    counts: NDArray[np.float32]


@dataclass(slots=True)
class Linker:
    """The only place where linking changes state; one writer. Rebuilt from a store by `restore`."""

    _members: list[_Member] = field(default_factory=list)
    _frequency: NDArray[np.int32] = field(default_factory=lambda: np.zeros(BUCKETS, np.int32))
    _postings: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    _issues: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def restore(self, key: str, text: str, issue: str) -> None:
        """Take in a report that was linked before, in the order of the first run."""
        buckets, counts = ngrams(text)
        self._add(_Member(key, issue, text, buckets, counts))

    def link(self, reports: Sequence[tuple[str, str, str]]) -> list[Link]:
        """Link reports in order, each told as (id of the issue it would open, its own id, its text)."""
        return [self._link(*report) for report in reports]

    def _link(self, opens: str, key: str, text: str) -> Link:
        buckets, counts = ngrams(text)
        weights = self._weights(buckets, counts)
        best, best_score = None, JOIN_ABOVE
        cosines: dict[int, float] = {}
        for issue in self._candidate_issues(buckets):
            members = self._issues[issue][-MEMBERS:]
            for m in members:
                cosines[m] = self._cosine(buckets, weights, self._members[m])
            score = sum(cosines[m] for m in members) / len(members)
            if score >= best_score:
                best, best_score = issue, score
        if best is None:
            self._add(_Member(key, opens, text, buckets, counts))
            return Link(opens, True, 1, None, 0.0, ())
        nearest = self._members[max(self._issues[best][-MEMBERS:], key=lambda m: cosines[m])]
        self._add(_Member(key, best, text, buckets, counts))
        return Link(best, False, len(self._issues[best]), nearest.key, best_score, _shared(text, nearest.text))

    def _candidate_issues(self, buckets: NDArray[np.uint32]) -> list[str]:
        rare = buckets[self._frequency[buckets] <= RARE]
        hits: Counter[int] = Counter()
        for bucket in rare.tolist():
            hits.update(self._postings.get(bucket, ()))
        return list(dict.fromkeys(self._members[m].issue for m, _ in hits.most_common(CANDIDATES)))

    def _weights(self, buckets: NDArray[np.uint32], counts: NDArray[np.float32]) -> NDArray[np.float32]:
        idf = np.log((len(self._members) + 2) / (self._frequency[buckets] + 1))
        weights = counts * idf
        return np.asarray(weights / max(float(np.linalg.norm(weights)), 1e-9), np.float32)

    def _cosine(self, buckets: NDArray[np.uint32], weights: NDArray[np.float32], member: _Member) -> float:
        other = self._weights(member.buckets, member.counts)
        at = np.searchsorted(member.buckets, buckets)
        at[at == len(member.buckets)] = 0
        same = member.buckets[at] == buckets if len(member.buckets) else np.zeros(len(buckets), bool)
        return float(weights[same] @ other[at[same]])

    def _add(self, member: _Member) -> None:
        index = len(self._members)
        self._members.append(member)
        self._issues[member.issue].append(index)
        self._frequency[member.buckets] += 1
        for bucket in member.buckets[self._frequency[member.buckets] <= RARE].tolist():
            self._postings[bucket].append(index)


def _shared(text: str, other: str) -> tuple[str, ...]:
    """Up to three longest runs of characters that both texts hold, for a person to see why they were joined."""
    found: list[str] = []
    start = 0
    while start < len(text) - 3:
        end = start + 4
        if text[start:end] not in other:
            start += 1
            continue
        while end < len(text) and text[start : end + 1] in other:
            end += 1
        found.append(text[start:end])
        start = end
    return tuple(sorted(dict.fromkeys(found), key=len, reverse=True)[:3])
