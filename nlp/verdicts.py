"""What people decided about issues: joins and partings that outrank the machine for ever, each with what it undid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["merge", "split", "move"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A person's decision, told by report keys, so that it holds whatever ids the issues carry later.

    merge: all of `left` and `right` belong together. split: none of `left` belongs with any of `right`.
    move: `left` belongs with `right`, and with none of `away`.
    `replaces`: earlier decisions that this one contradicts and that came out of force.
    `before` holds (key, issue) of every report that the decision moved: what `undo` restores.
    """

    id: int
    kind: Kind
    left: tuple[str, ...]
    right: tuple[str, ...]
    away: tuple[str, ...] = ()
    before: tuple[tuple[str, str], ...] = ()
    by: str = ""
    replaces: tuple[Verdict, ...] = ()


@dataclass(slots=True)
class Verdicts:
    """The decisions in force. A report's marks are signed numbers; opposite signs of one number must not meet."""

    _verdicts: dict[int, Verdict] = field(default_factory=dict)
    _marks: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    _bonds: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    def __iter__(self) -> Iterator[Verdict]:
        return iter(self._verdicts.values())

    def __len__(self) -> int:
        return len(self._verdicts)

    def __getitem__(self, verdict_id: int) -> Verdict:
        return self._verdicts[verdict_id]

    def together(self) -> list[tuple[str, ...]]:
        """Groups of reports that belong together, one a decision; they may overlap."""
        return [bound for verdict in self if (bound := _bound(verdict))]

    def next_id(self) -> int:
        return max(self._verdicts, default=0) + 1

    def add(self, verdict: Verdict) -> None:
        """Put a decision in force."""
        self._verdicts[verdict.id] = verdict
        for key, mark in _marks(verdict):
            self._marks[key].add(mark)
        for key in _bound(verdict):
            self._bonds[key].add(verdict.id)

    def remove(self, verdict_id: int) -> Verdict:
        """Take a decision back. Raises KeyError where there is none of that number."""
        verdict = self._verdicts.pop(verdict_id)
        for key, mark in _marks(verdict):
            self._marks[key].discard(mark)
        for key in _bound(verdict):
            self._bonds[key].discard(verdict_id)
        return verdict

    def contradicted(self, left: Iterable[str], right: Iterable[str]) -> list[Verdict]:
        """Decisions that keep any of `left` from any of `right`."""
        against = {mark for key in right for mark in self.marks(key)}
        opposed = sorted({abs(mark) for key in left for mark in self.marks(key) if -mark in against})
        return [self._verdicts[verdict_id] for verdict_id in opposed]

    def marks(self, key: str) -> frozenset[int]:
        """What keeps a report apart from others."""
        return frozenset(self._marks.get(key, ()))

    def partners(self, key: str) -> list[str]:
        """Reports that a person said belong with this one, in the order they were named."""
        found: dict[str, None] = {}
        for verdict_id in sorted(self._bonds.get(key, ())):
            found.update(dict.fromkeys(_bound(self._verdicts[verdict_id])))
        found.pop(key, None)
        return list(found)


def apart(one: Iterable[int], other: frozenset[int] | set[int]) -> bool:
    """Whether marks of two issues forbid that they meet."""
    return any(-mark in other for mark in one)


def _marks(verdict: Verdict) -> list[tuple[str, int]]:
    if verdict.kind == "merge":
        return []
    against = verdict.right if verdict.kind == "split" else verdict.away
    return [(key, verdict.id) for key in verdict.left] + [(key, -verdict.id) for key in against]


def _bound(verdict: Verdict) -> tuple[str, ...]:
    return () if verdict.kind == "split" else (*verdict.left, *verdict.right)
