"""Series, holidays, changes on the previous period and on last year: expectations by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.baseline import Baseline, fit_baseline, kinds_of
from nlp.holidays import HOLIDAY, MAKE_UP, Calendar, default_calendar, read_calendar
from nlp.series import SHANGHAI, Period, Series, begin, count_series
from nlp.trends import Change, Span, Unit, changes, count, span_before, span_last_year, span_of

CALENDAR = default_calendar()
#: Weekdays weigh 1, Saturday and Sunday a half, holidays a quarter.
BASELINE = Baseline(2.0, (1, 1, 1, 1, 1, 0.5, 0.5, 0.25, 1), 0.5, 100.0)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("time", "period", "expected"),
    [
        ("2019-08-19T11:34:04", "hour", "2019-08-19T11:00"),
        ("2019-08-19T11:34:04", "day", "2019-08-19T00:00"),
        ("2019-08-19T00:00:00", "week", "2019-08-19T00:00"),
        ("2019-08-25T23:59:59", "week", "2019-08-19T00:00"),
        ("2020-01-01T08:00:00", "week", "2019-12-30T00:00"),
    ],
)
def test_a_period_begins_in_local_time_and_a_week_on_monday(time: str, period: Period, expected: str) -> None:
    assert begin(at(time), period) == at(expected)


def test_another_zone_is_read_as_local_time() -> None:
    assert begin(datetime(2019, 8, 18, 17, 30, tzinfo=UTC), "day") == at("2019-08-19T00:00")


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="2019-08-19T00:00:00 has no zone"):
        begin(datetime(2019, 8, 19), "day")


def test_counts_fill_the_empty_periods_and_leave_out_what_is_outside() -> None:
    events = [
        (at("2019-08-21T09:00"), "a"),
        (at("2019-08-19T00:00"), "b"),
        (at("2019-08-21T23:59"), "a"),
        (at("2019-08-18T23:59"), "b"),
        (at("2019-08-23T00:00"), "c"),
    ]
    series = count_series(events, period="day", first=at("2019-08-19T12:00"), last=at("2019-08-22T01:00"))
    assert series == {
        "a": Series("day", at("2019-08-19"), (0, 0, 2, 0)),
        "b": Series("day", at("2019-08-19"), (1, 0, 0, 0)),
    }
    assert series["a"].day(2) == date(2019, 8, 21)
    assert series["a"].index(at("2019-08-18T10:00")) == -1


times = st.datetimes(datetime(2021, 1, 4), datetime(2021, 3, 28), timezones=st.just(SHANGHAI))


@settings(deadline=None)
@given(st.lists(st.tuples(times, st.sampled_from("ab"))), st.integers(-200, 200))
def test_hours_make_days_make_weeks_wherever_the_weeks_lie(events: list[tuple[datetime, str]], weeks: int) -> None:
    shift = timedelta(weeks=weeks)
    first, last = datetime(2021, 1, 4, tzinfo=SHANGHAI), datetime(2021, 3, 28, 23, tzinfo=SHANGHAI)
    hours = count_series(events, period="hour", first=first, last=last)
    days = count_series(events, period="day", first=first, last=last)
    moved = [(time + shift, key) for time, key in events]
    for key, week in count_series(moved, period="week", first=first + shift, last=last + shift).items():
        assert np.array(hours[key].counts).reshape(-1, 24).sum(1).tolist() == list(days[key].counts)
        assert np.array(days[key].counts).reshape(-1, 7).sum(1).tolist() == list(week.counts)
        assert sum(week.counts) == sum(k == key for _, k in events)


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        ("2018-12-29", MAKE_UP),  # Saturday worked for New Year's Eve
        ("2018-12-31", HOLIDAY),
        ("2019-05-01", HOLIDAY),
        ("2019-05-05", MAKE_UP),
        ("2020-01-31", HOLIDAY),  # Spring Festival made longer
        ("2020-02-03", 0),
        ("2020-10-08", HOLIDAY),  # Mid-autumn and National Day together
        ("2023-10-06", HOLIDAY),
        ("2024-02-09", 4),  # New Year's Eve was an ordinary Friday that year
        ("2025-05-02", HOLIDAY),
        ("2026-02-23", HOLIDAY),
        ("2026-02-28", MAKE_UP),
        ("2022-07-02", 5),
        ("2017-10-02", 0),  # National Day, but no table: the weekday alone
    ],
)
def test_each_day_has_its_kind(day: str, kind: int) -> None:
    assert CALENDAR.kind(date.fromisoformat(day)) == kind


def test_the_calendar_says_which_years_it_knows() -> None:
    assert CALENDAR.years == frozenset(range(2018, 2027))
    assert CALENDAR.knows(date(2026, 12, 31))
    assert not CALENDAR.knows(date(2017, 12, 31))


def test_only_weekend_days_are_worked_to_make_up_and_none_is_also_off() -> None:
    assert all(day.weekday() >= 5 for day in CALENDAR.work)
    assert not CALENDAR.work & CALENDAR.off


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("[2018]\noff = [[2018-01-02, 2018-01-01]]\nwork = []", "backwards; write the first day first"),
        ("[2018]\noff = []\nwork = [2019-01-05]", "2019-01-05 stands under .2018. and has no table"),
    ],
)
def test_a_broken_table_is_refused(tmp_path: Path, table: str, message: str) -> None:
    path = tmp_path / "holidays.toml"
    path.write_text(table)
    with pytest.raises(ValueError, match=message):
        read_calendar(path)


def daily(start: str, *counts: int) -> Series:
    return Series("day", at(start), counts)


def days(start: str, end: str) -> Span:
    return Span(date.fromisoformat(start), date.fromisoformat(end))


@pytest.mark.parametrize(
    ("unit", "day", "span", "before", "last_year"),
    [
        (
            *("day", "2020-03-01"),
            *(("2020-03-01", "2020-03-02"), ("2020-02-29", "2020-03-01"), ("2019-03-01", "2019-03-02")),
        ),
        (
            *("week", "2020-01-01"),
            *(("2019-12-30", "2020-01-06"), ("2019-12-23", "2019-12-30"), ("2018-12-31", "2019-01-07")),
        ),
        (
            *("month", "2019-12-31"),
            *(("2019-12-01", "2020-01-01"), ("2019-11-01", "2019-12-01"), ("2018-12-01", "2019-01-01")),
        ),
        (
            *("month", "2020-02-29"),
            *(("2020-02-01", "2020-03-01"), ("2020-01-01", "2020-02-01"), ("2019-02-01", "2019-03-01")),
        ),
    ],
)
def test_spans_and_what_they_are_held_against(
    unit: Unit, day: str, span: tuple[str, str], before: tuple[str, str], last_year: tuple[str, str]
) -> None:
    found = span_of(unit, date.fromisoformat(day))
    assert found == days(*span)
    assert span_before(unit, found) == days(*before)
    assert span_last_year(unit, found) == days(*last_year)


def test_last_year_may_lack_the_date() -> None:
    assert span_last_year("day", days("2024-02-29", "2024-03-01")) is None


def test_a_week_against_the_one_before() -> None:
    # The week of National Day 2019 (1 to 7 October): one working Monday, six days off; before it five and a half:
    # Monday to Friday, Saturday, and Sunday the 29th, which was worked.
    series = daily("2019-09-23", *[2] * 6, 1, *[2] * 6, 1)
    (found,) = changes([series], days("2019-09-30", "2019-10-07"), days("2019-09-23", "2019-09-30"), BASELINE, CALENDAR)
    assert found == Change(13, 13, 0.0, pytest.approx(6.5 / (1 + 6 * 0.25) - 1), "")


def test_a_day_against_last_years_date_is_corrected_for_its_weekday() -> None:
    series = daily("2021-07-03", 4, *[0] * 364, 2)  # a Saturday, and Sunday the 3rd of 2022
    spans = days("2022-07-03", "2022-07-04"), days("2021-07-03", "2021-07-04")
    assert changes([series], *spans, BASELINE, CALENDAR) == [Change(2, 4, -0.5, -0.5, "")]
    series = daily("2020-07-03", 4, *[0] * 364, 2)  # a Friday, and a Saturday
    spans = days("2021-07-03", "2021-07-04"), days("2020-07-03", "2020-07-04")
    assert changes([series], *spans, BASELINE, CALENDAR) == [Change(2, 4, -0.5, 0.0, "")]


def test_months_of_unequal_length_are_made_equal() -> None:
    # June and July 2021 without holidays and of equal weight: 30 and 31 days.
    flat = Baseline(2.0, (1,) * 9, 0.5, 100.0)
    series = daily("2021-06-01", *[2] * 61)
    (found,) = changes([series], days("2021-07-01", "2021-08-01"), days("2021-06-01", "2021-07-01"), flat, CALENDAR)
    assert found == Change(62, 60, pytest.approx(1 / 30), pytest.approx(0), "")


def test_what_cannot_be_compared_says_why() -> None:
    series = daily("2024-02-28", 0, 5)
    today, yesterday = days("2024-02-29", "2024-03-01"), days("2024-02-28", "2024-02-29")
    for span, then, told in (
        (yesterday, days("2024-02-27", "2024-02-28"), Change(0, None, None, None, "no record")),
        (today, yesterday, Change(5, 0, None, None, "base is zero")),
        (today, None, Change(5, None, None, None, "no such date")),
    ):
        assert changes([series], span, then, BASELINE, CALENDAR) == [told]


def test_days_behind_a_series_count_as_none() -> None:
    assert count(daily("2024-02-28", 3, 5), days("2024-02-26", "2024-03-04")) == 8
    assert count(daily("2024-02-28", 3, 5), days("2024-03-01", "2024-03-04")) == 0
    assert count(daily("2024-02-28", 3, 5), days("2024-02-01", "2024-02-28")) == 0


def test_a_rhythm_without_a_single_report_is_flat() -> None:
    series = Series("day", at("2019-01-01"), (0,) * 100)
    baseline = fit_baseline(np.array(series.counts), kinds_of(series, CALENDAR))
    assert set(baseline.weights) == {1.0}
    assert baseline.rate == pytest.approx(0.005)


def test_years_without_a_table_are_read_by_weekday_alone() -> None:
    series = Series("day", at("2016-09-28"), (5,) * 7)
    assert HOLIDAY not in kinds_of(series, CALENDAR)


def test_a_calendar_without_years_knows_weekdays_only() -> None:
    assert Calendar(frozenset(), frozenset(), frozenset()).kind(date(2019, 10, 1)) == 1
