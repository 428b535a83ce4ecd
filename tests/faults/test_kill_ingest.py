"""A process that ingests is killed again and again: no report lost, none twice, the issues as without a kill.

Also what a replay, a batch delivered twice and a restart leave: nothing.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from handmade import Told, analysed
from sqlalchemy import Engine, event

from api.ingest import Ingester
from api.linking import LinkedStore
from api.store import Store
from corpora import Report
from nlp import Analysis, Link
from nlp.link_score import PlainScorer

KILLS = 50
BATCH = 5
WIDTH = 4
PLACES = ("东湖路", "湖滨小区", "河西中学", "城北菜市场", "火车站广场")
TROUBLES = ("路灯坏了晚上很黑", "垃圾没有人清运", "半夜施工噪音很大", "下水道堵了污水外溢", "电梯坏了一周没人修")
TELLINGS = ("请问{}{}什么时候有人管？", "投诉：{}{}，多次反映没有结果。", "{}{}，严重影响生活，恳请处理！")


def stream(count: int) -> list[Report]:
    """Problems of a town in any order, exact copies among them."""
    rng = random.Random(count)
    told = (rng.choice(TELLINGS).format(rng.choice(PLACES), rng.choice(TROUBLES)) for _ in range(count))
    return [Report(f"r{number}", text) for number, text in enumerate(told)]


class ByHand:
    """A pipeline without an encoder."""

    def analyse(self, reports: Sequence[Report]) -> list[Analysis]:
        return [analysed(Told(id=r.id, issue="", text=r.text, received=None)) for r in reports]


def linked(path: Path) -> LinkedStore:
    return LinkedStore(Store(f"sqlite:///{path}"), PlainScorer(WIDTH))


def ingest(linked: LinkedStore, reports: Sequence[Report], *, repeat: int = 1) -> list[Link]:
    """Batch by batch, each delivered `repeat` times; the links that were made."""
    ingester = Ingester(linked, ByHand())
    batches = [reports[at : at + BATCH] for at in range(0, len(reports), BATCH)]
    return [done.link for batch in batches for _ in range(repeat) for done in ingester.ingest(batch)]


def stored(path: Path) -> dict[str, str]:
    """The issue of each report."""
    store = Store(f"sqlite:///{path}")
    with store.reading() as session:
        rows = [(one.report.id, one.issue) for one in store.reports(session)]
    assert len(rows) == len(dict(rows))
    store.close()
    return dict(rows)


def ingest_until(path: Path, reports: Sequence[Report], statement: int) -> None:
    """In a process of its own: killed before the n-th statement that is sent to the database."""
    left = statement

    def before(*_: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", before)
    ingest(linked(path), reports)


def test_killed_at_fifty_points_nothing_is_lost_and_nothing_is_there_twice(tmp_path: Path) -> None:
    reports, rng = stream(150), random.Random(9)
    ingest(linked(tmp_path / "whole.db"), reports)
    killed = 0
    for _ in range(KILLS):
        told = (tmp_path / "killed.db", reports, rng.randint(1, 90))
        process = multiprocessing.get_context("fork").Process(target=ingest_until, args=told)
        process.start()
        process.join()
        assert process.exitcode in (0, -signal.SIGKILL)
        killed += process.exitcode != 0
    assert killed > KILLS / 2
    ingest(linked(tmp_path / "killed.db"), reports)
    assert stored(tmp_path / "killed.db") == stored(tmp_path / "whole.db")


@pytest.mark.parametrize("repeat", [1, 2])
def test_a_replay_and_batches_delivered_twice_change_nothing(tmp_path: Path, repeat: int) -> None:
    reports = stream(60)
    ingest(linked(tmp_path / "once.db"), reports)
    again = linked(tmp_path / "again.db")
    ingest(again, reports, repeat=repeat)
    assert ingest(again, reports, repeat=repeat) == []
    assert stored(tmp_path / "again.db") == stored(tmp_path / "once.db")


def test_after_a_restart_the_next_links_are_the_same(tmp_path: Path) -> None:
    reports = stream(90)
    without = ingest(linked(tmp_path / "without.db"), reports)
    ingest(linked(tmp_path / "with.db"), reports[:45])
    assert ingest(linked(tmp_path / "with.db"), reports[45:]) == without[45:]


def test_after_a_restart_weights_are_as_if_it_never_stopped(tmp_path: Path) -> None:
    """A merge moves reports away from the issue they founded; who founded it still counts."""
    reports = stream(60)
    kept = linked(tmp_path / "a.db")
    links = ingest(kept, reports[:40])
    one, other = list(dict.fromkeys(link.issue for link in links))[:2]
    kept.merge(one, other, by="甲")
    with kept.writing() as (_, _, going_on):
        pass
    with linked(tmp_path / "a.db").writing() as (_, _, restarted):
        np.testing.assert_array_equal(going_on.weights.counts, restarted.weights.counts)
        assert going_on.partition.issue_of == restarted.partition.issue_of
