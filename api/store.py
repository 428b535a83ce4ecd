"""The database is the truth: reports, their analyses and issues, in one transaction a batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from alembic import command
from alembic.config import Config
from numpy.typing import NDArray
from sqlalchemy import Engine, create_engine, event, func, select, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.orm import Session

from api.errors import UsageError
from api.schema import IssueRow, LineageRow, ReportRow, VerdictRow
from corpora import Report
from nlp import Analysis, Change, Entity, Lineage, Link, Verdict

_MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored report with the issue it belongs to; `analysis` is the unmasked JSON form, without the text."""

    report: Report
    analysis: dict[str, Any]
    vector: NDArray[np.float32]
    issue: str
    status: str
    founder: bool

    @property
    def entities(self) -> tuple[Entity, ...]:
        return tuple(Entity(**entity) for entity in self.analysis["entities"])


class Store:
    """Opens a URL, brings its schema up to date, reads and writes."""

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
        except ArgumentError as error:
            raise UsageError(f"--store {url!r} is no database URL; write sqlite:///minqing.db") from error
        self._engine = _engine(parsed.render_as_string(hide_password=False))
        try:
            with self._engine.begin() as connection:
                config = Config()
                config.set_main_option("script_location", str(_MIGRATIONS))
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        except OperationalError as error:
            shown = parsed.render_as_string(hide_password=True)
            raise UsageError(f"--store {shown} cannot be opened ({error.orig}); check path and rights") from error

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction: all of a batch or nothing. It holds the store from the start, so writers take turns."""
        with Session(self._engine) as session, session.begin():
            if self._engine.dialect.name == "sqlite":
                session.execute(text("BEGIN IMMEDIATE"))
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session to read with; it sees what is committed."""
        with Session(self._engine) as session:
            yield session

    def revision(self, session: Session) -> tuple[int, int, int]:
        """Grows with every write: a cache made at another revision is stale."""
        counts = [session.scalar(select(func.count()).select_from(t)) or 0 for t in (ReportRow, LineageRow, VerdictRow)]
        return counts[0], counts[1], counts[2]

    def known(self, session: Session, keys: Sequence[str]) -> set[str]:
        """Those of the keys that are stored already."""
        return set(session.scalars(select(ReportRow.key).where(ReportRow.key.in_(keys))))

    def add(self, session: Session, analyses: Sequence[Analysis], links: Sequence[Link]) -> None:
        """Write a batch: new issues, its reports, and the issues that it merged."""
        for analysis, link in zip(analyses, links, strict=True):
            if link.new:
                session.add(IssueRow(id=link.issue, status="new"))
                session.add(_lineage(Lineage("born", link.issue)))
            session.flush()
            session.add(_row(analysis, link.issue, founder=link.new))
            self.apply(session, link.change)

    def apply(self, session: Session, change: Change) -> None:
        """Move reports between issues and keep the lineage."""
        if not change.moves:
            return
        session.flush()
        issues = {issue for _, issue in change.moves}
        there = set(session.scalars(select(IssueRow.id).where(IssueRow.id.in_(issues))))
        session.add_all(IssueRow(id=issue, status="new") for issue in sorted(issues - there))
        session.flush()
        for key, issue in change.moves:
            session.execute(update(ReportRow).where(ReportRow.key == key).values(issue_id=issue))
        session.add_all(_lineage(event) for event in change.events)

    def verdicts(self, session: Session) -> list[Verdict]:
        """People's decisions in force, in the order they were made."""
        rows = session.scalars(select(VerdictRow).order_by(VerdictRow.id))
        return [_verdict(row.body) for row in rows if row.body is not None]

    def decide(self, session: Session, verdict: Verdict) -> None:
        """Keep a decision; those that it replaces come out of force."""
        for replaced in verdict.replaces:
            self.take_back(session, replaced.id)
        body = asdict(verdict)
        session.merge(VerdictRow(id=verdict.id, at=datetime.now(UTC), by=verdict.by, body=body))

    def take_back(self, session: Session, verdict_id: int) -> None:
        """A decision binds no longer; that there was one is kept."""
        session.execute(update(VerdictRow).where(VerdictRow.id == verdict_id).values(body=None))

    def size(self) -> int:
        """How many reports are stored."""
        with Session(self._engine) as session:
            return session.scalar(select(func.count()).select_from(ReportRow)) or 0

    def reports(self, issue: str | None = None, *, session: Session | None = None) -> Iterator[Stored]:
        """Stored reports in the order they came, those of one issue if given; reads in slices."""
        query = select(ReportRow, IssueRow.status).join(IssueRow).order_by(ReportRow.pk)
        if issue is not None:
            query = query.where(ReportRow.issue_id == issue)
        with nullcontext(session) if session is not None else Session(self._engine) as reading:
            for row, status in reading.execute(query.execution_options(yield_per=500)):
                vector = np.frombuffer(row.vector, "<f4")
                yield Stored(_report(row), row.analysis, vector, row.issue_id, status, row.founder)


def _engine(url: str) -> Engine:
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def _connect(connection: Any, _: object) -> None:
            cursor = connection.cursor()
            cursor.execute("PRAGMA journal_mode = WAL")
            cursor.execute("PRAGMA foreign_keys = ON")
            cursor.execute("PRAGMA busy_timeout = 10000")
            cursor.close()

    return engine


def _row(analysis: Analysis, issue: str, *, founder: bool) -> ReportRow:
    report = analysis.report
    result = analysis.to_json(unmasked=True)
    del result["id"], result["text"]
    return ReportRow(
        key=report.key,
        source=report.source,
        external_id=report.id,
        title=report.title,
        text=report.text,
        received_at=report.received_at,
        channel=report.channel,
        region=report.region,
        analysis=result,
        vector=analysis.vector.astype("<f4").tobytes(),
        issue_id=issue,
        founder=founder,
        stored_at=datetime.now(UTC),
        category=analysis.primary[0],
        score=analysis.primary[1],
        decided=analysis.decided,
        urgent=bool(analysis.urgent),
    )


def _lineage(event: Lineage) -> LineageRow:
    return LineageRow(
        at=datetime.now(UTC), kind=event.kind, issue=event.issue, other=event.other, reports=event.reports, by=event.by
    )


def _verdict(body: dict[str, Any]) -> Verdict:
    """JSON knows lists only; a decision is made of tuples."""
    return Verdict(
        id=body["id"],
        kind=body["kind"],
        left=tuple(body["left"]),
        right=tuple(body["right"]),
        away=tuple(body["away"]),
        before=tuple((key, issue) for key, issue in body["before"]),
        by=body["by"],
        replaces=tuple(_verdict(replaced) for replaced in body["replaces"]),
    )


def _report(row: ReportRow) -> Report:
    return Report(
        id=row.external_id,
        text=row.text,
        title=row.title,
        received_at=row.received_at,
        channel=row.channel,
        region=row.region,
        source=row.source,
    )
