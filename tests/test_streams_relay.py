"""What a relay does where its broker takes nothing; no broker is needed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest

from api.events import emit
from api.store import Store
from api.streams.relay import Relay


@pytest.fixture
def store(sqlite_template: Path, tmp_path: Path) -> Iterator[Store]:
    with closing(Store(f"sqlite:///{copyfile(sqlite_template, tmp_path / 'store.db')}")) as opened:
        yield opened


def tell(store: Store, publish: Any, until: asyncio.Event, *, patience: float) -> Relay:
    """Run a relay over one event that happens after its start, until it is done with it or gives up."""

    async def run() -> Relay:
        relay = Relay(
            store, stream="s", prefix="p", tagged=publish, issues=publish, give_up=until.set, patience=patience
        )
        await relay.start()
        with store.writing() as session:
            emit(session, "issue.created", "i1", {})
        await asyncio.wait_for(until.wait(), 30)
        await relay.stop()
        return relay

    return asyncio.run(run())


def test_a_relay_gives_up_where_the_broker_stays_away(store: Store) -> None:
    tries = 0

    async def gone(_: Mapping[str, Any]) -> None:
        nonlocal tries
        tries += 1
        raise ConnectionError

    assert tell(store, gone, asyncio.Event(), patience=0.3).lost
    assert tries > 1


def test_a_broker_that_comes_back_is_told_what_waited(store: Store) -> None:
    done, tries = asyncio.Event(), 0

    async def away_for_a_while(message: Mapping[str, Any]) -> None:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise ConnectionError
        assert message["subject"] == "i1"
        done.set()

    assert not tell(store, away_for_a_while, done, patience=60).lost
    assert tries == 3
