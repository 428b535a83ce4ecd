"""Handling: every legal and illegal move, time limits, supervision, reopening; each with its step and its event."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from handmade import Told, at, put

from api.errors import UsageError
from api.events import events_after
from api.loop import (
    GRACE,
    MOVES,
    SUPERVISED,
    MoveError,
    Standing,
    Status,
    UnknownIssueError,
    check_limits,
    history,
    is_overdue,
    is_supervised,
    move,
    standing,
)
from api.schema import IssueRow
from api.store import Store
from nlp import Change, Lineage, default_routing

NOW = at("2026-03-02T10:00:00")
#: How a new issue comes to each status.
WAYS: dict[str, list[str]] = {
    "new": [],
    "assigned": ["assigned"],
    "handling": ["assigned", "handling"],
    "concluded": ["assigned", "handling", "concluded"],
    "reopened": ["assigned", "handling", "concluded", "reopened"],
}
LEGAL = {
    ("new", "assigned"),
    ("assigned", "handling"),
    ("handling", "concluded"),
    ("concluded", "reopened"),
    ("reopened", "assigned"),
}
#: To another office.
HANDED_ON = {("assigned", "assigned"), ("handling", "assigned")}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path}/loop.db")
    put(store, Told(id="1", issue="i1", category="fraud.loan", division="湖南省/长沙市"))
    yield store
    store.close()


def go(store: Store, to: str, *, hours: float = 0, **more: object) -> Standing:
    with store.writing() as session:
        return move(session, "i1", to, by="王", at=NOW + timedelta(hours=hours), routing=default_routing(), **more)


def look(store: Store, *, hours: float) -> Standing:
    with store.reading() as session:
        row = session.get(IssueRow, "i1")
        assert row is not None
        return standing(session, row, now=NOW + timedelta(hours=hours))


def walk(store: Store, status: str) -> None:
    for step in WAYS[status]:
        go(store, step)


def test_the_table_of_moves_is_the_one_written_here() -> None:
    assert {(before, after) for before, afters in MOVES.items() for after in afters} == LEGAL | HANDED_ON
    assert set(MOVES) == set(Status) == set(WAYS)


@pytest.mark.parametrize(("before", "after"), sorted(LEGAL))
def test_a_legal_move_is_made_kept_and_told(store: Store, before: str, after: str) -> None:
    walk(store, before)
    assert go(store, after, hours=1, note="张队已接").status == after
    with store.reading() as session:
        step = history(session, "i1")[-1]
        event = events_after(session, 0)[-1]
    assert (step.before, step.after, step.by, step.note) == (before, after, "王", "张队已接")
    assert step.at == NOW + timedelta(hours=1)
    assert (event.kind, event.subject, event.body["before"], event.body["after"]) == (
        *("issue.status", "i1", before, after),
    )
    assert "张队" not in str(event.body)


@pytest.mark.parametrize(("before", "after"), sorted({(b, a) for b in WAYS for a in WAYS} - LEGAL - HANDED_ON))
def test_an_illegal_move_is_refused_and_leaves_nothing(store: Store, before: str, after: str) -> None:
    walk(store, before)
    was = look(store, hours=0)
    with store.reading() as session:
        steps, events = history(session, "i1"), events_after(session, 0)
    with pytest.raises(MoveError, match=f"i1 is {before} and cannot become '{after}'; it can become "):
        go(store, after)
    with store.reading() as session:
        assert (history(session, "i1"), events_after(session, 0)) == (steps, events)
    assert look(store, hours=0) == was


@pytest.mark.parametrize("before", sorted(b for b, _ in HANDED_ON))
def test_an_issue_is_handed_on_to_another_office_only_and_keeps_its_time_limit(store: Store, before: str) -> None:
    walk(store, before)
    for same in ({}, {"office": "反诈中心"}):
        with pytest.raises(MoveError, match="is with 反诈中心 already; name another office"):
            go(store, "assigned", **same)
    handed = go(store, "assigned", hours=5, office="派出所")
    assert (handed.status, handed.office, handed.due_at) == ("assigned", "派出所", NOW + timedelta(hours=24))


def test_an_assignment_takes_office_and_time_limit_from_routing(store: Store) -> None:
    assigned = go(store, "assigned")
    assert (assigned.office, assigned.due_at) == ("反诈中心", NOW + timedelta(hours=24))


def test_an_urgent_report_makes_the_time_limit_short(store: Store) -> None:
    put(store, Told(id="2", issue="i1", category="fraud.loan", text="刚转账", urgent=("stop_payment",)))
    assert go(store, "assigned").due_at == NOW + timedelta(minutes=30)


def test_a_person_may_name_office_and_time_limit(store: Store) -> None:
    assigned = go(store, "assigned", office="刑侦大队", due_at=NOW + timedelta(hours=2))
    assert (assigned.office, assigned.due_at) == ("刑侦大队", NOW + timedelta(hours=2))
    with pytest.raises(MoveError, match="goes with `assigned`, not with 'handling'"):
        go(store, "handling", office="刑侦大队")


@pytest.mark.parametrize("status", ["assigned", "handling"])
def test_an_issue_in_hand_is_overdue_behind_its_limit_and_supervised_behind_the_grace(
    store: Store, status: str
) -> None:
    walk(store, status)
    grace = GRACE / timedelta(hours=1)
    for hours, late, supervised in ((24, False, False), (24.1, True, False), (24.1 + grace, True, True)):
        now = look(store, hours=hours)
        assert (now.status, now.overdue, now.supervised) == (status, late, supervised)
        with store.reading() as session:
            moment = NOW + timedelta(hours=hours)
            assert (session.query(IssueRow.id).where(is_overdue(moment)).count() == 1) is late
            assert (session.query(IssueRow.id).where(is_supervised(moment)).count() == 1) is supervised


@pytest.mark.parametrize("status", ["new", "concluded", "reopened"])
def test_what_is_not_in_hand_is_never_overdue(store: Store, status: str) -> None:
    walk(store, status)
    now = look(store, hours=10_000)
    assert not now.overdue
    assert not now.supervised


def check(store: Store, hours: float) -> list[tuple[str, str]]:
    with store.writing() as session:
        return check_limits(session, now=NOW + timedelta(hours=hours))


def test_each_limit_passed_is_told_once(store: Store) -> None:
    walk(store, "assigned")
    assert check(store, 23) == []
    assert check(store, 25) == [("i1", "overdue")]
    assert check(store, 26) == []
    assert check(store, 49) == [("i1", "supervised")]
    assert check(store, 50) == []
    with store.reading() as session:
        events = [(e.kind, e.body["before"], e.body["after"]) for e in events_after(session, 0)[-2:]]
        steps = [(s.by, s.before, s.after) for s in history(session, "i1")][-2:]
    assert events == [("issue.overdue", "assigned", "overdue"), ("issue.supervised", "assigned", "supervised")]
    assert steps == [("minqing", "assigned", "overdue"), ("minqing", "assigned", "supervised")]


def test_a_new_time_limit_is_told_of_anew(store: Store) -> None:
    walk(store, "assigned")
    check(store, 25)
    go(store, "assigned", hours=25, office="派出所", due_at=NOW + timedelta(hours=30))
    assert check(store, 26) == []
    assert check(store, 31) == [("i1", "overdue")]


def test_after_a_long_silence_both_limits_are_told(store: Store) -> None:
    walk(store, "handling")
    assert check(store, 1000) == [("i1", "overdue"), ("i1", "supervised")]


@pytest.mark.parametrize("status", ["new", "assigned", "handling", "reopened"])
def test_a_person_supervises_what_is_not_concluded_until_it_is(store: Store, status: str) -> None:
    walk(store, status)
    supervised = go(store, SUPERVISED, note="领导批示")
    assert (supervised.status, supervised.supervised, supervised.overdue) == (status, True, False)
    with pytest.raises(MoveError, match="i1 is supervised already"):
        go(store, SUPERVISED)
    with store.reading() as session:
        assert events_after(session, 0)[-1].kind == "issue.supervised"
        assert session.query(IssueRow.id).where(is_supervised(NOW)).count() == 1
    rest = {"new": ["assigned", "handling"], "reopened": ["assigned", "handling"], "assigned": ["handling"]}
    for step in rest.get(status, []):
        assert go(store, step).supervised
    assert not go(store, "concluded").supervised
    assert not go(store, "reopened").supervised


def test_what_is_concluded_cannot_be_supervised(store: Store) -> None:
    walk(store, "concluded")
    with pytest.raises(MoveError, match="i1 is concluded and cannot become 'supervised'; reopen it first"):
        go(store, SUPERVISED)


def test_overdue_cannot_be_set(store: Store) -> None:
    with pytest.raises(MoveError, match="overdue follows from the time limit"):
        go(store, "overdue")


def test_a_word_that_is_no_status_is_refused(store: Store) -> None:
    with pytest.raises(MoveError, match="cannot become 'done'; it can become assigned or supervised"):
        go(store, "done")


def test_an_unknown_issue_is_refused(store: Store) -> None:
    with store.writing() as session, pytest.raises(UnknownIssueError, match="no issue 'i0'"):
        move(session, "i0", "assigned", by="王", at=NOW, routing=default_routing())
    assert issubclass(MoveError, UsageError)


@pytest.mark.parametrize("status", list(WAYS))
def test_a_new_report_reopens_what_was_concluded_and_nothing_else(store: Store, status: str) -> None:
    walk(store, status)
    put(store, Told(id="2", issue="i1", category="fraud.loan"))
    now = look(store, hours=0)
    if status == "concluded":
        assert (now.status, now.office, now.due_at) == ("reopened", "", None)
        with store.reading() as session:
            step = history(session, "i1")[-1]
            kinds = [event.kind for event in events_after(session, 0)]
        assert (step.by, step.before, step.after) == ("minqing", "concluded", "reopened")
        assert kinds.count("issue.status") == 4
    else:
        assert now.status == status


@pytest.mark.parametrize("status", list(WAYS))
def test_work_in_hand_is_not_lost_where_issues_become_one(store: Store, status: str) -> None:
    put(store, Told(id="2", issue="i2"))
    walk(store, status)
    merged = Change(moves=(("1", "i2"),), events=(Lineage("merged_into", "i1", "i2"),))
    with store.writing() as session:
        store.apply(session, merged)
        row = session.get_one(IssueRow, "i2")
        now, steps = standing(session, row, now=NOW), history(session, "i2")
    if status in ("assigned", "handling"):
        assert (now.status, now.office, now.due_at) == (status, "反诈中心", NOW + timedelta(hours=24))
        assert [(s.by, s.before, s.after, s.note) for s in steps] == [("minqing", "new", status, "taken over from i1")]
    else:
        assert (now.status, steps) == ("new", [])
