"""报告: find reports by category, place, time and words; look at one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from nicegui import ui
from sqlalchemy.orm import Session

from api.corrections import corrections
from api.http.auth import UNMASKED
from api.issue_queries import find_issue
from api.pages.desk import Desk
from api.pages.near import near_issues
from api.pages.panel import Panel, Told
from api.pages.times import midnight
from api.paging import Page
from api.queries import ReportFilter, find_report, search_reports
from api.stored import Stored

#: Reports on a page of the list.
ROWS = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list's fields say; "" asks nothing. `until` is the last day, included."""

    category: str = ""
    division: str = ""
    since: str = ""
    until: str = ""
    text: str = ""
    state: str = ""

    def filter(self) -> ReportFilter:
        """The same as the store is asked."""
        until = midnight(self.until)
        return ReportFilter(
            category=self.category or None,
            division=self.division.strip("/ ") or None,
            since=midnight(self.since),
            until=until + timedelta(days=1) if until else None,
            text=self.text.strip() or None,
            decided=False if self.state == "unsure" else None,
            reviewed={"reviewed": True, "unreviewed": False, "unsure": False}.get(self.state),
            urgent=True if self.state == "urgent" else None,
        )


async def build(desk: Desk) -> None:
    """The list; the address carries what is asked for, so that it can be sent to somebody."""
    asked = Asked(**{name: desk.asked(name) or "" for name in Asked.__slots__})
    page = await _read(desk, asked, None)
    cursors: list[str | None] = [None]

    async def search(told: Told) -> None:
        nonlocal asked
        asked = replace(asked, **{name: str(told["fields"].get(name, "")) for name in Asked.__slots__})
        cursors[:] = [None]
        rows.show(page=await _read(desk, asked, None), first=True)

    async def turn(told: Told) -> None:
        cursor = str(told["cursor"])
        if cursor:
            cursors.append(cursor)
        elif len(cursors) > 1:
            cursors.pop()
        rows.show(page=await _read(desk, asked, cursors[-1]), first=len(cursors) == 1)

    Panel(desk, "reports.html", {"search": search}, asked=asked, taxonomy=desk.service.pipeline.taxonomy)
    rows = Panel(desk, "report_rows.html", {"turn": turn}, page=page, first=True)


async def build_one(desk: Desk) -> None:
    """One report with all that is known of it."""
    key = str(desk.request.path_params["key"])
    found = await desk.read(lambda session: find_report(session, key))
    if found is None:
        ui.context.client.status_code = 404
        Panel(desk, "missing.html", what="报告")
        return
    report = found

    def more(session: Session) -> dict[str, object]:
        return {"issue": find_issue(session, report.issue), "corrected": corrections(session, report.report.key)}

    shown = await desk.read(more)
    shown |= {"r": report, "near": None, "may": desk.may(UNMASKED), "unmasked": False}

    async def reveal(told: Told) -> None:
        unmasked = told["unmasked"] == "yes" and desk.may(UNMASKED)
        if unmasked:
            await desk.audit("report.unmasked", report.report.key)
        shown["unmasked"] = unmasked
        panel.show(**shown)

    async def look_around() -> None:
        shown["near"] = await near_issues(desk, report)
        panel.show(**shown)

    panel = Panel(desk, "report.html", {"reveal": reveal}, **shown)
    # The page need not wait for it.
    ui.timer(0.01, look_around, once=True)


async def _read(desk: Desk, asked: Asked, cursor: str | None) -> Page[Stored]:
    return await desk.read(lambda session: search_reports(session, asked.filter(), cursor=cursor, limit=ROWS))
