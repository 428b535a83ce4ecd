"""The database is the truth: reports, their analyses and issues, in one transaction a batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, event, func, select, tuple_
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.orm import Session

from api.errors import UsageError
from api.schema import IssueRow, ReportRow
from corpora import Report
from nlp import Analysis, Link

_MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored report with the issue it belongs to; `analysis` is the unmasked JSON form, without the text."""

    report: Report
    analysis: dict[str, Any]
    issue: str
    status: str


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
        """One transaction: all of a batch or nothing."""
        with Session(self._engine) as session, session.begin():
            yield session

    def known(self, session: Session, keys: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
        """Those of the (source, id) keys that are stored already."""
        pair = tuple_(ReportRow.source, ReportRow.external_id)
        rows = session.execute(select(ReportRow.source, ReportRow.external_id).where(pair.in_(keys)))
        return {(source, external_id) for source, external_id in rows}

    def add(self, session: Session, analyses: Sequence[Analysis], links: Sequence[Link]) -> None:
        """Write a batch: new issues first, then its reports."""
        session.add_all(IssueRow(id=link.issue, status="new") for link in links if link.new)
        session.flush()
        session.add_all(_row(a, link.issue) for a, link in zip(analyses, links, strict=True))

    def size(self) -> int:
        """How many reports are stored."""
        with Session(self._engine) as session:
            return session.scalar(select(func.count()).select_from(ReportRow)) or 0

    def reports(self, issue: str | None = None) -> Iterator[Stored]:
        """Stored reports in the order they came, those of one issue if given; reads in slices."""
        query = select(ReportRow, IssueRow.status).join(IssueRow).order_by(ReportRow.pk)
        if issue is not None:
            query = query.where(ReportRow.issue_id == issue)
        with Session(self._engine) as session:
            for row, status in session.execute(query.execution_options(yield_per=500)):
                yield Stored(_report(row), row.analysis, row.issue_id, status)


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


def _row(analysis: Analysis, issue: str) -> ReportRow:
    report = analysis.report
    result = analysis.to_json(unmasked=True)
    del result["id"], result["text"]
    return ReportRow(
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
