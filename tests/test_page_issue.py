"""What the page of an issue reads: a time line in the period asked for, where that is not too long."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from handmade import Told, put

from api.pages.issue import read_issue
from api.store import Store
from nlp.series import Period


@pytest.mark.parametrize(
    ("days", "asked", "told"),
    [
        (3, "hour", "hour"),
        (3, "week", "week"),
        (30, "hour", "day"),
        (30, "day", "day"),
        (30, "week", "week"),
        (500, "hour", "week"),
        (500, "day", "week"),
    ],
)
def test_a_time_line_too_long_for_a_period_takes_a_longer_one(
    store: Store, days: int, asked: Period, told: Period
) -> None:
    last = date(2025, 1, 1) + timedelta(days=days)
    put(
        store,
        Told(id="1", issue="i", received="2025-01-01T09:00:00"),
        Told(id="2", issue="i", received=f"{last}T09:00:00"),
    )
    with store.reading() as session:
        known = read_issue(session, store, "i", asked)
    assert known is not None
    assert known.series is not None
    assert known.series.period == told
