"""What changed: a day, week or month against the one before (环比) and against last year's (同比)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np

from nlp.baseline import Baseline
from nlp.holidays import Calendar
from nlp.series import Series

Unit = Literal["day", "week", "month"]

#: Why a change has no ratio; "" where it has one.
Missing = Literal["", "base is zero", "no record", "no such date"]


@dataclass(frozen=True, slots=True)
class Span:
    """The local days of `[start, end)`."""

    start: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.start).days


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


def span_of(unit: Unit, day: date) -> Span:
    """The day, the week from Monday, or the month that holds a day."""
    if unit == "day":
        return Span(day, day + timedelta(days=1))
    if unit == "week":
        monday = day - timedelta(days=day.weekday())
        return Span(monday, monday + timedelta(days=7))
    first = day.replace(day=1)
    return Span(first, (first + timedelta(days=31)).replace(day=1))


def span_before(unit: Unit, span: Span) -> Span:
    """The one before it."""
    return span_of(unit, span.start - timedelta(days=1))


def span_last_year(unit: Unit, span: Span) -> Span | None:
    """Last year's: the same date or month, the week 52 weeks before; None where last year had no such date."""
    if unit == "week":
        return span_of(unit, span.start - timedelta(weeks=52))
    try:
        return span_of(unit, span.start.replace(year=span.start.year - 1))
    except ValueError:
        return None


def changes(
    series: Iterable[Series], span: Span, then: Span | None, baseline: Baseline, calendar: Calendar
) -> list[Change]:
    """Compare two spans of each of several daily series; days behind its end count as none.

    By date a weekday meets another weekday, a moving feast an ordinary day, and months differ in length: that is what
    `corrected` is for.
    """
    if then is None:
        return [Change(count(daily, span), None, None, None, "no such date") for daily in series]
    weights = _weight(span, baseline, calendar) / _weight(then, baseline, calendar)
    return [_change(daily, span, then, weights) for daily in series]


def _change(daily: Series, span: Span, then: Span, weights: float) -> Change:
    now = count(daily, span)
    if then.start < daily.day(0):
        return Change(now, None, None, None, "no record")
    base = count(daily, then)
    if base == 0:
        return Change(now, 0, None, None, "base is zero")
    return Change(now, base, now / base - 1, now / base / weights - 1, "")


def count(daily: Series, span: Span) -> int:
    """How many reports a daily series has in a span."""
    first = (span.start - daily.day(0)).days
    return sum(daily.counts[max(0, first) : max(0, first + span.days)])


def _weight(span: Span, baseline: Baseline, calendar: Calendar) -> float:
    """The weights of a span's days together."""
    kinds = np.array([calendar.kind(span.start + timedelta(days=n)) for n in range(span.days)])
    return float(np.take(baseline.weights, kinds).sum())
