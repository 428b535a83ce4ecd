"""What a written time means, by ISO 8601, in local time (Asia/Shanghai) without a zone.

A day is `2018-05-18`, a moment `2018-05-18T07:30`, a month `2018-05`, a year `2018`; everything longer or between is an
interval `a/b`, last day or moment included (上旬: `2018-05-01/2018-05-10`), open as `a/..` (ISO 8601-2). 初 and 底 of a
month are its first and last third, of a year its first and last two months. A part of a day is an interval of hours.
Missing parts come from what stands before in the text (同日, 25日) and from the report's date: a month without a year
is that of the report's year unless it lies more than half a year ahead. None where no value can be told.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache

from nlp.recognise import time_pattern as p
from nlp.recognise.duration import duration
from nlp.recognise.time_date import Known, Point, read_date
from nlp.recognise.time_of_day import minutes_of_clock, part_of_day

_POINT = re.compile(
    rf"(?:(?P<decade>{p.DECADE})|(?P<numeric>{p.NUMERIC})"
    rf"|(?P<said>{p.DAY_SAID})|(?P<week>{p.WEEKDAY})"
    rf"|(?P<year>{p.YEAR}|{p.SHORT_YEAR})? ?(?:(?P<feast>{p.FEAST}|{p.VACATION})|(?P<season>{p.SEASON})"
    rf"|(?P<month>(?P<moon>[农老旧阴]历)?{p.MONTH}|{p.MONTH_SAID})?(?:月?(?P<third>{p.THIRD})"
    rf"| ?(?P<moonday>{p.LUNAR_DAY})"
    rf"| ?(?P<day>{p.DAY}|(?<=月)[0-9]{{1,2}}))?))?"
    rf"(?:的一天)?的?[ ，]?(?P<part>{p.PART})?上? ?(?:大概|大约|约)?(?P<clock>{p.CLOCK})?"
)
_SAID_THEN_DATE = re.compile(rf"(?:{p.DAY_SAID}|{p.WEEKDAY}) ?(?={p.MONTH})")
_TO = re.compile(r" ?(?:直至|至|到|——?|--?|~|或|、) ?")
_TO_NOW = re.compile(r"(.+?) ?[至到](?:今|现在|目前)")


def time_value(text: str, known: Known) -> tuple[str | None, Known]:
    """The value of a time as written, and what is known after it."""
    if found := _TO_NOW.fullmatch(text):
        since = _point(found[1], known)
        end = f"{known.received:%Y-%m-%d}" if known.received else ".."
        return (None, known) if since is None else (f"{since.low}/{end}", since.known)
    point = _point(text, known)
    if point is None and (length := duration(text, known.received)):
        return length, known
    if point is None:
        point = _range(text, known)
    if point is None:
        return None, known
    return (point.low if point.low == point.high else f"{point.low}/{point.high}"), point.known


def _range(text: str, known: Known) -> Point | None:
    """Two points; the second leans on the first and comes after it."""
    for sign in _TO.finditer(text, 1):
        first = _point(text[: sign.start()], known)
        if first is None:
            continue
        leaning = replace(first.known, same_day=True)
        second = _point(text[sign.end() :], leaning)
        if second and second.high < first.low:
            second = _point(text[sign.end() :], _later(leaning, second))
        if second and second.high >= first.low:
            return Point(first.low, second.high, replace(second.known, same_day=False))
    return None


def _later(known: Known, second: Point) -> Known:
    """A second end that came out before the first: of the next day where it is a time of day, else of the next year."""
    if "T" in second.low and known.year and known.month and known.day:
        day = date(known.year, known.month, known.day) + timedelta(1)
        return replace(known, year=day.year, month=day.month, day=day.day)
    return replace(known, year=(known.year or 0) + 1, month=None, day=None)


@lru_cache(maxsize=4096)
def _parsed(text: str) -> re.Match[str] | None:
    """The pieces of a point; few expressions make up most of what is written (今年, 2018年), so they are kept."""
    said = _SAID_THEN_DATE.match(text)
    return _POINT.fullmatch(text, said.end() if said else 0) if text else None


def _point(text: str, known: Known) -> Point | None:
    match = _parsed(text)
    if not match:
        return None
    try:
        span = read_date(match, known)
    except (ValueError, OverflowError):  # 2月30日
        return None
    if span is None or not (match["part"] or match["clock"] or (match["said"] and match["said"][-1] in "晚上早夜晨")):
        return span
    return _with_time(match, span)


def _with_time(match: re.Match[str], span: Point) -> Point | None:
    """The time of day added to a date; nothing can be told where the date is no day."""
    if span.low != span.high or len(span.low) != 10:
        return None
    said = (match["said"] or "")[1:].replace("天", "").replace("日", "")
    part, clock = match["part"] or ("早" if said == "早上" else said), match["clock"]
    minutes = minutes_of_clock(part, clock) if clock else part_of_day(part)
    if minutes is None:
        return None
    midnight = datetime.fromisoformat(span.low)
    low, high = (f"{midnight + timedelta(minutes=minute):%Y-%m-%dT%H:%M}" for minute in minutes)
    return Point(low, high, span.known)
