"""The audit log grows only, and no deed is without its entry: the database itself sees to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from handmade import Told, put
from sqlalchemy import delete, insert, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from api.audit import Audit
from api.copy import copy_store
from api.corrections import correct, corrections, undo_correction
from api.errors import UsageError
from api.keys import Keys, Role
from api.linking import LinkedStore
from api.queries import find_report
from api.schema import AuditRow
from api.store import Store
from corpora import default_taxonomy
from nlp.link_score import PlainScorer

ROW = {"id": 1, "at": datetime.now(UTC), "by": "乙", "action": "a", "subject": "", "detail": {}}


@pytest.fixture
def audited(store: Store) -> Store:
    Audit(store).write("甲", "report.unmasked", "r1")
    return store


@pytest.mark.parametrize(
    "deed",
    [
        lambda session: session.execute(update(AuditRow).values(by="乙")),
        lambda session: session.execute(update(AuditRow).where(AuditRow.id == 1).values(id=2)),
        lambda session: session.execute(delete(AuditRow)),
        lambda session: session.execute(insert(AuditRow).values(ROW)),
    ],
    ids=["change", "renumber", "remove", "again"],
)
def test_no_entry_is_changed_or_removed(audited: Store, deed: Callable[[Session], None]) -> None:
    with pytest.raises(DBAPIError), audited.writing() as session:
        deed(session)
    assert [(entry.by, entry.subject) for entry in Audit(audited).read()] == [("甲", "r1")]


def test_not_even_in_the_ways_of_one_database(audited: Store) -> None:
    with audited.reading() as session:
        sqlite = session.get_bind().dialect.name == "sqlite"
    other = "REPLACE INTO audit SELECT id, at, '乙', action, subject, detail FROM audit" if sqlite else "TRUNCATE audit"
    with pytest.raises(DBAPIError, match="append-only"), audited.writing() as session:
        session.execute(text(other))
    assert [entry.by for entry in Audit(audited).read()] == ["甲"]


def test_a_store_with_an_audit_log_is_not_copied_over(
    audited: Store, sqlite_template: object, tmp_path: object
) -> None:
    source = Store(f"sqlite:///{tmp_path}/source.db")
    with pytest.raises(UsageError, match="audit log"):
        copy_store(source, audited)
    source.close()


def test_deeds_are_in_the_log(store: Store) -> None:
    put(store, *(Told(id=str(n), issue=f"i{n % 2}") for n in range(4)))
    linked = LinkedStore(store, PlainScorer(4))
    made = correct(store, "1", "fraud", by="甲", taxonomy=default_taxonomy())
    undo_correction(store, made.id, by="乙")
    merged = linked.merge("i0", "i1", by="丙")
    linked.undo(merged.id, by="丙")
    linked.split("i0", ["2"], by="丙")
    linked.move("3", "i0", by="丙")
    key, _ = Keys(store).create(name="a", role=Role.ADMIN, by="丁")
    Keys(store).revoke(key.id, by="丁")
    told = [(entry.by, entry.action, entry.subject, dict(entry.detail)) for entry in Audit(store).read()]
    assert told[::-1] == [
        ("甲", "report.correct", "1", {"primary": "fraud"}),
        ("乙", "correction.undo", "1", {"correction": made.id}),
        ("丙", "issue.merge", "i0", {"other": "i1"}),
        ("丙", "decision.undo", str(merged.id), {}),
        ("丙", "issue.split", "i0", {"reports": ["2"]}),
        ("丙", "issue.move", "i0", {"report": "3"}),
        ("丁", "key.create", key.id, {"role": "admin"}),
        ("丁", "key.revoke", key.id, {}),
    ]


def test_where_nothing_can_be_noted_nothing_is_done(store: Store) -> None:
    """As if the log were full: the deed and its entry are one transaction."""
    put(store, Told(id="1", issue="a"), Told(id="2", issue="b"))
    linked = LinkedStore(store, PlainScorer(4))
    with store.writing() as session:
        session.execute(text("ALTER TABLE audit RENAME TO gone"))
    deeds: list[Callable[[], object]] = [
        lambda: correct(store, "1", "fraud", by="甲", taxonomy=default_taxonomy()),
        lambda: linked.merge("a", "b", by="甲"),
        lambda: Keys(store).create(name="a", role=Role.ADMIN, by="甲"),
    ]
    for deed in deeds:
        with pytest.raises(Exception, match="audit"):
            deed()
    with store.reading() as session:
        found = find_report(session, "1")
        assert found is not None
        assert (found.issue, found.reviewed, corrections(session, "1")) == ("a", False, [])
        assert store.verdicts(session) == []
    assert Keys(store).list() == []
