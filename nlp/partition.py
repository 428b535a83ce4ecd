"""Which report is in which issue, and how issues keep their ids through merges and splits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Literal

Happening = Literal["born", "merged_into", "split_from", "moved"]


@dataclass(frozen=True, slots=True)
class Lineage:
    """What happened to an issue: `born`; `merged_into` other; `split_from` other; `moved`: reports went to other."""

    kind: Happening
    issue: str
    other: str | None = None
    reports: int = 1
    by: str = "linker"


@dataclass(frozen=True, slots=True)
class Change:
    """What a store must write: reports with their new issue, and what to tell of the issues."""

    moves: tuple[tuple[str, str], ...] = ()
    events: tuple[Lineage, ...] = ()


@dataclass(slots=True)
class Partition:
    """Rows by issue, and the issue of each row. A row's `opens` is the id of the issue that it would found."""

    keys: list[str] = field(default_factory=list)
    opens: list[str] = field(default_factory=list)
    issue_of: list[str] = field(default_factory=list)
    members: dict[str, list[int]] = field(default_factory=dict)
    row_of: dict[str, int] = field(default_factory=dict)

    def add(self, key: str, opens: str, issue: str) -> int:
        """Append a report to an issue, founding it where it is new; gives the row."""
        row = len(self.keys)
        self.keys.append(key)
        self.opens.append(opens)
        self.issue_of.append(issue)
        self.row_of[key] = row
        self.members.setdefault(issue, []).append(row)
        return row

    def assign(self, groups: Sequence[Sequence[int]], *, by: str) -> Change:
        """Make each group of rows an issue of its own; the groups must cover whole issues.

        Each group takes the id that most of its rows carry; where two groups want one, the one with more rows of it
        (then the older) keeps it, and the other takes the id that its first row would have opened.
        """
        parts = sorted((sorted(group) for group in groups), key=lambda part: part[0])
        counts = [Counter(self.issue_of[row] for row in part) for part in parts]
        wishes = sorted(
            ((-rows, at, issue) for at, counter in enumerate(counts) for issue, rows in counter.items()),
            key=lambda wish: (wish[0], parts[wish[1]][0], self.members[wish[2]][0]),
        )
        name: dict[int, str] = {}
        taken: set[str] = set()
        for _, at, issue in wishes:
            if at not in name and issue not in taken:
                name[at] = issue
                taken.add(issue)
        old = {issue for counter in counts for issue in counter}
        for at, part in enumerate(parts):
            if at not in name:
                name[at] = self._free(part, taken)
                taken.add(name[at])
        return self._rewrite({name[at]: part for at, part in enumerate(parts)}, old, by)

    def restore(self, moves: Iterable[tuple[str, str]], *, by: str) -> Change:
        """Put reports back into the issues they are told with, which may have to be founded again."""
        wanted = {self.row_of[key]: issue for key, issue in moves if key in self.row_of}
        old = {self.issue_of[row] for row in wanted} | {issue for issue in wanted.values() if issue in self.members}
        groups: dict[str, list[int]] = {}
        for row in sorted(row for issue in old for row in self.members[issue]):
            groups.setdefault(wanted.get(row, self.issue_of[row]), []).append(row)
        return self._rewrite(groups, old, by)

    def _free(self, part: Sequence[int], taken: set[str]) -> str:
        used = (taken, self.members)
        for row in part:
            if not any(self.opens[row] in names for names in used):
                return self.opens[row]
        numbered = (f"{self.opens[part[0]]}-{number}" for number in count(2))
        return next(name for name in numbered if not any(name in names for names in used))

    def _rewrite(self, groups: dict[str, list[int]], old: set[str], by: str) -> Change:
        moves: list[tuple[str, str]] = []
        flows: Counter[tuple[str, str]] = Counter()
        for issue, group in groups.items():
            for row in group:
                before = self.issue_of[row]
                if before != issue:
                    moves.append((self.keys[row], issue))
                    flows[before, issue] += 1
        for issue in old:
            del self.members[issue]
        for issue, group in groups.items():
            self.members[issue] = group
            for row in group:
                self.issue_of[row] = issue
        events = [
            Lineage(_kind(before, after, old, self.members), *_ends(before, after, old), reports=rows, by=by)
            for (before, after), rows in sorted(flows.items())
        ]
        return Change(tuple(sorted(moves)), tuple(events))


def _kind(before: str, after: str, old: set[str], now: dict[str, list[int]]) -> Happening:
    if after not in old:
        return "split_from"
    return "moved" if before in now else "merged_into"


def _ends(before: str, after: str, old: set[str]) -> tuple[str, str]:
    """(issue, other) as `Lineage` tells them: a split is told of the new issue, all else of the old one."""
    return (before, after) if after in old else (after, before)
