"""Surges: exact tails, the stated rate of false alarms on quiet series, and planted surges found in their first ten."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from math import comb, exp, factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.baseline import fit_baseline, kinds_of, upper_tails
from nlp.holidays import HOLIDAY, Calendar, default_calendar
from nlp.series import SHANGHAI, Series
from nlp.surge import RATE, WINDOWS, find_all_surges, find_surges, judge

CALENDAR = default_calendar()
WEEKDAYS_ONLY = Calendar(frozenset(), frozenset(), frozenset())
START = datetime(2018, 1, 1, tzinfo=SHANGHAI)
#: Two years: the first is past only, the second is judged.
DAYS = 2 * 365
KINDS = kinds_of(Series("day", START, (0,) * DAYS), CALENDAR)
#: Monday to Sunday, public holidays, weekend days worked.
RHYTHM = np.array([1.3, 1.1, 1.1, 1.0, 1.0, 0.6, 0.5, 0.3, 1.0])


def daily(counts: np.ndarray, start: datetime = START) -> Series:
    return Series("day", start, tuple(map(int, counts)))


def upper_tail(count: int, mean: float, size: float, *, enough: float = 1.0) -> float:
    """One tail, told among others, of which none is needed."""
    counts, means, sizes = np.array([0, count, 1]), np.array([3.0, mean, 0.5]), np.array([2.0, size, 1.0])
    return float(upper_tails(counts, means, sizes, enough=enough)[1])


def quiet(rng: np.random.Generator, mean: float, size: float) -> np.ndarray:
    """A series without a surge: `mean` reports a day, a weekly rhythm, holidays, variance mean + mean²/size."""
    means = mean * RHYTHM[KINDS] / RHYTHM[KINDS].mean()
    return rng.poisson(rng.gamma(size, means / size))


@pytest.mark.parametrize("count", [1, 2, 5, 40])
@pytest.mark.parametrize("mean", [0.01, 0.7, 6.0])
def test_a_tail_of_size_one_or_two_is_what_algebra_says(count: int, mean: float) -> None:
    q = mean / (mean + 1)
    assert upper_tail(count, mean, 1.0) == pytest.approx(q**count, rel=1e-9)
    q = mean / (mean + 2)
    assert upper_tail(count, mean, 2.0) == pytest.approx(q**count * (1 + count * (1 - q)), rel=1e-9)


def test_a_tail_of_whole_size_is_that_of_trials_until_so_many_successes() -> None:
    # At least 9 failures before the 7th success: fewer than 7 successes in the first 15 trials.
    p = 7 / (7 + 4.0)
    expected = sum(comb(15, k) * p**k * (1 - p) ** (15 - k) for k in range(7))
    assert upper_tail(9, 4.0, 7.0) == pytest.approx(expected, rel=1e-9)


def test_a_tail_of_great_size_is_nearly_poisson() -> None:
    poisson = 1 - sum(exp(-2.0) * 2.0**k / factorial(k) for k in range(8))
    assert upper_tail(8, 2.0, 1e4) == pytest.approx(poisson, rel=5e-3)
    assert upper_tail(0, 2.0, 1.0) == 1.0


@settings(deadline=None)
@given(count=st.integers(1, 60), mean=st.floats(0.01, 50), size=st.floats(0.1, 500))
def test_a_tail_falls_with_the_count_and_rises_with_the_mean(count: int, mean: float, size: float) -> None:
    tail = upper_tail(count, mean, size)
    assert 0 < tail <= 1
    assert upper_tail(count + 1, mean, size) <= tail * (1 + 1e-9)
    assert upper_tail(count, mean * 1.1, size) >= tail * (1 - 1e-9)


def test_the_baseline_finds_the_rhythm_and_the_scatter() -> None:
    counts = quiet(np.random.default_rng(3), 20.0, 4.0)
    baseline = fit_baseline(counts, KINDS)
    truth = RHYTHM / RHYTHM[KINDS].mean()
    for kind in range(HOLIDAY + 1):
        assert baseline.rate * baseline.weights[kind] == pytest.approx(20 * truth[kind], rel=0.2)
    assert baseline.scatter == pytest.approx(1 / 4, rel=0.3)


def test_quiet_series_raise_at_most_the_stated_false_alarms() -> None:
    rng = np.random.default_rng(20)
    false = 0
    for n in range(200):
        counts = quiet(rng, mean=(0.02, 0.1, 0.3, 1.0)[n % 4], size=(0.7, 1.5, 5.0)[n % 3])
        false += sum(surge.found.day >= date(2019, 1, 1) for surge in find_surges(daily(counts), CALENDAR))
    assert false <= 200 * RATE


def first_ten(rng: np.random.Generator, counts: np.ndarray, day: int, length: int) -> bool:
    """Plant ten reports over `length` days from `day` on; whether an alarm comes by the tenth, judging at each."""
    times = np.sort(rng.uniform(0, length, 10))
    for seen in range(1, 11):
        today = day + int(times[seen - 1])
        # What the quiet series itself brings later today is not there yet: leave all of today's out, as the worst case.
        known = counts[: today + 1].copy()
        known[today] = 0
        np.add.at(known, day + times[:seen].astype(int), 1)
        verdict = judge(daily(known), today, CALENDAR)
        if verdict and verdict.alarm:
            return True
    return False


@pytest.mark.parametrize(("mean", "length"), [(0.02, 1), (0.02, 14), (0.1, 1), (0.1, 7), (0.3, 1), (0.3, 3)])
def test_planted_surges_are_found_in_their_first_ten_reports(mean: float, length: int) -> None:
    rng = np.random.default_rng(int(1000 * mean) + length)
    found = [first_ten(rng, quiet(rng, mean, 2.0), int(rng.integers(400, 700)), length) for _ in range(40)]
    assert sum(found) >= 0.95 * len(found)


def test_a_slow_surge_is_one_and_says_since_when() -> None:
    counts = np.zeros(DAYS, dtype=int)
    counts[::40] = 1
    counts[500:530:2] = 1
    (surge,) = find_surges(daily(counts), CALENDAR)
    assert surge.found.alarm
    assert date(2019, 5, 16) <= surge.found.day <= date(2019, 6, 1)
    assert surge.found.start < surge.found.day <= surge.last
    assert surge.found.count >= 5 > surge.found.expected
    assert surge.found.tail <= RATE / (365 * len(WINDOWS))


def test_a_past_surge_does_not_hide_the_next() -> None:
    counts = np.tile([0, 0, 1, 0, 0, 0, 0], DAYS // 7)
    counts[300:303] = 30
    counts[600] = 9
    days = [surge.found.day for surge in find_surges(daily(counts), CALENDAR)]
    assert days == [START.date() + timedelta(days=300), START.date() + timedelta(days=600)]


def test_few_reports_are_no_surge() -> None:
    counts = np.zeros(DAYS, dtype=int)
    counts[600] = 4
    assert find_surges(daily(counts), CALENDAR) == ()


def test_without_enough_past_there_is_no_verdict() -> None:
    series = daily(np.ones(60, dtype=int))
    assert judge(series, 54, CALENDAR) is None
    verdict = judge(series, 55, CALENDAR)
    assert verdict is not None
    assert not verdict.alarm


def test_hours_are_refused() -> None:
    with pytest.raises(ValueError, match="not a hour; count with period='day'"):
        find_surges(Series("hour", START, (0,) * 100), CALENDAR)


low_counts = st.lists(st.sampled_from([0, 0, 0, 0, 1, 1, 2, 9]), min_size=90, max_size=150)


@settings(deadline=None, max_examples=20)
@given(counts=low_counts, weeks=st.integers(-300, 300))
def test_whole_weeks_change_nothing(counts: list[int], weeks: int) -> None:
    shift = timedelta(weeks=weeks)
    here = find_surges(Series("day", START, tuple(counts)), WEEKDAYS_ONLY)
    there = find_surges(Series("day", START + shift, tuple(counts)), WEEKDAYS_ONLY)
    assert [(s.found.day + shift, s.found.tail, s.last + shift) for s in here] == [
        (s.found.day, s.found.tail, s.last) for s in there
    ]


@settings(deadline=None, max_examples=20)
@given(counts=low_counts, cut=st.integers(60, 89), more=st.integers(1, 5))
def test_a_verdict_knows_no_future_and_falls_with_more_reports(counts: list[int], cut: int, more: int) -> None:
    whole = judge(Series("day", START, tuple(counts)), cut, CALENDAR)
    cut_off = Series("day", START, tuple(counts[: cut + 1]))
    assert judge(cut_off, cut, CALENDAR) == whole
    busier = judge(Series("day", START, (*counts[:cut], counts[cut] + more)), cut, CALENDAR)
    assert whole is not None
    assert busier is not None
    assert busier.alarm >= whole.alarm
    assert busier.tail < whole.tail or busier.alarm > whole.alarm


@settings(deadline=None, max_examples=40)
@given(counts=low_counts, day=st.integers(0, 149))
def test_surges_since_a_day_are_those_of_all_that_still_alarmed_then(counts: list[int], day: int) -> None:
    series = Series("day", START, tuple(counts))
    since = series.day(day)
    assert find_surges(series, WEEKDAYS_ONLY, since=since) == tuple(
        surge for surge in find_surges(series, WEEKDAYS_ONLY) if surge.last >= since
    )


@settings(deadline=None, max_examples=20)
@given(series=st.lists(low_counts, min_size=1, max_size=5), day=st.integers(0, 149))
def test_many_series_judged_together_are_judged_as_each_alone(series: list[list[int]], day: int) -> None:
    days = min(map(len, series))
    many = [Series("day", START, tuple(counts[:days])) for counts in series]
    since = many[0].day(day)
    for together, one in zip(find_all_surges(many, CALENDAR, since=since), many, strict=True):
        alone = find_surges(one, CALENDAR, since=since)
        assert [(s.found.day, s.found.start, s.last) for s in together] == [
            (s.found.day, s.found.start, s.last) for s in alone
        ]
        assert [s.found.tail for s in together] == pytest.approx([s.found.tail for s in alone], rel=1e-9)
    assert find_all_surges([], CALENDAR) == []


@given(mean=st.floats(0.01, 20), size=st.floats(0.1, 1000), count=st.integers(1, 40), limit=st.floats(1e-9, 0.5))
def test_a_tail_told_in_part_is_on_the_same_side_of_the_limit(
    mean: float, size: float, count: int, limit: float
) -> None:
    whole, part = upper_tail(count, mean, size), upper_tail(count, mean, size, enough=limit)
    assert part == whole if whole <= limit else limit < part <= whole
