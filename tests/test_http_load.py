"""Many at once: they are worked on together, and too many are told to come again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from threading import Event, Thread

import httpx2
import pytest
from serving import ask, serving, until
from sqlalchemy import select

from api.http.batching import Batcher, Overloaded
from api.http.service import ANALYSED, STORED
from api.ingest import Ingested
from api.schema import ReportRow
from corpora import Report
from nlp import Analysis, Pipeline


class Gate:
    """Work that waits until it may go on, and keeps the batches it was given."""

    def __init__(self) -> None:
        self.open = Event()
        self.batches: list[list[int]] = []

    def work(self, items: Sequence[int]) -> list[int]:
        self.batches.append(list(items))
        self.open.wait()
        if -1 in items:
            raise ValueError("a bad item")
        return [item * 10 for item in items]


def test_what_gathers_meanwhile_is_one_batch() -> None:
    gate = Gate()
    batcher = Batcher(gate.work, name="test", most=4, room=100)
    batcher.start()
    first = batcher.submit([0])
    until(lambda: gate.batches == [[0]])
    rest = [future for item in range(1, 7) for future in batcher.submit([item])]
    gate.open.set()
    assert [future.result() for future in first + rest] == [0, 10, 20, 30, 40, 50, 60]
    assert gate.batches == [[0], [1, 2, 3, 4], [5, 6]]
    batcher.stop()


def test_a_bad_item_fails_alone() -> None:
    gate = Gate()
    batcher = Batcher(gate.work, name="test", most=4, room=100)
    good, bad, also_good = batcher.submit([1, -1, 2])
    gate.open.set()
    batcher.start()
    assert (good.result(), also_good.result()) == (10, 20)
    with pytest.raises(ValueError, match="a bad item"):
        bad.result()
    batcher.stop()


def test_what_has_no_room_is_refused_with_a_time() -> None:
    batcher = Batcher(Gate().work, name="test", most=4, room=5)
    batcher.submit([1, 2, 3])
    with pytest.raises(Overloaded) as refused:
        batcher.submit([4, 5, 6])
    assert refused.value.retry_after > 0
    assert batcher.waiting == 3, "refused whole, not in part"
    batcher.submit([4, 5])


def test_a_caller_who_went_away_costs_nothing() -> None:
    gate = Gate()
    batcher = Batcher(gate.work, name="test", most=4, room=5)
    gone, stays = batcher.submit([1, 2])
    gone.cancel()
    gate.open.set()
    batcher.start()
    assert stays.result() == 20
    assert gate.batches == [[2]]
    batcher.stop()


def test_stopping_finishes_what_was_taken_and_takes_no_more() -> None:
    gate = Gate()
    batcher = Batcher(gate.work, name="test", most=2, room=9)
    taken = batcher.submit([1, 2, 3])
    gate.open.set()
    batcher.start()
    batcher.stop()
    assert [future.result() for future in taken] == [10, 20, 30]
    assert not batcher.alive
    with pytest.raises(Overloaded):
        batcher.submit([4])


def test_requests_at_the_same_time_are_analysed_together(tmp_path: Path, pipeline: Pipeline) -> None:
    with serving(tmp_path, pipeline) as served:
        sizes: list[int] = []
        held, go = Event(), Event()
        analyse = served.service.pipeline.analyse

        def slow(reports: Sequence[object]) -> list[Analysis]:
            sizes.append(len(reports))
            held.set()
            go.wait()
            return analyse(reports)  # type: ignore[arg-type]

        served.service.analysing._work = slow  # type: ignore[assignment]

        async def burst() -> list[httpx2.Response]:
            headers = {"Authorization": f"Bearer {served.tokens['submitter']}"}
            async with httpx2.AsyncClient(base_url=served.url, headers=headers, timeout=60, verify=False) as client:
                calls = [client.post("/v1/reports", json={"text": f"第{n}盏路灯坏了"}) for n in range(20)]
                tasks = [asyncio.create_task(call) for call in calls]
                while served.service.analysing.waiting + sum(sizes) < 20:
                    await asyncio.sleep(0.01)
                go.set()
                return list(await asyncio.gather(*tasks))

        answers = asyncio.run(burst())
        assert [answer.status_code for answer in answers] == [201] * 20
        assert [answer.json()["text"] for answer in answers] == [f"第{n}盏路灯坏了" for n in range(20)]
        assert sum(sizes) == 20
        assert len(sizes) <= 5, sizes
        assert max(sizes) <= ANALYSED


def test_the_next_are_analysed_while_some_are_stored_and_order_is_kept(tmp_path: Path, pipeline: Pipeline) -> None:
    count = STORED + ANALYSED
    with serving(tmp_path, pipeline) as served:
        analysed: list[str] = []
        storing, go = Event(), Event()
        analyse, store = served.service.pipeline.analyse, served.service.ingesting._work

        def watched(reports: Sequence[Report]) -> list[Analysis]:
            analysed.extend(report.id for report in reports)
            return analyse(reports)

        def slow(analyses: Sequence[Analysis]) -> Sequence[Ingested | None]:
            storing.set()
            assert go.wait(60)
            return store(analyses)

        served.service.analysing._work = watched
        served.service.ingesting._work = slow

        def release() -> None:
            storing.wait(60)
            until(lambda: len(analysed) == count)
            go.set()

        releasing = Thread(target=release, daemon=True)
        releasing.start()
        body = [{"id": f"r{n:02}", "text": f"第{n}盏路灯坏了"} for n in range(count)]
        answered = ask(served, "POST", "/v1/reports", "submitter", json=body)
        releasing.join()
        with served.service.store.reading() as session:
            kept = list(session.scalars(select(ReportRow.key).order_by(ReportRow.pk)))
    told = [report["id"] for report in body]
    assert (analysed, [report["id"] for report in answered], kept) == (told, told, told)


def test_over_the_limit_callers_are_told_when_to_come_again(tmp_path: Path, pipeline: Pipeline) -> None:
    with serving(tmp_path, pipeline, room=3, rate="20/minute") as served:
        go = Event()
        sizes: list[int] = []

        def slow(reports: Sequence[Report]) -> list[Analysis]:
            sizes.append(len(reports))
            go.wait()
            return pipeline.analyse(reports)

        served.service.analysing._work = slow

        async def burst() -> list[httpx2.Response]:
            headers = {"Authorization": f"Bearer {served.tokens['submitter']}"}
            async with httpx2.AsyncClient(base_url=served.url, headers=headers, timeout=60, verify=False) as client:
                calls = [client.post("/v1/analyse", json={"text": f"第{n}盏路灯坏了"}) for n in range(30)]
                tasks = [asyncio.create_task(call) for call in calls]
                while sum(task.done() for task in tasks) + sum(sizes) + served.service.analysing.waiting < 30:
                    await asyncio.sleep(0.01)
                go.set()
                return list(await asyncio.gather(*tasks))

        answers = asyncio.run(burst())
        by_status = {status: [a for a in answers if a.status_code == status] for status in (200, 429, 503)}
        assert len(by_status[429]) == 10, "twenty calls a minute"
        assert 1 <= len(by_status[200]) <= sizes[0] + 3, "those under way and three waiting"
        assert sum(map(len, by_status.values())) == 30
        for answer in by_status[429] + by_status[503]:
            assert int(answer.headers["retry-after"]) >= 1
            assert answer.headers["content-type"] == "application/problem+json"
        assert ask(served, "GET", "/healthz", None) == {"status": "ok"}
        assert served.call("GET", "/v1/issues", "triage").status_code == 200, "another key has its own count"
