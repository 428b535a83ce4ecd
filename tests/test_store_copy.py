"""A store is copied to the other database and back, and is the same store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from handmade import Told, put
from sqlalchemy import select, update

from api.copy import copy_store
from api.corrections import correct
from api.errors import UsageError
from api.events import events_after
from api.queries import find_report
from api.schema import Base, IdempotencyRow, ReportRow, VerdictRow
from api.store import Store
from corpora import default_taxonomy
from nlp import Change, Lineage, Verdict


def content(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    with store.reading() as session:
        return {
            table.name: [tuple(row) for row in session.connection().execute(select(table).order_by(*table.primary_key))]
            for table in Base.metadata.sorted_tables
        }


@pytest.fixture
def filled(tmp_path: Path) -> Store:
    store = Store(f"sqlite:///{tmp_path}/from.db")
    put(store, *(Told(id=str(n), issue=f"i{n % 300}", text=f"第{n}条'\\𠮷", received=None) for n in range(1100)))
    with store.writing() as session:
        store.apply(session, Change((("7", "i8"),), (Lineage("moved", "i7", "i8", by="甲"),)))
        session.execute(update(ReportRow).where(ReportRow.key == "8").values(why=None))
    correct(store, "7", "fraud", by="甲", taxonomy=default_taxonomy())
    with store.writing() as session:
        store.decide(session, Verdict(1, "merge", ("1",), ("2",), by="甲"))
        store.decide(session, Verdict(2, "split", ("1",), ("2",), by="甲"))
        store.take_back(session, 1)
        at = session.scalars(select(VerdictRow.at)).first()
        session.add(IdempotencyRow(by="k", key="x", at=at, request="r", status=202, body=None))
    return store


def test_there_and_back(filled: Store, store: Store, tmp_path: Path) -> None:
    counts = copy_store(filled, store)
    assert (counts["report"], counts["issue"], counts["correction"], counts["verdict"]) == (1100, 300, 1, 2)
    assert content(store) == content(filled)
    with store.reading() as session:
        moved, unknown = find_report(session, "7"), find_report(session, "8")
    assert moved is not None
    assert unknown is not None
    assert (moved.moved_by, moved.why is None, unknown.why) == ("甲", False, None)
    back = Store(f"sqlite:///{tmp_path}/back.db")
    copy_store(store, back)
    assert content(back) == content(filled)
    back.close()
    filled.close()


def test_counters_go_on_behind_what_was_copied(filled: Store, store: Store) -> None:
    copy_store(filled, store)
    with store.reading() as session:
        last = events_after(session, 0, limit=5000)[-1].id
    put(store, Told(id="new", issue="i1"))
    correct(store, "new", "fraud", by="甲", taxonomy=default_taxonomy())
    with store.reading() as session:
        assert [event.id for event in events_after(session, last)] == [last + 1, last + 2, last + 3]
    assert store.size() == 1101
    filled.close()


def test_nothing_is_copied_over_what_is_there(filled: Store, store: Store) -> None:
    put(store, Told(id="1", issue="a"))
    before = content(store)
    with pytest.raises(UsageError, match="holds reports"):
        copy_store(filled, store)
    assert content(store) == before
    filled.close()


def test_the_command_copies(minqing: Callable[..., Any], filled: Store, store_url: str, tmp_path: Path) -> None:
    source = f"sqlite:///{tmp_path}/from.db"
    ran = minqing("store", "copy", source, store_url)
    assert (ran.code, "1100 report" in ran.out) == (0, True)
    exports = [minqing("issues", "export", "--store", url).out for url in (source, store_url)]
    assert exports[0] == exports[1] != ""
    assert minqing("store", "copy", source, source).code == 2
    filled.close()
