"""The store: one schema on both databases, one transaction a batch, summaries and events that tell what is stored."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from handmade import Told, at, put
from sqlalchemy import create_engine, inspect, select, text

from api.errors import StoreError, UsageError
from api.events import emit, events_after, last_event
from api.issue_queries import IssueFilter, find_issue, lineage, list_issues
from api.issues import Issue, export_issues
from api.queries import find_report
from api.schema import Base, EventRow
from api.store import Store
from api.summaries import VOICES
from nlp import Change, Lineage


def issue(store: Store, issue_id: str) -> Issue:
    with store.reading() as session:
        found = find_issue(session, issue_id)
    assert found is not None
    return found


def told(store: Store) -> list[tuple[str, str]]:
    with store.reading() as session:
        return [(event.kind, event.subject) for event in events_after(session, 0, limit=1000)]


def test_migrations_make_what_the_schema_says(database_url: str) -> None:
    Store(database_url).close()
    engine = create_engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
        indexes = {
            (table, index["name"], tuple(index["column_names"]))
            for table in Base.metadata.tables
            for index in inspect(connection).get_indexes(table)
            if not index["unique"]
        }
    engine.dispose()
    declared = {
        (table.name, index.name, tuple(index.columns.keys()))
        for table in Base.metadata.tables.values()
        for index in table.indexes
    }
    assert indexes == declared


def test_no_column_describes_a_person(store: Store) -> None:
    names = {f"{table.name}.{column.name}" for table in Base.metadata.tables.values() for column in table.columns}
    forbidden = ("author", "person", "profile", "sentiment", "watch", "opinion", "user")
    assert not [name for name in names if any(word in name for word in forbidden)]


def test_several_may_open_a_new_store_at_once(database_url: str) -> None:
    failed: list[BaseException] = []

    def opens() -> None:
        try:
            Store(database_url).close()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=opens) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("nonsense", "is no database URL"),
        ("nosuch://x", "is no database URL"),
        ("sqlite:////no/such/folder/x.db", "cannot be opened"),
        ("postgresql+psycopg://minqing:secret@127.0.0.1:1/minqing", "cannot be opened"),
    ],
)
def test_what_cannot_be_opened_is_told_in_a_line_without_the_password(url: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        Store(url)
    assert len(str(caught.value).splitlines()) == 1
    assert "secret" not in str(caught.value)


def test_a_store_of_a_newer_version_is_not_touched(store_url: str) -> None:
    Store(store_url).close()
    engine = create_engine(store_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(UsageError, match="newer minqing"):
        Store(store_url)


def test_a_summary_tells_of_all_members(store: Store) -> None:
    put(
        store,
        Told(id="1", issue="a", title="东湖路路灯坏了", text="东湖路晚上很黑", category="service.transport",
             division="江城市/东湖区", received="2026-03-02T09:00:00", entities=(("place", "东湖路", None),)),
        Told(id="2", issue="a", text="湖滨小区门口没有灯", category="service.urban_rural", division="江城市/东湖区",
             received="2026-03-01T09:00:00", entities=(("place", "湖滨小区", None),), urgent=("danger",)),
        Told(id="3", issue="b", text="噪音太大", received=None),
    )  # fmt: skip
    put(store, Told(id="4", issue="a", text="湖滨小区路灯还没修", category="service.urban_rural", received=None,
                    entities=(("place", "湖滨小区", None),)))  # fmt: skip
    one = issue(store, "a")
    assert (one.name, one.size, one.category) == ("湖滨小区路灯还没修", 3, "service.urban_rural")
    assert (one.place, one.division, one.urgent) == ("湖滨小区", "江城市/东湖区", True)
    assert (one.first_seen, one.last_seen) == (at("2026-03-01T09:00:00"), at("2026-03-02T09:00:00"))
    assert (issue(store, "b").first_seen, issue(store, "b").size) == (None, 1)
    with store.reading() as session:
        exported = list(export_issues(session))
    assert [(e["issue"], e["reports"]) for e in exported] == [("a", ["1", "2", "4"]), ("b", ["3"])]


def test_a_name_is_a_place_and_a_problem_told_by_the_first_and_the_newest(store: Store) -> None:
    place = (("place", "湖滨小区", None),)

    def told(first: int, last: int, title: str, text: str) -> list[Told]:
        return [Told(id=str(n), issue="a", title=title, text=f"{text}{n}", entities=place) for n in range(first, last)]

    put(store, *told(0, VOICES, "关于路灯不亮的问题", "湖滨小区"))
    assert (issue(store, "a").name, issue(store, "a").place) == ("湖滨小区路灯不亮", "湖滨小区")
    middle = [Told(id=f"m{n}", issue="a", title=f"{n}号楼停水了", text="没有水") for n in range(3 * VOICES)]
    put(store, *middle, *told(VOICES, 2 * VOICES, "求助：路灯不亮", "湖滨小区"))
    assert (issue(store, "a").name, issue(store, "a").size) == ("湖滨小区路灯不亮", 5 * VOICES)


def test_names_hold_no_personal_data(store: Store) -> None:
    put(store, Told(id="1", issue="a", text="联系人王小明13912345678，住王小明家", title="王小明反映路灯坏了",
                    entities=(("person", "王小明", None), ("phone", "13912345678", "13912345678"))))  # fmt: skip
    assert issue(store, "a").name == "王**反映路灯坏了"
    with store.reading() as session:
        bodies = str(session.scalars(select(EventRow.body)).all())
    assert "王小明" not in bodies
    assert "13912345678" not in bodies


def test_summaries_lineage_and_events_follow_a_move(store: Store) -> None:
    put(store, Told(id="1", issue="a", text="甲"), Told(id="2", issue="b"), Told(id="3", issue="b"))
    change = Change((("2", "a"), ("3", "a")), (Lineage("merged_into", "b", "a", 2, by="甲"),))
    with store.writing() as session:
        store.apply(session, change)
    assert (issue(store, "a").size, issue(store, "b").size, issue(store, "b").name) == (3, 0, "")
    with store.reading() as session:
        assert [i.id for i in list_issues(session, IssueFilter()).items] == ["a"]
        assert [(h.kind, h.issue, h.other, h.by) for h in lineage(session, "b")] == [
            ("born", "b", None, "linker"),
            ("merged_into", "b", "a", "甲"),
        ]
        assert lineage(session, "a")[-1].kind == "merged_into"
    back = Change((("2", "b"), ("3", "b")), (Lineage("split_from", "b", "a", 2, by="乙"),))
    with store.writing() as session:
        store.apply(session, back)
    assert (issue(store, "a").size, issue(store, "b").size, issue(store, "b").name) == (1, 2, "路灯坏了")
    assert told(store)[-2:] == [("issue.merged", "b"), ("issue.split", "b")]


def test_each_report_and_issue_is_told_of_once_a_batch(store: Store) -> None:
    put(store, Told(id="1", issue="a", source="board"), Told(id="2", issue="a"), Told(id="3", issue="b"))
    put(store, Told(id="4", issue="a"), Told(id="5", issue="a"))
    assert sorted(told(store)[:5]) == [
        *[("issue.born", "a"), ("issue.born", "b")],
        *[("report.tagged", "2"), ("report.tagged", "3"), ("report.tagged", "board/1")],
    ]
    assert sorted(told(store)[5:]) == [("issue.grew", "a"), ("report.tagged", "4"), ("report.tagged", "5")]
    with store.reading() as session:
        (grew,) = events_after(session, 0, kinds=["issue.grew"])
        assert (grew.body["size"], grew.body["issue"]) == (4, "a")
        assert events_after(session, grew.id) == events_after(session, grew.id, limit=5)
        assert last_event(session) >= grew.id


def test_a_batch_is_stored_whole_or_not_at_all(store: Store) -> None:
    with pytest.raises(UsageError, match=r"holds U\+0000 at 2"):
        put(store, Told(id="1", issue="a"), Told(id="2", issue="b", text="路灯\x00坏了"))
    assert (store.size(), told(store)) == (0, [])


@pytest.mark.parametrize(
    ("told", "message"),
    [
        (Told(id="1", issue="a", text="half \ud83d of a pair"), r"text holds U\+D83D at 5"),
        (Told(id="1" * 201, issue="a"), "id has 201 characters"),
    ],
)
def test_what_a_database_cannot_keep_is_refused_by_both(store: Store, told: Told, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        put(store, told)


def test_a_text_is_kept_to_the_character(store: Store) -> None:
    content = "\ufeff\u202e𠮷\r\n\t %_\\'\"; DROP TABLE report; -- \u0001\ufffd" + "字" * 5000
    put(store, Told(id="1", issue="a", text=content, title="标题'"))
    with store.reading() as session:
        found = find_report(session, "1")
    assert found is not None
    assert (found.report.text, found.report.title) == (content, "标题'")


def test_writers_take_turns_and_events_are_told_in_order(store_url: str) -> None:
    """Two writers at once: every event is told, and whoever reads after the last id he saw misses none."""
    seen: list[int] = []
    done = threading.Event()

    def writes(name: str) -> None:
        store = Store(store_url)
        for number in range(10):
            put(store, Told(id=f"{name}{number}", issue=f"{name}{number}"))
        store.close()

    def follows() -> None:
        store = Store(store_url)
        last = False
        while not last:
            last = done.is_set()
            with store.reading() as session:
                seen.extend(e.id for e in events_after(session, seen[-1] if seen else 0, limit=1000))
        store.close()

    Store(store_url).close()
    writers = [threading.Thread(target=writes, args=(name,)) for name in "ab"]
    follower = threading.Thread(target=follows)
    for thread in (follower, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    follower.join()
    store = Store(store_url)
    with store.reading() as session:
        assert seen == [event.id for event in events_after(session, 0, limit=1000)]
    assert (len(seen), store.size()) == (40, 20)
    store.close()


def test_a_failed_write_leaves_nothing(store: Store) -> None:
    def fails() -> Iterator[None]:
        with store.writing() as session:
            emit(session, "issue.grew", "a", {})
            raise RuntimeError("stop")
        yield

    with pytest.raises(RuntimeError, match="stop"):
        list(fails())
    assert told(store) == []


def test_a_store_that_went_away_is_told_in_a_line(new_postgresql: Callable[..., str]) -> None:
    url = new_postgresql()
    store = Store(url)
    other = create_engine(url, isolation_level="AUTOCOMMIT")

    def loses_its_connection() -> None:
        with store.writing() as session, other.connect() as connection:
            emit(session, "issue.grew", "a", {})
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE pid <> pg_backend_pid() AND datname = current_database()"
                )
            )

    with pytest.raises(StoreError, match="nothing of the last batch is kept"):
        loses_its_connection()
    other.dispose()
    with store.writing() as session:
        emit(session, "issue.grew", "b", {})
    assert told(store) == [("issue.grew", "b")]
    store.close()


def test_times_come_back_as_they_went_in(store: Store) -> None:
    put(store, Told(id="1", issue="a", received="2026-03-02T00:30:00"))
    with store.reading() as session:
        found = find_report(session, "1")
    assert found is not None
    assert found.report.received_at == datetime(2026, 3, 1, 16, 30, tzinfo=UTC)
