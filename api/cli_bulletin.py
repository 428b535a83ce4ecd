"""`minqing bulletin`: what a day, a week or a month brought."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, get_args

import typer

from api.bulletin import read_bulletin, write_bulletin
from api.cli_issues import DEFAULT_STORE, StoreUrl
from api.errors import UsageError
from api.stats import Unit, span_of
from api.store import Store
from nlp.series import SHANGHAI


def bulletin(
    period: Annotated[str, typer.Option("--period", metavar="day|week|month", help="How long.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="File to write: .docx, .md, .xlsx or .html.")],
    on: Annotated[
        str | None,
        typer.Option("--date", metavar="2026-03-02", help="A day in it.", show_default="in the last that is over"),
    ] = None,
    region: Annotated[
        str, typer.Option("--region", metavar="省/市", help="With all inside it.", show_default="everywhere")
    ] = "",
    store: StoreUrl = DEFAULT_STORE,
) -> None:
    """Write a bulletin of a day, a week or a month, every sentence with the reports that it rests on."""
    unit = _unit(period)
    now = datetime.now(UTC)
    with Store(store).reading() as session:
        write_bulletin(read_bulletin(session, unit, _day(on, unit, now), now=now, region=region), out)


def _unit(period: str) -> Unit:
    for unit in get_args(Unit):
        if period == unit:
            return unit  # type: ignore[no-any-return]
    raise UsageError(f"--period {period!r} is not day, week or month")


def _day(on: str | None, unit: Unit, now: datetime) -> date:
    if on is None:
        return span_of(unit, now.astimezone(SHANGHAI).date()).start - timedelta(days=1)
    try:
        return date.fromisoformat(on)
    except ValueError as error:
        raise UsageError(f"--date {on!r} is no date; write 2026-03-02") from error
