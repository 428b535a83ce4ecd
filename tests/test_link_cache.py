"""The linker that is kept beside a store: it opens as if all had been read anew, or it is passed over."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from handmade import Told, analysed, at
from numpy.typing import NDArray

import api.linker_cache
from api.ingest import Ingester
from api.linker_cache import folder_of, kept_linker
from api.linking import LinkedStore
from api.purge import purge
from api.relink import relink
from api.similar import SimilarReports
from api.store import Store
from corpora import Report
from nlp import Analysis, Link
from nlp.link_score import PlainScorer

WIDTH = 32
PLACES = ("东湖路", "湖滨小区", "河西中学", "城北菜市场", "火车站广场")
TROUBLES = ("路灯坏了晚上很黑", "垃圾没有人清运", "半夜施工噪音很大", "下水道堵了污水外溢")
REPORTS = [Report(f"r{n}", f"{PLACES[n % 5]}{TROUBLES[n % 4]}，第{n}次反映，没有人管") for n in range(60)]


class ByHand:
    """A pipeline without an encoder: each text has a direction of its own, so that no two are equally near."""

    def analyse(self, reports: Sequence[Report]) -> list[Analysis]:
        told = (analysed(Told(id=r.id, issue="", text=r.text)) for r in reports)
        return [replace(one, vector=_vector(one.report.text)) for one in told]


def _vector(text: str) -> NDArray[np.float32]:
    toward = np.random.default_rng(list(text.encode())).normal(size=WIDTH)
    return (toward / np.linalg.norm(toward)).astype(np.float32)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store in a file, whose linker is kept after ten reports."""
    monkeypatch.setattr(api.linker_cache, "REPORTS", 10)
    return Store(f"sqlite:///{tmp_path / 'town.db'}")


def ingest(linked: LinkedStore, reports: Sequence[Report]) -> list[Link]:
    return [done.link for done in Ingester(linked, ByHand()).ingest(reports)]  # type: ignore[arg-type]


def linked(store: Store) -> LinkedStore:
    return LinkedStore(store, PlainScorer(WIDTH))


def is_kept(store: Store) -> bool:
    with store.reading() as session:
        return kept_linker(store, session, PlainScorer(WIDTH), text_of=str) is not None


def test_a_store_goes_on_from_its_kept_linker_as_if_read_anew(store: Store, tmp_path: Path) -> None:
    running, plain = linked(store), linked(Store(f"sqlite:///{tmp_path / 'plain.db'}"))
    for some in (REPORTS[:30], REPORTS[30:35]):
        assert ingest(running, some) == ingest(plain, some)
    assert is_kept(store)
    # one opens from the kept linker and the reports since, the other reads all
    api.linker_cache.forget_linker(plain.store)
    assert ingest(linked(store), REPORTS[36:]) == ingest(linked(plain.store), REPORTS[36:])


def test_what_a_person_decided_since_is_known_when_it_opens(store: Store) -> None:
    running = linked(store)
    issues = list(dict.fromkeys(link.issue for link in ingest(running, REPORTS[:30])))
    running.merge(issues[0], issues[1], by="li")
    assert is_kept(store)
    with linked(store).writing() as (_, session, linker):
        assert linker.partition.issue_of == [one.issue for one in store.reports(session)]
        assert len({issues[0], issues[1]} & linker.partition.members.keys()) == 1
        assert len(linker.verdicts) == 1


def test_a_linker_of_other_reports_vectors_or_scores_is_passed_over(store: Store) -> None:
    ingest(linked(store), REPORTS[:30])
    assert is_kept(store)
    with store.reading() as session:
        assert kept_linker(store, session, PlainScorer(8), text_of=str) is None
    purge(store, timedelta(days=1), by="管理员", now=at("2026-06-30T12:00:00"))
    assert not is_kept(store)
    assert [link.new for link in ingest(linked(store), REPORTS[:1])] == [True]


def test_an_opening_that_read_much_keeps_what_it_read(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.linker_cache, "REPORTS", 1000)
    ingest(linked(store), REPORTS[:30])
    linked(store).warm(wanted=lambda: True)
    assert not is_kept(store)
    monkeypatch.setattr(api.linker_cache, "AT_OPENING", 10)
    linked(store).warm(wanted=lambda: False)
    assert not is_kept(store)
    opened = linked(store)
    opened.warm(wanted=lambda: True)
    assert is_kept(store)
    assert opened.linker is not None
    assert opened.linker.partition.keys == [report.key for report in REPORTS[:30]]


def test_what_is_alike_begins_with_what_the_linker_knows(store: Store, tmp_path: Path) -> None:
    running, other = linked(store), linked(Store(f"sqlite:///{tmp_path / 'other.db'}"))
    ingest(running, REPORTS[:30])
    ingest(other, REPORTS[30:40])
    assert running.linker is not None
    assert other.linker is not None
    begun, stranger, read = SimilarReports(), SimilarReports(), SimilarReports()
    with store.reading() as session:
        begun.begin(session, running.linker)
        stranger.begin(session, other.linker)
        assert (begun.newest, stranger.newest) == (30, 0)
    ingest(running, REPORTS[30:45])
    with store.reading() as session:
        for one in list(store.reports(session))[::5]:
            near = [(other.report.id, cosine) for other, cosine in read.similar_to(session, one, 5)]
            for index in (begun, stranger):
                assert [(other.report.id, cosine) for other, cosine in index.similar_to(session, one, 5)] == near
    purge(store, timedelta(days=1), by="管理员", now=at("2026-06-30T12:00:00"))
    ingest(linked(store), REPORTS[50:52])
    with store.reading() as session:
        one, two = store.reports(session)
        assert [found.report for found, _ in begun.similar_to(session, one, 5)] == [two.report]


def test_relinking_forgets_it(store: Store) -> None:
    ingest(linked(store), REPORTS[:30])
    relink(store, PlainScorer(WIDTH), ByHand())
    assert not is_kept(store)


def test_where_it_cannot_be_kept_reports_are_stored_all_the_same(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    folder = folder_of(store)
    assert folder is not None
    folder.write_text("a file in its place", "utf-8")
    assert len(ingest(linked(store), REPORTS[:30])) == 30
    assert "could not be kept" in caplog.text
    assert store.size() == 30
