"""What changed: a period against the one before (环比) and against last year's (同比), what is new, what came back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import numpy as np

from nlp.baseline import Baseline
from nlp.holidays import Calendar
from nlp.series import LENGTH, Series

#: Why a change has no ratio; "" where it has one.
Missing = Literal["", "base is zero", "no record", "no such date"]


@dataclass(frozen=True, slots=True)
class Change:
    """`now` against `then`: `ratio` is (now - then) / then, so 0.25 says a quarter more.

    `corrected` is the same after each count is divided by the weight of its days (weekdays, holidays). `missing` says
    why both are None: nothing was counted then (`base is zero`), the series does not reach back (`no record`; `then`
    is None too), or last year had no 29 February (`no such date`).
    """

    now: int
    then: int | None
    ratio: float | None
    corrected: float | None
    missing: Missing


@dataclass(frozen=True, slots=True)
class ComeBack:
    """An issue with reports after it was concluded: when the first came, and how many."""

    key: str
    concluded: datetime
    returned: datetime
    reports: int


def change_on_previous(series: Series, index: int, baseline: Baseline, calendar: Calendar) -> Change:
    """环比: period `index` against the one before it."""
    return _change(series, index, index - 1, baseline, calendar)


def change_on_last_year(series: Series, index: int, baseline: Baseline, calendar: Calendar) -> Change:
    """同比: an hour or day against the same of last year's date; a week against the one 52 weeks before.

    By date a weekday meets another weekday, and a moving feast an ordinary day: that is what `corrected` is for.
    """
    begins = series.begins(index)
    if series.period == "week":
        then = begins - timedelta(weeks=52)
    else:
        try:
            then = begins.replace(year=begins.year - 1)
        except ValueError:
            return Change(_count(series, index), None, None, None, "no such date")
    return _change(series, index, series.index(then), baseline, calendar)


def new_issues(first_seen: Mapping[str, datetime], start: datetime, end: datetime) -> tuple[str, ...]:
    """The issues whose first report came in `[start, end)`, oldest first."""
    fresh = [(time, key) for key, time in first_seen.items() if start <= time < end]
    return tuple(key for _, key in sorted(fresh))


def come_backs(concluded: Mapping[str, datetime], reports: Iterable[tuple[datetime, str]]) -> tuple[ComeBack, ...]:
    """The issues with reports later than their conclusion, in the order in which they came back."""
    late: dict[str, list[datetime]] = {}
    for time, key in reports:
        if key in concluded and time > concluded[key]:
            late.setdefault(key, []).append(time)
    back = [ComeBack(key, concluded[key], min(times), len(times)) for key, times in late.items()]
    return tuple(sorted(back, key=lambda issue: (issue.returned, issue.key)))


def _change(series: Series, index: int, base: int, baseline: Baseline, calendar: Calendar) -> Change:
    now = _count(series, index)
    if not 0 <= base < len(series.counts):
        return Change(now, None, None, None, "no record")
    then = series.counts[base]
    if then == 0:
        return Change(now, 0, None, None, "base is zero")
    weights = _weight(series, index, baseline, calendar) / _weight(series, base, baseline, calendar)
    return Change(now, then, now / then - 1, now / then / weights - 1, "")


def _count(series: Series, index: int) -> int:
    if not 0 <= index < len(series.counts):
        raise IndexError(f"period {index} is outside the series, which has 0 to {len(series.counts) - 1}")
    return series.counts[index]


def _weight(series: Series, index: int, baseline: Baseline, calendar: Calendar) -> float:
    """The weights of a period's days together. An hour has its day's weight: the rhythm within a day is not known."""
    begins = series.begins(index)
    days = max(1, LENGTH[series.period] // timedelta(days=1))
    kinds = np.array([calendar.kind((begins + timedelta(days=n)).date()) for n in range(days)])
    return float(np.take(baseline.weights, kinds).sum())
