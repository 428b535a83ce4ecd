"""Days as people choose them, as times."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from corpora.importers.dates import SHANGHAI


def day_of(text: str | None) -> date | None:
    """The day of a date field; None where it is empty or no date."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def midnight(text: str | None) -> datetime | None:
    """When the day of a date field begins, in local time."""
    day = day_of(text)
    return datetime.combine(day, datetime.min.time(), SHANGHAI) if day else None


def day_after(text: str | None) -> datetime | None:
    """When the day of a date field is over, in local time."""
    start = midnight(text)
    return start + timedelta(days=1) if start else None
