"""报告: find reports by category, place, time and words; look at one."""

from __future__ import annotations

from dataclasses import dataclass

from nicegui import ui
from sqlalchemy.orm import Session

from api.corrections import corrections
from api.http.auth import TRIAGE, UNMASKED
from api.issue_queries import find_issue
from api.pages.desk import Desk
from api.pages.listing import Asked, build_list
from api.pages.near import near_issues
from api.pages.panel import Panel, Told
from api.pages.reasons import read_reasons
from api.pages.times import begin_of, end_of
from api.paging import Page
from api.queries import ReportFilter, find_report, search_reports
from api.stored import Stored

#: Reports on a page of the list.
ROWS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportsAsked(Asked):
    """What the list's fields say."""

    state: str = ""

    def filter(self) -> ReportFilter:
        """The same as the store is asked."""
        return ReportFilter(
            category=self.category or None,
            division=self.division.strip("/ ") or None,
            since=begin_of(self.since),
            until=end_of(self.until),
            text=self.text.strip() or None,
            decided=False if self.state == "unsure" else None,
            reviewed={"reviewed": True, "unreviewed": False, "unsure": False, "unseen": False}.get(self.state),
            urgent=True if self.state in ("urgent", "unseen") else None,
        )


async def build(desk: Desk) -> None:
    """The list; the address carries what is asked for."""
    await build_list(desk, ReportsAsked.of_address(desk), _read, form="reports.html", rows="report_rows.html")


def _read(session: Session, asked: ReportsAsked, cursor: str | None) -> Page[Stored]:
    return search_reports(session, asked.filter(), cursor=cursor, limit=ROWS)


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
        return {
            "issue": find_issue(session, report.issue),
            "reason": read_reasons(session, [report]).get(report.report.key),
            "corrected": corrections(session, report.report.key),
        }

    shown = await desk.read(more)
    shown |= {"r": report, "near": None, "may": desk.may(UNMASKED), "triage": desk.may(TRIAGE), "unmasked": False}

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
