"""What an issue is, told from its members."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.store import Stored
from nlp import mask

#: Longest name, in characters: one line on a screen.
NAME = 40

_SENTENCE = re.compile(r"[。！？!?；;\n]")


@dataclass(frozen=True, slots=True)
class Issue:
    """A summary; `reports` are ids in the order they came, `name` and `place` hold no personal data."""

    id: str
    name: str
    category: str
    place: str | None
    reports: tuple[str, ...]
    first_seen: datetime | None
    last_seen: datetime | None
    status: str

    def to_json(self) -> dict[str, Any]:
        """The public object of `minqing issues export`."""
        return {
            "issue": self.id,
            "name": self.name,
            "category": self.category,
            "place": self.place,
            "size": len(self.reports),
            "reports": list(self.reports),
            "first_seen": self.first_seen.isoformat() if self.first_seen else None,
            "last_seen": self.last_seen.isoformat() if self.last_seen else None,
            "status": self.status,
        }


def masked(stored: Stored) -> str:
    """The report's content with personal data masked."""
    return mask(stored.report.content, stored.entities)


def summarise(reports: Iterable[Stored]) -> Iterator[Issue]:
    """Issues, largest first, then earliest; members in the order they came."""
    members: dict[str, list[_Brief]] = {}
    for stored in reports:
        members.setdefault(stored.issue, []).append(_brief(stored))
    for issue, briefs in sorted(members.items(), key=lambda item: -len(item[1])):
        yield _summary(issue, briefs)


@dataclass(frozen=True, slots=True)
class _Brief:
    id: str
    received_at: datetime | None
    category: str
    places: tuple[str, ...]
    headline: str
    status: str


def _brief(stored: Stored) -> _Brief:
    text = masked(stored)
    headline = text[: len(stored.report.title)] or _SENTENCE.split(text.strip(), maxsplit=1)[0]
    return _Brief(
        id=stored.report.id,
        received_at=stored.report.received_at,
        category=stored.analysis["primary"]["id"],
        places=tuple(e["text"] for e in stored.analysis["entities"] if e["type"] == "place"),
        headline=headline.strip(),
        status=stored.status,
    )


def _summary(issue: str, briefs: list[_Brief]) -> Issue:
    times = [b.received_at for b in briefs if b.received_at is not None]
    places = Counter(place for b in briefs for place in dict.fromkeys(b.places))
    name = briefs[0].headline
    return Issue(
        id=issue,
        name=name if len(name) <= NAME else name[: NAME - 1] + "…",
        category=Counter(b.category for b in briefs).most_common(1)[0][0],
        place=max(places, key=lambda p: (places[p], len(p))) if places else None,
        reports=tuple(b.id for b in briefs),
        first_seen=min(times, default=None),
        last_seen=max(times, default=None),
        status=briefs[0].status,
    )
