"""A store that an older version made keeps its reports, and what is newly told of them is read from what it kept."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from handmade import Told, put
from sqlalchemy import create_engine, select

import api
from api.schema import ReportRow
from api.store import Store


def test_amounts_of_older_reports_are_found_in_their_analyses(store_url: str) -> None:
    money = {
        "two": (("5万元", 5_000_000), ("1000元", 100_000)),
        "range": (("两三千", {"min": 200_000, "max": 300_000}),),
        "vague": (("很多钱", None),),
        "huge": (("9亿亿元", 9 * 10**18 * 100),),
        "none": (),
    }
    store = Store(store_url)
    for name, told_of in money.items():
        entities = tuple(("money", words, value) for words, value in told_of)
        text = '"money"：' + "、".join(words for words, _ in told_of)
        put(store, Told(id=name, issue=name, text=text, entities=entities))
    told = amounts(store)
    store.close()
    assert told == {"two": 5_000_000, "range": 200_000, "vague": 0, "huge": 2**63 - 1, "none": 0}
    downgrade(store_url, "0006")
    store = Store(store_url)
    assert amounts(store) == told
    store.close()


def amounts(store: Store) -> dict[str, int]:
    with store.reading() as session:
        return {row.key: row.amount for row in session.scalars(select(ReportRow))}


def downgrade(url: str, revision: str) -> None:
    """Make the store what a version of before made."""
    config = Config()
    config.set_main_option("script_location", str(Path(api.__file__).parent / "migrations"))
    engine = create_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
    engine.dispose()
