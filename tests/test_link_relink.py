"""A store linked anew by another model: ids and people's decisions stay, and undo restores what was before."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from handmade import Told, analysed
from sqlalchemy import select

from api.corrections import correct
from api.ingest import Ingester
from api.linking import LinkedStore
from api.relink import relink
from api.schema import LineageRow, ReportRow
from api.store import Store
from corpora import Report, default_taxonomy
from nlp import Analysis
from nlp.link_score import PlainScorer

TEXTS = {
    "car1": "阳光花园三期捆绑销售车位，不买车位就不给签购房合同，二十万一个太离谱了",
    "lamp": "河西中学门口晚上路灯全坏了，学生放学看不清路",
    "car2": "阳光花园三期捆绑销售车位，不买车位就不给签购房合同，请有关部门查处",
    "lid": "城北菜市场门口的污水井盖坏了好几天，臭气熏天没人修",
    "car3": "阳光花园三期捆绑销售车位，不买车位就不给签购房合同",
}
REPORTS = [Report(key, text) for key, text in TEXTS.items()]


class Wide:
    """A model whose vectors are of another width than those of `handmade`."""

    def analyse(self, reports: Sequence[Report]) -> list[Analysis]:
        told = (analysed(Told(id=r.id, issue="", text=r.text, received=None)) for r in reports)
        return [replace(one, vector=np.full(8, 8**-0.5, np.float32)) for one in told]


class Narrow:
    """The model that the store was filled with."""

    def analyse(self, reports: Sequence[Report]) -> list[Analysis]:
        return [analysed(Told(id=r.id, issue="", text=r.text, received=None)) for r in reports]


class Stern(PlainScorer):
    """A score that finds no two reports alike."""

    version = "stern"
    join_above = 100.0


@pytest.fixture
def filled(store: Store) -> LinkedStore:
    linked = LinkedStore(store, PlainScorer(4))
    assert len(list(Ingester(linked, Narrow()).ingest(REPORTS))) == len(REPORTS)  # type: ignore[arg-type]
    return linked


def issues(store: Store) -> dict[str, str]:
    with store.reading() as session:
        return {one.report.id: one.issue for one in store.reports(session)}


def test_another_model_of_one_mind_changes_vectors_alone(filled: LinkedStore) -> None:
    store, before = filled.store, issues(filled.store)
    assert before["car1"] == before["car2"] == before["car3"] != before["lamp"] != before["lid"]
    assert relink(store, PlainScorer(8), Wide()).moves == ()
    assert issues(store) == before
    with store.reading() as session:
        assert {len(vector) for vector in session.scalars(select(ReportRow.vector))} == {8 * 4}
    later = Report("car4", TEXTS["car1"] + "！")
    (told,) = Ingester(LinkedStore(store, PlainScorer(8)), Wide()).ingest([later])  # type: ignore[arg-type]
    assert told.link.issue == before["car1"]


def test_why_a_report_joined_when_it_came_outlives_another_model(filled: LinkedStore) -> None:
    def told() -> dict[str, tuple[Any, str | None]]:
        with filled.store.reading() as session:
            return {one.report.key: (one.why, one.moved_by) for one in filled.store.reports(session)}

    before = told()
    assert before["car2"][0]["report"] == "car1"
    relink(filled.store, Stern(8), Wide())
    after = told()
    assert {key: why for key, (why, _) in after.items()} == {key: why for key, (why, _) in before.items()}
    assert {key for key, (_, by) in after.items() if by == "relink"} == {"car2", "car3"}


def test_a_persons_merge_outlives_repair_relinking_and_replay_and_undo_restores(filled: LinkedStore) -> None:
    store, before = filled.store, issues(filled.store)
    verdict = filled.merge(before["lamp"], before["lid"], by="li")
    merged = issues(store)
    assert merged["lamp"] == merged["lid"]
    filled.consolidate()
    relink(store, PlainScorer(8), Wide())
    again = LinkedStore(store, PlainScorer(8))
    assert list(Ingester(again, Wide()).ingest(REPORTS)) == []  # type: ignore[arg-type]
    again.consolidate()
    assert issues(store) == merged
    again.undo(verdict.id, by="li")
    assert issues(store) == before


def test_a_model_of_another_mind_parts_issues_but_not_what_a_person_joined(filled: LinkedStore) -> None:
    store, before = filled.store, issues(filled.store)
    filled.merge(before["lamp"], before["lid"], by="li")
    merged = issues(store)
    relink(store, Stern(8), Wide())
    after = issues(store)
    assert after["lamp"] == after["lid"] == merged["lamp"]
    assert len({after["car1"], after["car2"], after["car3"]}) == 3
    assert before["car1"] in {after["car1"], after["car2"], after["car3"]}
    with store.reading() as session:
        told = session.execute(select(LineageRow.kind, LineageRow.other).where(LineageRow.by == "relink"))
        assert [tuple(row) for row in told] == [("split_from", before["car1"])] * 2
    relink(store, PlainScorer(4), Narrow())
    assert issues(store) == merged


def test_what_a_person_corrected_stays(filled: LinkedStore) -> None:
    correct(filled.store, "lamp", "service.urban_rural", by="li", taxonomy=default_taxonomy())
    relink(filled.store, PlainScorer(8), Wide())
    with filled.store.reading() as session:
        assert session.scalars(select(ReportRow.category).where(ReportRow.key == "lamp")).one() == "service.urban_rural"
