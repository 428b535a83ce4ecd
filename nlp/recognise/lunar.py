"""The lunisolar calendar (农历) of GB/T 33661-2017 for 1930 to 2079: a day of it in the Gregorian calendar.

The table was computed once with the packages borax and lunar_python, which agree on the first day of every month.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

_FIRST_YEAR = 1930
_FIRST_DAY = date(1930, 1, 30)

#: One number a year: bits 15 to 4 tell which of the 12 months have 30 days (else 29), bits 3 to 0 the month after
#: which a leap month comes (0: none), bit 16 whether that one has 30 days.
_CODES = (
    "06566 0d4a0 0ea50 16a95 05ad0 02b60 186e3 092e0 1c8d7 0c950 0d4a0 1d8a6 0b550 056a0 1a5b4 "
    "025d0 092d0 0d2b2 0a950 0b557 06ca0 0b550 15355 04da0 0a5b0 14573 052b0 0a9a8 0e950 06aa0 "
    "0aea6 0ab50 04b60 0aae4 0a570 05260 0f263 0d950 05b57 056a0 096d0 04dd5 04ad0 0a4d0 0d4d4 "
    "0d250 0d558 0b540 0b6a0 195a6 095b0 049b0 0a974 0a4b0 0b27a 06a50 06d40 0af46 0ab60 09570 "
    "04af5 04970 064b0 074a3 0ea50 06b58 05ac0 0ab60 096d5 092e0 0c960 0d954 0d4a0 0da50 07552 "
    "056a0 0abb7 025d0 092d0 0cab5 0a950 0b4a0 0baa4 0ad50 055d9 04ba0 0a5b0 15176 052b0 0a930 "
    "07954 06aa0 0ad50 05b52 04b60 0a6e6 0a4e0 0d260 0ea65 0d530 05aa0 076a3 096d0 04afb 04ad0 "
    "0a4d0 1d0b6 0d250 0d520 0dd45 0b5a0 056d0 055b2 049b0 0a577 0a4b0 0aa50 1b255 06d20 0ada0 "
    "14b63 09370 049f8 04970 064b0 168a6 0ea50 06b20 1a6c4 0aae0 092e0 0d2e3 0c960 0d557 0d4a0 "
    "0da50 05d55 056a0 0a6d0 055d4 052d0 0a9b8 0a950 0b4a0 0b6a6 0ad50 055a0 0aba4 0a5b0 052b0"
)
_YEARS = tuple(int(code, 16) for code in _CODES.split())


def lunar_date(year: int, month: int, day: int) -> date | None:
    """The Gregorian day of a day of an ordinary (not leap) month, or None outside the table."""
    if not (0 <= year - _FIRST_YEAR < len(_YEARS) and 1 <= month <= 12 and 1 <= day <= _length(year, month)):
        return None
    leap = _YEARS[year - _FIRST_YEAR] & 15
    days = sum(_length(year, earlier) for earlier in range(1, month))
    if leap and leap < month:
        days += _leap_length(year)
    return _new_year(year) + timedelta(days + day - 1)


def lunar_month(year: int, month: int) -> tuple[date, date] | None:
    """The first and the last Gregorian day of an ordinary month, or None outside the table."""
    first = lunar_date(year, month, 1)
    return None if first is None else (first, first + timedelta(_length(year, month) - 1))


@cache
def _new_year(year: int) -> date:
    return _FIRST_DAY + timedelta(sum(_days(earlier) for earlier in range(_FIRST_YEAR, year)))


def _length(year: int, month: int) -> int:
    return 29 + (_YEARS[year - _FIRST_YEAR] >> (16 - month) & 1)


def _leap_length(year: int) -> int:
    return 29 + (_YEARS[year - _FIRST_YEAR] >> 16)


def _days(year: int) -> int:
    code = _YEARS[year - _FIRST_YEAR]
    return sum(_length(year, month) for month in range(1, 13)) + (_leap_length(year) if code & 15 else 0)
