"""Days as people choose them, as times."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from api.stats.reports import midnight


def day_of(text: str | None) -> date | None:
    """The day of a date field; None where it is empty, or none of 1900 to 2199, which the API takes."""
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        return None
    return day if day and 1900 <= day.year <= 2199 else None


def begin_of(text: str | None) -> datetime | None:
    """When the day of a date field begins, in local time."""
    day = day_of(text)
    return midnight(day) if day else None


def end_of(text: str | None) -> datetime | None:
    """When the day of a date field is over, in local time."""
    begin = begin_of(text)
    return begin + timedelta(days=1) if begin else None
