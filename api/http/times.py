"""Times as callers write them: what is described is what is taken, to the last day of February."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from corpora.importers.dates import SHANGHAI


def _days(*, between: str, zero: str) -> str:
    """The days of 1900 to 2199 as a regular expression; `zero` is what stands before a month or day of one digit."""
    long = f"(?:{zero}[13578]|1[02]){between}(?:{zero}[1-9]|[12][0-9]|3[01])"
    short = f"(?:{zero}[469]|11){between}(?:{zero}[1-9]|[12][0-9]|30)"
    february = f"{zero}2{between}(?:{zero}[1-9]|1[0-9]|2[0-8])"
    leap = f"(?:(?:19|2[01])(?:0[48]|[2468][048]|[13579][26])|2000){between}{zero}2{between}29"
    return f"(?:(?:19|2[01])[0-9]{{2}}{between}(?:{long}|{short}|{february})|{leap})"


_DAY = _days(between="-", zero="0")
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?"
_ZONE = "(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
_TIME = f"{_DAY}(?:[T ]{_CLOCK}{_ZONE}?)?"
_SHEET = _days(between="/", zero="0?") + "(?: (?:[01]?[0-9]|2[0-3]):[0-5]?[0-9](?::[0-5]?[0-9])?)?"

#: When a report came: the forms that are promised; files bring some more, which are taken, too.
RECEIVED = f"^(?:{_TIME}|{_SHEET})?$"


def _time(value: Any) -> datetime:
    if not isinstance(value, str) or not re.fullmatch(_TIME, value):
        raise ValueError("is no time between 1900 and 2199; write 2019-08-19T11:34:04")
    time = datetime.fromisoformat(value)
    return time if time.tzinfo else time.replace(tzinfo=SHANGHAI)


def _day(value: Any) -> date:
    if not isinstance(value, str) or not re.fullmatch(_DAY, value):
        raise ValueError("is no day between 1900 and 2199; write 2019-08-19")
    return date.fromisoformat(value)


#: A time that is asked for or set; Asia/Shanghai where it names no zone.
When = Annotated[
    datetime,
    BeforeValidator(_time),
    WithJsonSchema({"type": "string", "pattern": f"^{_TIME}$", "examples": ["2026-03-02T19:20:00+08:00"]}),
]
#: A local day.
Day = Annotated[
    date, BeforeValidator(_day), WithJsonSchema({"type": "string", "pattern": f"^{_DAY}$", "examples": ["2026-03-02"]})
]
