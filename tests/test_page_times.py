"""Days as a page's address and its fields tell them: whatever they say, a page is there."""

from __future__ import annotations

from datetime import date

import pytest
from handmade import at

from api.pages.times import begin_of, day_of, end_of


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-02", date(2026, 3, 2)),
        ("1900-01-01", date(1900, 1, 1)),
        ("2199-12-31", date(2199, 12, 31)),
        ("0001-01-01", None),
        ("9999-12-31", None),
        ("2026-02-30", None),
        ("heute", None),
        ("", None),
        (None, None),
    ],
)
def test_a_day_is_one_that_the_api_takes_or_none(text: str | None, day: date | None) -> None:
    assert day_of(text) == day


def test_a_day_begins_and_ends_at_local_midnight() -> None:
    assert begin_of("2026-03-02") == at("2026-03-02T00:00:00")
    assert end_of("2026-03-02") == at("2026-03-03T00:00:00")
    assert (begin_of("9999-12-31"), end_of("9999-12-31")) == (None, None)
