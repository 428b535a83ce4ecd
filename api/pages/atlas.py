"""The map's points: places of reports or issues by their vectors, worked out in the background and kept a while."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.names import category_name, short_name
from api.queries import ReportFilter
from api.schema import IssueRow, ReportRow
from api.store import Store
from corpora import Taxonomy, top
from nlp.layout import group_points, lay_out

#: Points at most: the latest of the period.
MOST = 50_000
#: Names on the map, and the part of a group that has to be of one category to bear its name.
GROUPS, SHARE = 24, 0.4
#: Maps that are kept, and seconds after which one is made anew when the store has changed.
KEPT, SECONDS = 6, 60.0


@dataclass(frozen=True, slots=True)
class Asked:
    """Which map: of reports or issues, seen in `[since, until)`."""

    issues: bool
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Atlas:
    """A map: `ids` are keys of rows (`ReportRow.pk`, or `IssueRow.opened`); `body` is what the browser reads.

    `body`: the length of a JSON head as 4 bytes (little-endian), the head, padding to 4 bytes, then x, y of every point
    as float32, then the number of its level-1 category as a byte.
    """

    revision: int
    made: float
    ids: NDArray[np.int64]
    body: bytes


@dataclass(slots=True)
class Atlases:
    """Maps of a store, made one at a time."""

    store: Store
    taxonomy: Taxonomy
    _kept: dict[Asked, Atlas] = field(default_factory=dict)
    _making: Lock = field(default_factory=Lock)

    def find(self, asked: Asked) -> Atlas | None:
        """A map that was made before, fresh or not."""
        return self._kept.get(asked)

    def is_fresh(self, atlas: Atlas) -> bool:
        """Whether the store has not changed since, or the map was made a moment ago."""
        if time.monotonic() - atlas.made < SECONDS:
            return True
        with self.store.reading() as session:
            return self.store.revision(session) == atlas.revision

    def make(self, asked: Asked) -> Atlas:
        """Make a map; takes seconds. Who comes while it is made waits and is given the same."""
        with self._making:
            found = self._kept.get(asked)
            if found is not None and self.is_fresh(found):
                return found
            with self.store.reading() as session:
                revision = self.store.revision(session)
                ids, categories, vectors = _read(session, asked)
            atlas = Atlas(revision, time.monotonic(), ids, self._body(categories, lay_out(vectors)))
            self._kept.pop(asked, None)
            self._kept[asked] = atlas
            while len(self._kept) > KEPT:
                del self._kept[next(iter(self._kept))]
            return atlas

    def _body(self, categories: Sequence[str], points: NDArray[np.float32]) -> bytes:
        tops = self.taxonomy.tops
        number = {name: index for index, name in enumerate(tops)}
        kinds = np.array([number.get(top(category), len(tops)) for category in categories], np.uint8)
        head = {
            "count": len(points),
            "kinds": [category_name(name) for name in tops] + ["分类体系之外"],
            "groups": _groups(categories, points),
        }
        told = json.dumps(head, ensure_ascii=False).encode()
        told += b" " * (-len(told) % 4)
        return len(told).to_bytes(4, "little") + told + points.astype("<f4").tobytes() + kinds.tobytes()


def _read(session: Session, asked: Asked) -> tuple[NDArray[np.int64], list[str], NDArray[np.float32]]:
    """Ids, categories and unit vectors (n, width); an issue's vector is the mean of its reports' of the period."""
    conditions = ReportFilter(since=asked.since, until=asked.until).conditions()
    query = select(ReportRow.pk, ReportRow.category, ReportRow.vector, IssueRow.opened, IssueRow.category)
    query = query.join(IssueRow, IssueRow.id == ReportRow.issue_id).where(*conditions)
    rows = session.execute(query.order_by(ReportRow.seen_at.desc()).limit(MOST).execution_options(yield_per=5000))
    ids, categories, vectors = [], [], bytearray()
    for pk, category, vector, opened, of_issue in rows:
        ids.append(opened if asked.issues else pk)
        categories.append(of_issue if asked.issues else category)
        vectors += vector
    table = np.frombuffer(bytes(vectors), "<f4").reshape(len(ids), -1) if ids else np.zeros((0, 1), np.float32)
    known = np.array(ids, np.int64)
    if not asked.issues or not ids:
        return known, categories, table
    issues, first, of = np.unique(known, return_index=True, return_inverse=True)
    sums = np.zeros((len(issues), table.shape[1]), np.float32)
    np.add.at(sums, of, table)
    sums /= np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    return issues, [categories[i] for i in first], sums


def chosen(session: Session, asked: Asked, ids: Sequence[int]) -> list[str]:
    """Keys of the reports, or ids of the issues, that these points stand for, latest or largest first."""
    if asked.issues:
        query = select(IssueRow.id).where(IssueRow.opened.in_(ids)).order_by(IssueRow.size.desc())
    else:
        query = select(ReportRow.key).where(ReportRow.pk.in_(ids)).order_by(ReportRow.seen_at.desc())
    return list(session.scalars(query))


def first_and_last(session: Session) -> tuple[datetime | None, datetime | None]:
    """When the first and the last report was seen."""
    found = session.execute(select(func.min(ReportRow.seen_at), func.max(ReportRow.seen_at))).one()
    return found[0], found[1]


def _groups(categories: Sequence[str], points: NDArray[np.float32]) -> list[dict[str, object]]:
    """Where names stand: a group is named after its category, where most of it is of one; a name stands once."""
    if len(points) < GROUPS:
        return []
    of = group_points(points, GROUPS)
    found: dict[str, dict[str, object]] = {}
    for index in np.argsort(-np.bincount(of)):
        rows = np.flatnonzero(of == index)
        counts = Counter(categories[int(row)] for row in rows)
        broad = Counter(top(categories[int(row)]) for row in rows)
        name, count = counts.most_common(1)[0]
        if count < SHARE * len(rows):
            name, count = broad.most_common(1)[0]
        if count >= SHARE * len(rows) and name not in found:
            x, y = points[rows].mean(0)
            found[name] = {"name": short_name(name), "x": float(x), "y": float(y), "count": len(rows)}
    return list(found.values())
