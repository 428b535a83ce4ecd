"""A store with its linker: a cache of what the database says, made anew where another writer was faster."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from itertools import takewhile
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from api.audit import Audit
from api.errors import UsageError
from api.linker_cache import keep_linker, kept_linker
from api.schema import ReportRow, table_of
from api.store import Store
from api.stored import Stored
from corpora import Report
from nlp import Change, Entity, Incoming, Linker, PairScorer, UnknownError, Verdict, decide
from nlp.consolidate import consolidate

_REPORTS = table_of(ReportRow)
_TEXT = select(_REPORTS.c.title, _REPORTS.c.text).where(_REPORTS.c.key == bindparam("key"))

Decision = Callable[[Linker], tuple[Verdict, Change]]


@dataclass(slots=True)
class LinkedStore:
    """One writer of one store; every write is one transaction that holds the store from its beginning.

    The decisions below raise UsageError where an issue, a report or a decision is unknown. The audit log says who took
    them.
    """

    store: Store
    scorer: PairScorer
    _linker: Linker | None = None
    _revision: int = -1
    #: Reports in the linker that is kept beside the store.
    _kept: int = 0

    @contextmanager
    def writing(self) -> Iterator[tuple[Store, Session, Linker]]:
        """A transaction and a linker that knows all that is stored; where it fails, the linker is forgotten."""
        linker, revision = self._current()
        with self.store.writing() as session:
            if self.store.revision(session) != revision:
                linker = self._restored(session)
            linker.text_of = partial(_text, session)
            yield self.store, session, linker
            session.flush()
            revision = self.store.revision(session)
        linker.stored()
        self._linker, self._revision = linker, revision
        self._kept = keep_linker(self.store, linker, kept=self._kept)

    @property
    def linker(self) -> Linker | None:
        """What is known of the store, for whoever takes turns with writing; None before it was read."""
        return self._linker

    def warm(self, *, wanted: Callable[[], bool]) -> None:
        """Read all that is stored, so that no write has to wait for it; ends early where it is not wanted any more.

        What took long to read is kept beside the store, so that the next opening is fast.
        """
        if self._linker is not None:
            return
        with self.store.reading() as session:
            revision = self.store.revision(session)
            linker = self._restored(session, wanted=wanted)
        if wanted():
            self._linker, self._revision = linker, revision
            self._kept = keep_linker(self.store, linker, kept=self._kept, opening=True)

    def _current(self) -> tuple[Linker, int]:
        """A linker and its revision, restored without holding the store: that takes long, and others wait to write."""
        linker, self._linker = self._linker, None
        with self.store.reading() as session:
            revision = self.store.revision(session)
            if linker is None or revision != self._revision:
                linker = self._restored(session)
        return linker, revision

    def merge(self, one: str, other: str, *, by: str) -> Verdict:
        """Two issues become one, for ever."""
        return self._decide(lambda linker: decide.merge(linker, one, other, by=by), "issue.merge", one, other=other)

    def split(self, issue: str, reports: list[str], *, by: str) -> Verdict:
        """These reports leave their issue and never meet the rest again."""
        return self._decide(
            lambda linker: decide.split(linker, issue, reports, by=by), "issue.split", issue, reports=reports
        )

    def move(self, report: str, to: str, *, by: str) -> Verdict:
        """A report goes to another issue and does not come back."""
        return self._decide(lambda linker: decide.move(linker, report, to, by=by), "issue.move", to, report=report)

    def undo(self, verdict_id: int, *, by: str) -> Verdict:
        """Take a decision back: the reports it moved are where they were."""
        with self._mended(), self.writing() as (store, session, linker):
            verdict, change = decide.undo(linker, verdict_id, by=by)
            store.take_back(session, verdict_id)
            for replaced in verdict.replaces:
                store.decide(session, replaced)
            store.apply(session, change)
            Audit(store).write(by, "decision.undo", str(verdict_id), session=session)
        return verdict

    def consolidate(self) -> Change:
        """The periodic repair: early mistakes are mended, ids and people's decisions are kept."""
        with self.writing() as (store, session, linker):
            change = consolidate(linker)
            store.apply(session, change)
        return change

    def _decide(self, decision: Decision, action: str, subject: str, **detail: Any) -> Verdict:
        with self._mended(), self.writing() as (store, session, linker):
            verdict, change = decision(linker)
            store.decide(session, verdict)
            store.apply(session, change)
            Audit(store).write(verdict.by, action, subject, session=session, **detail)
        return verdict

    @contextmanager
    def _mended(self) -> Iterator[None]:
        try:
            yield
        except UnknownError as error:
            raise UsageError(f"{error}; see `minqing issues list` and `minqing issues show ID`") from error

    def _restored(self, session: Session, *, wanted: Callable[[], bool] = lambda: True) -> Linker:
        text_of = partial(_text, session)
        kept = kept_linker(self.store, session, self.scorer, text_of=text_of)
        linker, last = kept or (Linker(scorer=self.scorer, text_of=text_of), -1)
        self._kept = linker.columns.size
        for verdict in self.store.verdicts(session):
            linker.verdicts.add(verdict)
        restore(linker, takewhile(lambda _: wanted(), self.store.reports(session, after=last)))
        return linker


def incoming(report: Report, vector: NDArray[np.float32], category: str, entities: tuple[Entity, ...]) -> Incoming:
    """What the linker is told of a report: it goes by its key, and opens an issue of the same id in every run."""
    opens = "i" + sha256(report.key.encode()).hexdigest()[:12]
    return Incoming(opens, replace(report, id=report.key, source=""), vector, category, entities)


def restore(linker: Linker, stored: Iterable[Stored]) -> None:
    """Let a linker know of reports that are stored; in the order of the store, that is."""
    linker.restore_all(
        (incoming(one.report, one.vector, one.linked_category, one.entities), one.issue, one.founder) for one in stored
    )


def _text(session: Session, key: str) -> str:
    title, text = session.execute(_TEXT, {"key": key}).one()
    return Report(key, text, title).content
