"""What kind of day a date is: a weekday, a public holiday, or a weekend day that is worked to make up for one."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path

#: Kinds of day: 0 to 6 are Monday to Sunday.
HOLIDAY, MAKE_UP = 7, 8
KINDS = 9


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days off, weekend days worked, and the years for which both are known."""

    off: frozenset[date]
    work: frozenset[date]
    years: frozenset[int]

    def kind(self, day: date) -> int:
        """0 to 6 (Monday to Sunday), HOLIDAY or MAKE_UP; in a year that is not known the weekday alone."""
        if day in self.off:
            return HOLIDAY
        return MAKE_UP if day in self.work else day.weekday()

    def knows(self, day: date) -> bool:
        """False: `kind` is the weekday alone, for want of a table."""
        return day.year in self.years


def read_calendar(path: Path) -> Calendar:
    """Read a table of holidays. Raises ValueError where a range runs backwards or a date's year has no table."""
    off: set[date] = set()
    work: set[date] = set()
    years = tomllib.loads(path.read_text("utf-8"))
    for year, table in years.items():
        for first, last in table["off"]:
            days = {first + timedelta(days=n) for n in range((last - first).days + 1)}
            if not days:
                raise ValueError(f"{path}: [{year}] has [{first}, {last}], backwards; write the first day first")
            off |= days
        work.update(table["work"])
        for day in off | work:
            if str(day.year) not in years:
                raise ValueError(f"{path}: {day} stands under [{year}] and has no table of its own year; mend the date")
    return Calendar(frozenset(off), frozenset(work), frozenset(map(int, years)))


@cache
def default_calendar() -> Calendar:
    """The table shipped with the project: mainland China, 2018 to 2026."""
    return read_calendar(Path(str(files("nlp") / "holidays.toml")))
