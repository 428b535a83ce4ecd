"""The database is the truth: reports, their analyses and issues, in one transaction a batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import URL, Engine, bindparam, create_engine, event, func, insert, make_url, select, text, update
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError
from sqlalchemy.orm import Session

from api.errors import StoreError, UsageError
from api.events import emit, emit_all, told_issue, told_lineage, told_report
from api.issues import read_issues
from api.loop import Status, reopen, take_over
from api.regions import division_of, known_names
from api.schema import IssueRow, LineageRow, ReportRow, TurnRow, VerdictRow, table_of
from api.stored import Stored, report_row, stored
from api.summaries import refresh
from nlp import Analysis, Change, Lineage, Link, Verdict

#: Kinds of events by what happened to an issue; a birth is told with what the issue is.
_TOLD = {"merged_into": "issue.merged", "split_from": "issue.split", "moved": "issue.moved"}

#: Where a session that holds the store keeps its revision.
_REVISION = "revision"
#: What every batch sends, made once.
_HELD, _ISSUES, _REPORTS, _LINEAGE = map(table_of, (TurnRow, IssueRow, ReportRow, LineageRow))
_TURN = update(_HELD).values(revision=_HELD.c.revision + bindparam("more")).returning(_HELD.c.revision)
_MOVE = (
    update(_REPORTS)
    .where(_REPORTS.c.key == bindparam("report"))
    .values(issue_id=bindparam("to"), moved_by=bindparam("by"))
)
_NOW = select(_HELD.c.revision)
_KNOWN = select(_REPORTS.c.key).where(_REPORTS.c.key.in_(bindparam("keys", expanding=True)))
_THERE = select(_ISSUES.c.id).where(_ISSUES.c.id.in_(bindparam("issues", expanding=True)))

#: Bytes of an SQLite file that are read as memory, which saves a copy of each page; what lies beyond is read as ever.
MAPPED = 256 << 20

_MIGRATIONS = Path(__file__).parent / "migrations"


class Store:
    """Opens a URL, brings its schema up to date, reads and writes. Raises StoreError where the database fails."""

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
            self._engine = _engine(parsed)
        except (ArgumentError, NoSuchModuleError) as error:
            raise UsageError(f"--store {url!r} is no database URL; write sqlite:///minqing.db") from error
        except ModuleNotFoundError as error:
            raise UsageError(f"{error.name} is not installed; pip install 'minqing[postgres]'") from error
        try:
            _upgrade(self._engine)
        except OperationalError as error:
            self.close()
            shown = parsed.render_as_string(hide_password=True)
            raise UsageError(
                f"--store {shown} cannot be opened ({_first_line(error)}); check path and rights"
            ) from error
        except CommandError as error:
            self.close()
            raise UsageError(f"--store was made by a newer minqing ({error}); install that one") from error

    @property
    def path(self) -> Path | None:
        """The database's file; None where it is in memory or a server's."""
        database = self._engine.url.database
        if self._engine.dialect.name != "sqlite" or not database or database == ":memory:":
            return None
        return Path(database)

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction: all of it or nothing. It holds the store from the start, so writers take turns."""
        with _explained(), Session(self._engine) as session, session.begin():
            self._turn(session, by=0)
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session to read with; it sees what is committed."""
        with _explained(), Session(self._engine) as session:
            yield session

    def settle(self) -> None:
        """Write what was removed out of the files; PostgreSQL does so on its own, by autovacuum."""
        if self._engine.dialect.name == "sqlite":
            with self._engine.connect() as connection:
                connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))

    def revision(self, session: Session) -> int:
        """Grows with every change that a linker must know of: a linker made at another revision is stale."""
        held: int | None = session.info.get(_REVISION)
        return int(session.scalars(_NOW).one()) if held is None else held

    def known(self, session: Session, keys: Sequence[str]) -> set[str]:
        """Those of the keys that are stored already."""
        return set(session.scalars(_KNOWN, {"keys": keys}))

    def add(self, session: Session, analyses: Sequence[Analysis], links: Sequence[Link]) -> None:
        """Write a batch: new issues, its reports, and the issues that it merged; and tell of all."""
        born = {link.issue for link in links if link.new}
        self._found(session, born)
        known = known_names(session)
        rows = [report_row(a, link) for a, link in zip(analyses, links, strict=True)]
        for row, analysis in zip(rows, analyses, strict=True):
            row.division = division_of(analysis, known)
        if born:
            session.execute(insert(_LINEAGE), [_lineage(Lineage("born", link.issue)) for link in links if link.new])
        # Many in one statement: the mapper would ask for every new id by itself.
        session.bulk_save_objects(rows)
        emit_all(session, "report.tagged", [(row.key, told_report(row)) for row in rows])
        touched = {link.issue for link in links}
        for link in links:
            touched |= self._move(session, link.change)
        refresh(session, touched)
        linked = {link.issue for link in links}
        issues = read_issues(session, linked)
        if any(issue.status == Status.CONCLUDED for issue in issues):
            reopen(session, linked, at=datetime.now(UTC))
            issues = read_issues(session, linked)
        told = [(issue.id, told_issue(issue)) for issue in issues]
        emit_all(session, "issue.born", [one for one in told if one[0] in born])
        emit_all(session, "issue.grew", [one for one in told if one[0] not in born])
        self._turn(session, by=1)

    def apply(self, session: Session, change: Change) -> None:
        """Move reports between issues, keep the lineage, and tell of it."""
        refresh(session, self._move(session, change))
        self._turn(session, by=1)

    def _move(self, session: Session, change: Change) -> set[str]:
        """Gives the issues that lost or gained."""
        if not change.moves:
            return set()
        session.flush()
        touched = {issue for _, issue in change.moves}
        self._found(session, touched)
        by = change.events[0].by
        session.connection().execute(_MOVE, [{"report": key, "to": issue, "by": by} for key, issue in change.moves])
        for happened in change.events:
            session.execute(insert(_LINEAGE), _lineage(happened))
            emit(session, _TOLD[happened.kind], happened.issue, told_lineage(happened))
            touched |= {happened.issue} | ({happened.other} if happened.other else set())
            if happened.kind == "merged_into" and happened.other:
                take_over(session, happened.issue, happened.other, at=datetime.now(UTC))
        return touched

    def _found(self, session: Session, issues: set[str]) -> None:
        """Rows for issues that have none; one of the past may come back."""
        if issues and (new := issues - set(session.scalars(_THERE, {"issues": list(issues)}))):
            session.execute(insert(_ISSUES), [{"id": issue} for issue in sorted(new)])

    def _turn(self, session: Session, *, by: int) -> None:
        """Hold the store, or go on holding it, at a revision that grows `by`; the session knows it from then on."""
        session.info[_REVISION] = session.execute(_TURN, {"more": by}).scalar_one()

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

    def reports(self, session: Session, issue: str | None = None, *, after: int = -1) -> Iterator[Stored]:
        """Stored reports in the order they came, those of one issue, or after a `pk`, if given; reads in slices."""
        query = select(ReportRow).where(ReportRow.pk > after).order_by(ReportRow.pk)
        if issue is not None:
            query = query.where(ReportRow.issue_id == issue)
        with closing(session.scalars(query.execution_options(yield_per=500))) as rows:
            for row in rows:
                yield stored(row)
                session.expunge(row)


def _engine(url: URL) -> Engine:
    # A connection that a server dropped while it was idle is replaced before it is used; a file drops none.
    engine = create_engine(url, pool_pre_ping=url.get_backend_name() != "sqlite")
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def _connect(connection: Any, _: object) -> None:
            cursor = connection.cursor()
            cursor.execute("PRAGMA journal_mode = WAL")
            cursor.execute("PRAGMA foreign_keys = ON")
            cursor.execute("PRAGMA busy_timeout = 30000")
            cursor.execute("PRAGMA secure_delete = ON")
            cursor.execute(f"PRAGMA mmap_size = {MAPPED}")
            cursor.close()

    return engine


def _upgrade(engine: Engine) -> None:
    """Run the migrations that are missing; of several that open a store at once, one does, and the others wait."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with engine.begin() as connection:
        head = ScriptDirectory.from_config(config).get_current_head()
        if MigrationContext.configure(connection).get_current_revision() == head:
            return
        lock = "BEGIN IMMEDIATE" if engine.dialect.name == "sqlite" else "SELECT pg_advisory_xact_lock(7266)"
        connection.execute(text(lock))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def _explained() -> Iterator[None]:
    """What the database could not do, in one line: it is gone, full, or held by another."""
    try:
        yield
    except OperationalError as error:
        raise StoreError(
            f"the store failed ({_first_line(error)}); nothing of the last batch is kept: mend it and run again"
        ) from error


def _first_line(error: OperationalError) -> str:
    return str(error.orig).partition("\n")[0]


def _lineage(event: Lineage) -> dict[str, Any]:
    return {"at": datetime.now(UTC), **asdict(event)}


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
