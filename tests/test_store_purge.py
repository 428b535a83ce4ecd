"""Purging leaves nothing of a report but its count, and a linker that goes on as one made anew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from handmade import Told, at, put
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from api.corrections import correct
from api.errors import UsageError
from api.events import events_after
from api.issue_queries import find_issue, lineage
from api.linking import LinkedStore
from api.purge import Purged, parse_age, purge
from api.schema import AuditRow, Base, IdempotencyRow, ReportRow, TransitionRow
from api.similar import SimilarReports
from api.statistics import count_by
from api.store import Store
from corpora import default_taxonomy
from nlp import Verdict
from nlp.link_score import PlainScorer

NOW = at("2026-06-30T12:00:00")
OLD = "湖滨小区三栋的路灯坏了"


@pytest.fixture
def aged(store: Store) -> Store:
    """Issue a with an old and a young report, issue b with old ones only."""
    put(
        store,
        Told(id="old1", issue="a", title=OLD, text="请联系13912345678", received="2025-12-01T09:00:00",
             entities=(("phone", "13912345678", "13912345678"), ("place", "湖滨小区", None))),
        Told(id="old2", issue="b", text=OLD, received="2025-12-01T20:00:00", division="江城市"),
        Told(id="old3", issue="b", text=OLD, received="2025-12-02T09:00:00", division="江城市"),
        Told(id="young", issue="a", text="东湖路路灯又坏了", received="2026-06-01T09:00:00"),
    )  # fmt: skip
    correct(store, "old1", "service.urban_rural", by="甲", taxonomy=default_taxonomy())
    with store.writing() as session:
        session.add(TransitionRow(issue="b", at=NOW, by="甲", before="new", after="assigned", note="找三栋的人"))
        store.decide(session, Verdict(1, "merge", ("old1",), ("young",), by="甲"))
        store.decide(session, Verdict(2, "split", ("old1",), ("old2",), before=(("old2", "a"),), by="甲"))
        store.decide(session, Verdict(3, "move", ("young",), ("old1",), away=("old2", "young2"), by="甲"))
    return store


def everything(session: Session, *, but: str = "") -> str:
    return "\n".join(
        str(tuple(row))
        for table in Base.metadata.sorted_tables
        if table.name != but
        for row in session.connection().execute(select(table))
    )


def test_nothing_is_left_but_counts(aged: Store) -> None:
    assert purge(aged, timedelta(days=180), by="管理员", now=NOW) == Purged(at("2026-01-01T12:00:00"), 3, 1)
    with aged.reading() as session:
        assert aged.size() == 1
        assert not [word for word in (OLD, "湖滨", "13912345678", "三栋") if word in everything(session)]
        others = everything(session, but="audit")
        assert not [key for key in ("old1", "old2", "old3") if key in others], "only who did what tells the keys"
        assert [(c.day, c.reports) for c in count_by(session, ["day"])] == [
            (date(2025, 12, 1), 2),
            (date(2025, 12, 2), 1),
            (date(2026, 6, 1), 1),
        ]
        assert [(c.division, c.reports) for c in count_by(session, ["division"])] == [("", 2), ("江城市", 2)]
        kept, emptied = find_issue(session, "a"), find_issue(session, "b")
        assert kept is not None
        assert emptied is not None
        assert (kept.name, kept.size, kept.place) == ("东湖路路灯又坏了", 1, None)
        assert (emptied.name, emptied.size) == ("", 0)
        assert [happened.kind for happened in lineage(session, "b")] == ["born"]
        corrected, entry = session.scalars(select(AuditRow).order_by(AuditRow.id))
        assert (corrected.action, corrected.subject) == ("report.correct", "old1")
        assert (entry.by, entry.action, entry.detail["reports"]) == ("管理员", "purge", 3)
        last = events_after(session, 0, limit=1000)[-1]
        assert (last.kind, last.body["reports"]) == ("reports.purged", 3)
        assert aged.verdicts(session) == [Verdict(3, "move", ("young",), (), away=("young2",), by="甲")]


def test_why_a_report_joined_goes_with_the_report_that_it_names(aged: Store) -> None:
    def why(report: str | None, copy_of: str | None = None) -> dict[str, Any]:
        return {"issue": "a", "report": report, "shared": ["三栋"], "copy_of": copy_of, "other": None}

    put(aged, *(Told(id=f"new{n}", issue="a", received="2026-06-02T09:00:00") for n in range(5)))
    kept = {"new0": why("old1"), "new1": why("new0", "old2"), "new2": why("new0", "new1"), "new3": why(None)}
    with aged.writing() as session:
        for key, reason in kept.items():
            session.execute(update(ReportRow).where(ReportRow.key == key).values(why=reason))
    purge(aged, timedelta(days=180), by="管理员", now=NOW)
    with aged.reading() as session:
        left = {one.report.key: one.why for one in aged.reports(session)}
        assert not [key for key in ("old1", "old2", "old3") if key in everything(session, but="audit")]
    assert (left["new0"], left["new1"]) == (None, None)
    assert (left["new2"], left["new3"]) == (kept["new2"], kept["new3"])


def test_answers_that_quote_a_purged_report_go_however_young_they_are(aged: Store) -> None:
    def taken(report: str, near: str | None, copy_of: str | None = None) -> dict[str, Any]:
        return {"id": report, "text": OLD, "issue": {"id": "a", "why": {"report": near, "copy_of": copy_of}}}

    bodies: dict[str, Any] = {
        "itself": taken("old1", None),
        "in a list": [taken("young", None), taken("old2", "old1")],
        "its neighbour": taken("young", "old3"),
        "its original": taken("young", "young", "old3"),
        "another": taken("young", None),
        "known": {"id": "young", "key": "young", "known": True},
        "open": None,
    }
    with aged.writing() as session:
        for key, body in bodies.items():
            session.add(IdempotencyRow(by="k", key=key, at=NOW, request="r", status=201, body=body))
    purge(aged, timedelta(days=180), by="管理员", now=NOW)
    with aged.reading() as session:
        assert set(session.scalars(select(IdempotencyRow.key))) == {"another", "known", "open"}


def test_nothing_is_left_in_the_file(sqlite_template: Path, tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/store.db")
    put(store, Told(id="1", issue="a", text=OLD * 500, received="2025-12-01T09:00:00"))
    assert any(OLD.encode() in path.read_bytes() for path in tmp_path.iterdir())
    purge(store, timedelta(days=180), by="管理员", now=NOW)
    assert not any(OLD.encode() in path.read_bytes() for path in tmp_path.iterdir())
    store.close()


def test_a_dry_run_changes_nothing(aged: Store) -> None:
    with aged.reading() as session:
        before = everything(session)
    assert purge(aged, timedelta(days=180), by="管理员", now=NOW, dry_run=True).reports == 3
    with aged.reading() as session:
        assert everything(session) == before


def test_purging_again_adds_to_the_counts(aged: Store) -> None:
    purge(aged, timedelta(days=180), by="管理员", now=NOW)
    put(aged, Told(id="old1", issue="b", text="又一条", received="2025-12-01T10:00:00"))
    assert purge(aged, timedelta(days=180), by="管理员", now=NOW).reports == 1
    with aged.reading() as session:
        assert [c.reports for c in count_by(session, ["day"], last=date(2025, 12, 1))] == [3]


def test_the_index_of_vectors_is_made_anew(aged: Store) -> None:
    similar = SimilarReports()
    with aged.reading() as session:
        (young,) = (stored for stored in aged.reports(session) if stored.report.id == "young")
        assert len(similar.similar_to(session, young, 5)) == 3
    purge(aged, timedelta(days=180), by="管理员", now=NOW)
    with aged.reading() as session:
        assert similar.similar_to(session, young, 5) == []


def test_a_linker_that_was_running_goes_on_as_one_made_anew(aged: Store) -> None:
    def linked(running: LinkedStore) -> tuple[list[str], list[str], int]:
        with running.writing() as (_, _, linker):
            return linker.partition.keys, linker.partition.issue_of, len(linker.verdicts)

    running = LinkedStore(aged, PlainScorer(4))
    assert len(linked(running)[0]) == 4
    purge(aged, timedelta(days=180), by="管理员", now=NOW)
    assert linked(running) == linked(LinkedStore(aged, PlainScorer(4))) == (["young"], ["a"], 1)


def test_a_purged_report_that_comes_again_is_a_new_one(aged: Store) -> None:
    purge(aged, timedelta(days=180), by="管理员", now=NOW)
    put(aged, Told(id="old2", issue="b", text="又来了"))
    with aged.reading() as session:
        again = find_issue(session, "b")
    assert again is not None
    assert (again.size, again.name) == (1, "又来了")


@pytest.mark.parametrize(("age", "days"), [("180d", 180), ("1d", 1), ("26w", 182)])
def test_ages(age: str, days: int) -> None:
    assert parse_age(age) == timedelta(days=days)


@pytest.mark.parametrize("age", ["", "180", "0d", "-1d", "1.5d", "６d", "999999d", "180d "])
def test_what_is_no_age_is_refused(age: str) -> None:
    with pytest.raises(UsageError, match="write 180d"):
        parse_age(age)


def test_the_command_purges(minqing: Callable[..., Any], store_url: str) -> None:
    store = Store(store_url)
    put(store, Told(id="1", issue="a", received="2019-01-01T00:00:00"), Told(id="2", issue="b", received=None))
    assert minqing("purge", "--older-than", "30d", "--dry-run", "--store", store_url).out.startswith("1 reports of")
    assert store.size() == 2
    assert "purged, 1 issues are left empty" in minqing("purge", "--older-than", "30d", "--store", store_url).out
    assert store.size() == 1
    assert minqing("purge", "--older-than", "soon", "--store", store_url).code == 2
    with store.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM audit")) == 1
    store.close()
