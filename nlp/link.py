"""Which issue a report belongs to, decided as reports arrive.

Candidates are found by copies, nearest vectors and rare grams; a learned score says of each pair how likely it tells
of one problem; a report joins the issue whose members are most like it, if like enough; else it opens its own.
A report that ties two issues merges them. What people decided holds before anything that is computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from nlp.candidates import Candidates
from nlp.evidence import AGREEING, evidence
from nlp.fingerprint import band_keys
from nlp.gram_weights import GramWeights
from nlp.link_columns import Columns
from nlp.link_features import Comparer
from nlp.link_grams import RARE_AT
from nlp.link_score import PairScorer, PlainScorer
from nlp.link_traits import Incoming, Traits, read_all
from nlp.partition import Change, Partition
from nlp.shared_phrases import shared_phrases
from nlp.verdicts import Verdicts, apart

#: Members of an issue that a report is compared with, and issues that are looked at so closely.
SAMPLE, ISSUES = 16, 4
#: Reports that are read at once.
TOGETHER = 32
#: Members that speak for an issue when it may be merged with another.
BRIDGED = 6
#: Bounds of one pair's log-odds: no single pair outvotes a dozen.
LOWEST, HIGHEST = -6.0, 6.0


@dataclass(frozen=True, slots=True)
class Link:
    """Where a report went, and why.

    report: key of the nearest member (None for a new issue); score: probability that report and issue tell of one
    problem; threshold: the probability from which on it joins; shared: phrases in both texts; other: the nearest issue
    not chosen, with its score; copy_of: key of an earlier report with the same letters; change: issues that it merged.
    """

    issue: str
    new: bool
    size: int
    report: str | None
    score: float
    shared: tuple[str, ...]
    threshold: float = 0.0
    other: tuple[str, float] | None = None
    copy_of: str | None = None
    change: Change = field(default_factory=Change)


@dataclass(slots=True)
class Linker:
    """The only place where linking changes state; one writer. Rebuilt from a store by `restore`.

    text_of gives the text of a report that is stored, by its key, for explanations; without it the linker keeps all
    texts itself, with it only those linked since `stored` was called.
    """

    scorer: PairScorer = field(default_factory=PlainScorer)
    text_of: Callable[[str], str] | None = None
    verdicts: Verdicts = field(default_factory=Verdicts)
    partition: Partition = field(default_factory=Partition)
    columns: Columns = field(init=False)
    candidates: Candidates = field(init=False)
    weights: GramWeights = field(init=False)
    _comparer: Comparer = field(init=False)
    _texts: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.weights = self.scorer.background.copy()
        self._comparer = Comparer(self.weights)
        self.columns = Columns.empty(self.scorer.width)
        self.candidates = Candidates(self.scorer.width, self.weights)

    def restore(self, incoming: Incoming, issue: str, *, founder: bool) -> None:
        """Take in a report that was linked before, in the order of the first run.

        founder: the link's `new` at that time. With it the linker goes on exactly as if it had never stopped.
        """
        self.restore_all([(incoming, issue, founder)])

    def restore_all(self, told: Iterable[tuple[Incoming, str, bool]]) -> None:
        """`restore` many, (report, issue, founder) each, in less time each."""
        source = iter(told)
        while batch := list(islice(source, TOGETHER)):
            every = read_all([incoming for incoming, _, _ in batch], self.scorer.background)
            for (incoming, issue, founder), traits in zip(batch, every, strict=True):
                if founder:
                    self.weights.add(traits.whole)
                row = self.columns.add(traits)
                self._copy(row, traits, self.candidates.copies(traits.bands))
                self.candidates.add(row, keys=traits.keys, bands=traits.bands, vector=traits.vector)
                self._add(incoming, issue)
            self.stored()

    def stored(self) -> None:
        """What was linked is stored now: where there is `text_of`, it tells the texts from here on."""
        if self.text_of is not None:
            self._texts.clear()

    def link(self, incoming: Sequence[Incoming]) -> list[Link]:
        """Link reports in order."""
        links: list[Link] = []
        for begin in range(0, len(incoming), TOGETHER):
            batch = incoming[begin : begin + TOGETHER]
            links += map(self._link, batch, read_all(batch, self.scorer.background))
        return links

    def odds(self, row: int, others: NDArray[np.int64]) -> NDArray[np.float32]:
        """Bounded log-odds that `row` and each of the other rows tell of one problem."""
        return self._odds(self._comparer.compare(self.columns, row, others))

    def _odds(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.minimum(np.maximum(self.scorer.log_odds(features), LOWEST), HIGHEST)

    def _odds_of(self, row: int, others: list[int]) -> Iterator[tuple[int, float]]:
        return zip(others, self.odds(row, np.array(others, np.int64)).tolist(), strict=True)

    def found(self, row: int) -> NDArray[np.int64]:
        """Rows worth comparing with a stored one, itself among them."""
        columns = self.columns
        return self.candidates.find(
            keys=columns.keys[row],
            rare=columns.grams[row, RARE_AT],
            vector=columns.unit_vector(row),
            copies=self.candidates.copies(*band_keys(columns.sketch[row : row + 1])),
        )

    def _add(self, incoming: Incoming, issue: str) -> None:
        self.partition.add(incoming.report.id, incoming.opens, issue)
        self._texts[incoming.report.id] = incoming.report.content

    def _link(self, incoming: Incoming, traits: Traits) -> Link:
        key, above = incoming.report.id, self.scorer.join_above
        row = self.columns.add(traits)
        copies = self.candidates.copies(traits.bands)
        copy = self._copy(row, traits, copies)
        found = self.candidates.find(keys=traits.keys, rare=traits.rare, vector=traits.vector, copies=copies)
        # at once: what the search has read is still at hand
        self.candidates.add(row, keys=traits.keys, bands=traits.bands, vector=traits.vector)
        scores, odds = self._issue_scores(row, found.tolist())
        issue = self._said(key)
        if issue is None:
            marks = self.verdicts.marks(key) if len(self.verdicts) else frozenset()
            issue = next((i for i, score in scores if score > above and not self._apart(marks, i)), None)
        if issue is None:
            # only founders are counted: else fifty voices on one estate would make its name a common word
            self.weights.add(traits.whole)
        self._add(incoming, issue or incoming.opens)
        change = Change()
        if issue is not None:
            ties = [i for i, score in scores if score > above and i != issue]
            for tied in ties:
                change = _both(change, self._bridge(self.partition.issue_of[row], tied))
        home = self.partition.issue_of[row]
        given = dict(scores)
        other = next(((i, _probability(score)) for i, score in scores if i not in (issue, home)), None)
        near = None if issue is None else self._nearest(home, odds.get(issue, {}))
        return Link(
            issue=home,
            new=issue is None,
            size=len(self.partition.members[home]),
            report=None if near is None else self.partition.keys[near],
            score=0.0 if issue is None else _probability(given.get(issue, HIGHEST)),
            shared=() if near is None else shared_phrases(incoming.report.content, self._text(near)),
            threshold=_probability(above),
            other=other,
            copy_of=None if copy is None else self.partition.keys[copy],
            change=change,
        )

    def _copy(self, row: int, traits: Traits, copies: NDArray[np.int64]) -> int | None:
        """The first report with the same letters, which is kept in the columns; None where there is none."""
        same = copies[self.columns.codes[copies, 0] == traits.copy] if len(copies) else copies
        if not len(same):
            return None
        self.columns.first[row] = first = int(self.columns.first[same[0]])
        return first

    def _issue_scores(self, row: int, found: list[int]) -> tuple[list[tuple[str, float]], dict[str, dict[int, float]]]:
        """((issue, evidence) best first of the issues nearest to a row, log-odds of compared rows by issue)."""
        if not found:
            return [], {}
        issue_of, members = self.partition.issue_of, self.partition.members
        met = list(self._odds_of(row, found))
        highest = self._highest(met)
        by_issue: dict[str, dict[int, float]] = {i: {} for i in highest}
        for other, value in met:
            if issue_of[other] in by_issue:
                by_issue[issue_of[other]][other] = value
        # an issue none of whose nearest members is like enough is not looked at more closely: it could not be joined
        close = [i for i, value in highest.items() if value > self.scorer.join_above - AGREEING]
        if more := [m for i in close for m in sample(members[i]) if m not in by_issue[i]]:
            for other, value in self._odds_of(row, more):
                by_issue[issue_of[other]][other] = value
        scores = [(i, self._evidence(odds.values(), len(members[i]))) for i, odds in by_issue.items()]
        scores.sort(key=lambda score: (-score[1], members[score[0]][0]))
        return scores, by_issue

    def _highest(self, met: list[tuple[int, float]]) -> dict[str, float]:
        """Of compared rows the ISSUES issues with the most alike members, best first, and the log-odds of those."""
        issue_of, members = self.partition.issue_of, self.partition.members
        highest: dict[str, float] = {}
        least = HIGHEST
        for other, value in sorted(met, key=itemgetter(1), reverse=True):
            if len(highest) >= ISSUES and value < least:
                break
            if issue_of[other] not in highest:
                highest[issue_of[other]] = least = value
        best = sorted(highest.items(), key=lambda issue: (-issue[1], members[issue[0]][0]))
        return dict(best[:ISSUES])

    def _nearest(self, issue: str, odds: dict[int, float]) -> int:
        """The member with the highest log-odds, the first of equals; where none was compared, the first of all."""
        return max(odds, key=lambda row: (odds[row], -row)) if odds else self.partition.members[issue][0]

    @staticmethod
    def _evidence(odds: Iterable[float], pairs: int) -> float:
        return evidence(sorted(odds, reverse=True), pairs)

    def _said(self, key: str) -> str | None:
        """The issue of the first report that a person put together with this one."""
        if not len(self.verdicts):
            return None
        rows = (self.partition.row_of.get(partner) for partner in self.verdicts.partners(key))
        return next((self.partition.issue_of[row] for row in rows if row is not None), None)

    def _apart(self, marks: frozenset[int], issue: str) -> bool:
        return bool(marks) and apart(marks, self.marks(issue))

    def marks(self, issue: str) -> set[int]:
        """What keeps an issue apart from others."""
        keys = self.partition.keys
        return {mark for row in self.partition.members[issue] for mark in self.verdicts.marks(keys[row])}

    def _bridge(self, issue: str, other: str) -> Change:
        """Merge two issues that one report tied, if their members are like enough too."""
        members = self.partition.members
        if other not in members or (len(self.verdicts) and apart(self.marks(issue), self.marks(other))):
            return Change()
        theirs, ours = np.array(sample(members[other]), np.int64), sample(members[issue], BRIDGED)
        odds = self._odds(np.concatenate([self._comparer.compare(self.columns, row, theirs) for row in ours]))
        if self._evidence(odds.tolist(), len(odds)) <= self.scorer.join_above:
            return Change()
        return self.partition.assign([[*members[issue], *members[other]]], by="linker")

    def _text(self, row: int) -> str:
        key = self.partition.keys[row]
        return self.text_of(key) if self.text_of is not None and key not in self._texts else self._texts[key]


def sample(rows: Sequence[int], count: int = SAMPLE) -> list[int]:
    """Up to `count` rows, evenly spread from the first to the last."""
    if len(rows) <= count:
        return list(rows)
    return [rows[at * (len(rows) - 1) // (count - 1)] for at in range(count)]


def _both(one: Change, other: Change) -> Change:
    return Change(one.moves + other.moves, one.events + other.events)


def _probability(log_odds: float) -> float:
    return float(1 / (1 + np.exp(-log_odds)))
