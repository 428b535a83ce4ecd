"""Dates as written, read to years, months, days and what lies between; the conventions are those of `time_value`."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from nlp.recognise.feast import feast
from nlp.recognise.lunar import lunar_date, lunar_month
from nlp.recognise.numerals import number


@dataclass(frozen=True, slots=True)
class Known:
    """What is known where a time is read: when the report came, in local time, and the last day told before.

    `same_day`: a time of day alone is of that day, as at the second end of a range.
    """

    received: datetime | None = None
    year: int | None = None
    month: int | None = None
    day: int | None = None
    same_day: bool = False


@dataclass(frozen=True, slots=True)
class Point:
    """A time as read: from `low` to `high`, equal for a single form; `known` is what the next time may lean on."""

    low: str
    high: str
    known: Known


_YEARS = {"大前年": -3, "前年": -2, "去年": -1, "上年": -1, "今年": 0, "本年": 0, "明年": 1, "后年": 2}
_DAYS = {"大前": -3, "前": -2, "昨": -1, "今": 0, "明": 1, "后": 2}
_WEEKDAYS = {name: day for day, name in enumerate("一二三四五六日")} | {"天": 6, "末": 5}
_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4}
_SEASONS = {"春": 3, "夏": 6, "秋": 9, "冬": 12}
#: 10年 is ten years, 08年 and 99年 are years of the calendar.
_COUNTED_YEARS = re.compile("[1-7][0-9]年|[一二三四五六七八九十]{1,2}年")
_MONTH_NAMES = re.compile(r"1[0-2]|0?[1-9]|十[一二]|[一二三四五六七八九十元正冬腊](?=月?[份]?(?:[、，,到至-]|月|\Z| ))")
_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")


def read_date(match: re.Match[str], known: Known) -> Point | None:
    """The date of a match of the pattern of `time_value`; a date that does not exist raises ValueError."""
    if match["decade"]:
        return _decade(match["decade"], known)
    if match["numeric"]:
        return _numeric(match["numeric"], known)
    if match["said"]:
        return _day_said(match["said"], known)
    if match["week"]:
        return _week(match["week"], known)
    year = _year(match["year"], known) if match["year"] else None
    if match["year"] and year is None:
        return None
    if match["feast"]:
        return _feast(match["feast"], year, known)
    if match["season"]:
        return _season(match["season"], year, known)
    if match["month"]:
        return _month(match, year, known)
    if match["day"]:
        return _day_of_month(match["day"], known)
    if match["third"] and known.received:  # 月底 is read by its 底 alone
        return _with_day(match, known.received.year, known.received.month, known)
    if match["third"] or match["moonday"]:
        return None
    if year:
        return None if _COUNTED_YEARS.fullmatch(match["year"]) else _of_year(year, known)
    return _same_day(known) if match["clock"] or match["part"] else None


def _same_day(known: Known) -> Point | None:
    """A time of day alone: of the day of the first end of its range, else nothing can be told."""
    return _day(told, known) if known.same_day and (told := _told(known)) else None


def _told(known: Known) -> date | None:
    return date(known.year, known.month, known.day) if known.year and known.month and known.day else None


def _day(day: date, known: Known) -> Point:
    return Point(str(day), str(day), replace(known, year=day.year, month=day.month, day=day.day))


def _days(first: date, last: date, known: Known) -> Point:
    return Point(str(first), str(last), replace(known, year=first.year, month=first.month, day=None))


def _of_year(year: int, known: Known) -> Point:
    return Point(f"{year:04}", f"{year:04}", replace(known, year=year, month=None, day=None))


def _months(year: int, first: int, last: int, known: Known) -> Point:
    """Months of a year; one past 12 is of the next year."""
    end = f"{year + (last - 1) // 12:04}-{(last - 1) % 12 + 1:02}"
    return Point(f"{year:04}-{first:02}", end, replace(known, year=year, month=(last - 1) % 12 + 1, day=None))


def _decade(written: str, known: Known) -> Point | None:
    if "世纪" in written and "年代" not in written:
        return Point("2000", "2009", known) if written.endswith("初") else None
    named = re.search(r"([2-9])0年|([二三四五六七八九])十年", written)
    if not named or "、" in written:
        return None
    tens = int(number(named[1] or named[2]) or 0)
    if tens < 4 and "上世纪" not in written:
        return None
    return Point(f"19{tens}0", f"19{tens}9", known)


def _numeric(written: str, known: Known) -> Point | None:
    fields = [int(field) for field in re.findall("[0-9]+", written)]
    if fields[0] < 100:  # 7.17号
        return _day(date(_nearest_year(fields[0], fields[1], known) or 0, *fields), known)
    if len(fields) == 3:
        return _day(date(*fields), known)
    return _months(fields[0], fields[1], fields[1], known) if len(fields) == 2 else None


def _day_said(written: str, known: Known) -> Point | None:
    told = _told(known)
    if written[0] in "当同":
        return _day(told, known) if told else None
    if written[0] in "次翌":
        return _day(told + timedelta(1), known) if told else None
    offset = _DAYS[written[:2] if written[:2] in _DAYS else written[0]]
    return _day(known.received.date() + timedelta(offset), known) if known.received else None


def _week(written: str, known: Known) -> Point | None:
    """A week or its day, from 上, 本, 下; without such a word it comes again every week and has no value."""
    which = re.match("上上|上|本|这|下", written)
    if not which or not known.received:
        return None
    offset = {"上上": -2, "上": -1, "下": 1}.get(which[0], 0)
    today = known.received.date()
    monday = today - timedelta(today.weekday()) + timedelta(7 * offset)
    day = _WEEKDAYS.get(written[-1])
    if day is None:
        return _days(monday, monday + timedelta(6), known)
    if written[-1] == "末":
        return _days(monday + timedelta(5), monday + timedelta(6), known)
    return _day(monday + timedelta(day), known)


def _year(written: str, known: Known) -> int | None:
    written = written.rstrip("的").rstrip("度").replace(" ", "")
    if written in _YEARS:
        return known.received.year + _YEARS[written] if known.received else None
    if written in ("当年", "同年"):
        return known.year
    if written in ("次年", "翌年"):
        return known.year + 1 if known.year else None
    digits = written[:-1].translate(_DIGITS)
    if digits.isdigit() and len(digits) == 4:
        return int(digits)
    if digits.isdigit() and len(digits) == 2:
        return int(digits) + (2000 if int(digits) <= 50 else 1900)
    short = number(written[:-1])
    return 2000 + int(short) if short is not None else None


def _nearest_year(month: int, day: int, known: Known) -> int | None:
    """The year of a date that names none; told dates that lead up to it count before the future."""
    if known.received is None or known.same_day:
        return known.year
    year, today = known.received.year, known.received.date()
    ahead = (month - today.month) * 30 + day - today.day
    if ahead > 182:
        return year - 1
    if ahead > 0 and known.year == year - 1 and month >= (known.month or 13):
        return year - 1
    return year


def _feast(written: str, year: int | None, known: Known) -> Point | None:
    vacation = {"暑假": (7, 8)}.get(written[:2])
    year = year or (known.received.year if known.received else known.year)
    if year is None:
        return None
    if vacation:
        return _months(year, *vacation, known)
    days = feast(written, year)
    if days is None:
        return None
    return _day(days[0], known) if days[0] == days[1] else _days(*days, known)


def _season(written: str, year: int | None, known: Known) -> Point | None:
    year = year or (known.received.year if known.received else None)
    if year is None or written == "中旬" or "期" in written:
        return None
    if written[0] in "上下":
        return _months(year, *((1, 6) if written[0] == "上" else (7, 12)), known)
    if "季度" in written:
        quarter = _QUARTERS.get(written.lstrip("第")[0]) or int(written.lstrip("第")[0])
        return _months(year, quarter * 3 - 2, quarter * 3, known)
    if written[0] in _SEASONS:
        return _months(year, _SEASONS[written[0]], _SEASONS[written[0]] + 2, known)
    first, last = {"初": (1, 2), "中": (6, 7)}.get(written[-1], (11, 12))
    return _months(year, first, last, known)


def _month(match: re.Match[str], year: int | None, known: Known) -> Point | None:
    written = match["month"]
    if re.match("[本当同次上下这]", written):
        return _with_day(match, *_month_said(written, known), known)
    names = _MONTH_NAMES.findall(written)
    numbers = [_month_number(name) for name in names]
    if match["moon"] or match["moonday"] or (numbers and any(name in "正冬腊" for name in names)):
        return _moon(match, numbers[0], year, known)
    day = int(number(re.sub("[日号曰如]", "", match["day"].split("、")[0])) or 1) if match["day"] else 15
    year = year or _nearest_year(numbers[0], min(day, 28), known)
    if year is None:
        return None
    if len(numbers) > 1:
        return _months(year, min(numbers), max(numbers), known)
    return _with_day(match, year, numbers[0], known)


def _month_said(written: str, known: Known) -> tuple[int | None, int | None]:
    if written[0] in "当同次":
        year, month = known.year, known.month
    else:
        year, month = (known.received.year, known.received.month) if known.received else (None, None)
    if year is None or month is None:
        return None, None
    months = year * 12 + month - 1 + {"上": -1, "下": 1, "次": 1}.get(written[0], 0)
    return months // 12, months % 12 + 1


def _month_number(name: str) -> int:
    return {"元": 1, "正": 1, "冬": 11, "腊": 12}.get(name) or int(number(name) or 0)


def _with_day(match: re.Match[str], year: int | None, month: int | None, known: Known) -> Point | None:
    """A month, its third, or a day or two of it."""
    if year is None or month is None:
        return None
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(1)).day
    if third := match["third"]:
        bounds = {"上": (1, 10), "初": (1, 10), "中": (11, 20), "下": (21, last), "底": (21, last), "末": (21, last)}
        first, end = {"中上": (1, 20), "中下": (11, last)}.get(third[:2], bounds[third[0]])
        return _days(date(year, month, first), date(year, month, end), known)
    if match["day"]:
        days = [int(number(day) or 0) for day in re.split("[、，,]", re.sub("[ 日号曰如]", "", match["day"]))]
        if len(days) > 1:
            return _days(date(year, month, days[0]), date(year, month, days[-1]), known)
        return _day(date(year, month, days[0]), known)
    return _months(year, month, month, known)


def _moon(match: re.Match[str], month: int, year: int | None, known: Known) -> Point | None:
    """A month or a day of the lunisolar calendar; without a year the last that began before the report."""
    if year is None:
        if known.received is None:
            return None
        today = known.received.date()
        begun = (y for y in (today.year, today.year - 1) if (first := lunar_date(y, month, 1)) and first <= today)
        year = next(begun, None)
    if year is None:
        return None
    if match["moonday"] or match["day"]:
        written = re.sub("[初日号曰]", "", match["moonday"] or match["day"])
        day = lunar_date(year, month, int(number(written) or 0))
        return _day(day, known) if day else None
    days = lunar_month(year, month)
    return _days(*days, known) if days else None


def _day_of_month(written: str, known: Known) -> Point | None:
    """25日: of the month told before, else the last such day before the report."""
    days = [int(number(day) or 0) for day in re.split("[、，,]", re.sub("[ 日号曰如]", "", written))]
    year, month = known.year, known.month
    if month is None and known.received:
        months = known.received.year * 12 + known.received.month - 1 - (days[0] > known.received.day)
        year, month = months // 12, months % 12 + 1
    if year is None or month is None:
        return None
    first, last = date(year, month, days[0]), date(year, month, days[-1])
    return _day(first, known) if first == last else _days(first, last, known)
