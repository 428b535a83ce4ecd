"""A service says that it is ready once nobody has to wait for what is stored to be read."""

from __future__ import annotations

import asyncio
from pathlib import Path
from threading import Event

from api.http.service import Service, Settings
from api.ingest import Ingester
from api.issue_queries import members
from api.linking import LinkedStore
from api.store import Store
from corpora import Report
from models import load_scorer
from nlp import Pipeline


def test_a_service_is_ready_when_all_is_prepared(pipeline: Pipeline, tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/a.db")
    service = Service(store=store, pipeline=pipeline, scorer=load_scorer(), settings=Settings(uploads=tmp_path / "u"))
    reached, gate = Event(), Event()
    service.preparations += [reached.set, gate.wait]

    async def live() -> list[bool]:
        told = [service.ready]
        await service.start()
        await asyncio.to_thread(reached.wait)
        told.append(service.ready)
        gate.set()
        while not service.ready:
            await asyncio.sleep(0.01)
        await service.stop()
        return [*told, service.ready]

    assert asyncio.run(live()) == [False, False, False]
    store.close()


def test_what_was_read_before_decides_as_what_is_read_now(pipeline: Pipeline, tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/a.db")
    texts = ("河西中学门口晚上路灯全坏了", "城北菜市场门口的污水井盖坏了好几天", "有人冒充快递客服骗走我五万元")
    reports = [Report(str(number), text) for number, text in enumerate(texts)]
    one, two, three = (
        told.link.issue for told in Ingester(LinkedStore(store, load_scorer()), pipeline).ingest(reports)
    )
    linked = LinkedStore(store, load_scorer())
    linked.warm(wanted=lambda: False)
    linked.merge(one, two, by="甲")
    linked.warm(wanted=lambda: True)
    linked.merge(one, three, by="甲")
    late = LinkedStore(store, load_scorer())
    late.warm(wanted=lambda: True)
    late.split(one, [reports[1].key], by="乙")
    with store.reading() as session:
        left = {member.report.key for member in members(session, one).items}
    assert left == {reports[0].key, reports[2].key}
    store.close()
