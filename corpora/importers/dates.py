"""When a report came in, from the forms that exports use."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

#: The zone of a time that names none; fixed, so that no time-zone data need be installed.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")

_LOOSE = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?[\sT]*(?:(\d{1,2})[:：时点](\d{1,2})?分?(?:[:：]?(\d{1,2})秒?)?)?"
)


def parse_received_at(value: object) -> datetime | None:
    """A time with a zone, or None for an empty cell.

    Takes ISO 8601, `2019/8/19 11:34:04`, `2019年8月19日 11时34分` and a spreadsheet's own date.
    Raises ValueError with the value seen.
    """
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=SHANGHAI)
    if not isinstance(value, str):
        raise ValueError(f"received_at {value!r} is no time; write 2019-08-19T11:34:04")
    text = value.strip()
    if not text:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        match = _LOOSE.fullmatch(text)
        if match is None:
            raise ValueError(f"received_at {text[:40]!r} is no time; write 2019-08-19T11:34:04") from None
        try:
            time = datetime(*(int(part or 0) for part in match.groups()))  # type: ignore[arg-type]
        except ValueError as error:
            raise ValueError(f"received_at {text[:40]!r}: {error}") from None
    return time if time.tzinfo else time.replace(tzinfo=SHANGHAI)
