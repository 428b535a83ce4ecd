"""Counts per hour, day or week of local time (Asia/Shanghai), with the empty periods counted as zero."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Period = Literal["hour", "day", "week"]

SHANGHAI = ZoneInfo("Asia/Shanghai")

#: How long each period is. Clocks there have not been changed since 1991, so a day has 24 hours.
LENGTH: dict[Period, timedelta] = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}


@dataclass(frozen=True, slots=True)
class Series:
    """`counts[i]` reports in `[start + i periods, start + (i + 1) periods)`; weeks begin on Monday."""

    period: Period
    start: datetime
    counts: tuple[int, ...]

    def begins(self, index: int) -> datetime:
        """The local time at which a period begins."""
        return self.start + index * LENGTH[self.period]

    def day(self, index: int) -> date:
        """The local date on which a period begins."""
        return self.begins(index).date()

    def index(self, time: datetime) -> int:
        """The period that holds a time; negative, or beyond the counts, where the series does not reach it."""
        return (begin(time, self.period) - self.start) // LENGTH[self.period]


def begin(time: datetime, period: Period) -> datetime:
    """The local time at which the period that holds `time` begins. Raises ValueError for a time without a zone."""
    if time.tzinfo is None:
        raise ValueError(f"time {time.isoformat()} has no zone; give it one, as tzinfo=SHANGHAI")
    local = time.astimezone(SHANGHAI).replace(minute=0, second=0, microsecond=0)
    if period == "hour":
        return local
    midnight = local.replace(hour=0)
    return midnight if period == "day" else midnight - timedelta(days=midnight.weekday())


def count_series(
    events: Iterable[tuple[datetime, str]], *, period: Period, first: datetime, last: datetime
) -> dict[str, Series]:
    """One series for each key seen, all from the period that holds `first` to the one that holds `last`.

    The caller says from when to when there was a record: only so is a period without reports a zero and not a gap.
    Events outside are not counted. Keys are in the order in which they were first seen.
    """
    empty = Series(period, begin(first, period), ())
    length = empty.index(last) + 1
    counts: dict[str, list[int]] = {}
    for time, key in events:
        index = empty.index(time)
        if 0 <= index < length:
            counts.setdefault(key, [0] * length)[index] += 1
    return {key: Series(period, empty.start, tuple(values)) for key, values in counts.items()}
