"""One issue: its time line, its reports and why they are together, what is near, how it is handled, what happened."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

from nicegui import ui
from sqlalchemy import select
from sqlalchemy.orm import Session

from api import loop
from api.http.auth import TRIAGE
from api.issue_queries import Happened, find_issue, lineage, members, timeline
from api.issues import Issue
from api.pages.charts import bars
from api.pages.desk import Desk
from api.pages.listing import Turned
from api.pages.near import Near, issue_named, near_issues
from api.pages.panel import Panel, Told
from api.pages.reasons import read_reasons
from api.schema import IssueRow, ReportRow
from api.store import Store
from nlp import Verdict
from nlp.series import Period, Series

#: Reports on a page of the members, and those that near issues are looked for around.
ROWS, AROUND = 30, 3


@dataclass(frozen=True, slots=True)
class Known:
    """What the head and the history show."""

    issue: Issue
    standing: loop.Standing
    steps: list[loop.Step]
    happened: list[Happened]
    verdicts: list[Verdict]
    series: Series | None


async def build(desk: Desk) -> None:
    """The page of the issue in the address; one that was merged away tells where it went."""
    issue = str(desk.request.path_params["issue"])
    known = await desk.read(lambda session: read_issue(session, desk.service.store, issue))
    if known is None:
        ui.context.client.status_code = 404
        Panel(desk, "issue_gone.html", happened=await desk.read(lambda session: lineage(session, issue)))
        return
    shown = _Shown(desk, issue)
    await shown.build(known)


class _Shown:
    """The page's panels and what people do in them."""

    def __init__(self, desk: Desk, issue: str) -> None:
        self.desk = desk
        self.issue = issue
        self.period: Period = "day"
        self.turned = Turned()
        self.near: list[Near] | None = None

    async def build(self, known: Known) -> None:
        rows = await self._rows()
        steps = {"step": self.step, "period": self.choose_period}
        self.head = Panel(self.desk, "issue.html", steps, **self._head(known))
        with ui.element("div").classes("desk"):
            with ui.element("div"):
                handlers = {"turn": self.turn, "split": self.split}
                self.rows = Panel(self.desk, "issue_members.html", handlers, **rows)
            with ui.element("div"):
                self.find = Panel(self.desk, "issue_merge.html", {"find": self.search}, issue=self.issue)
                self.others = Panel(self.desk, "issue_near.html", {"merge": self.merge}, near=self.near)
                self.past = Panel(self.desk, "issue_history.html", {"undo": self.undo}, known=known)
        # The page need not wait for it.
        ui.timer(0.01, self.look_around, once=True)

    async def look_around(self) -> None:
        """Find the issues nearby and show them."""
        page = await self.desk.read(lambda session: members(session, self.issue, limit=AROUND))
        self.near = await near_issues(self.desk, *page.items)
        self.others.show(near=self.near)

    def _head(self, known: Known) -> dict[str, Any]:
        chart = None
        if known.series is not None:
            series = known.series
            cut = "%Y-%m-%d %H 时" if series.period == "hour" else "%Y-%m-%d"
            labels = [series.begins(i).strftime(cut) for i in range(len(series.counts))]
            chart = bars(labels, series.counts, label="报告数")
        return {
            "known": known,
            "chart": chart,
            "period": self.period,
            "moves": [*loop.MOVES[loop.Status(known.standing.status)]],
            "may": self.desk.may(TRIAGE),
        }

    async def _rows(self) -> dict[str, Any]:
        cursor = self.turned.cursor

        def read(session: Session) -> dict[str, Any]:
            page = members(session, self.issue, cursor=cursor, limit=ROWS)
            return {"page": page, "reasons": read_reasons(session, page.items)}

        return await self.desk.read(read) | {"first": self.turned.first}

    async def refresh(self) -> None:
        """After a change: everything anew; the page of another issue where this one is gone."""
        known = await self.desk.read(
            lambda session: read_issue(session, self.desk.service.store, self.issue, self.period)
        )
        if known is None:
            ui.navigate.reload()
            return
        self.turned.restart()
        self.head.show(**self._head(known))
        self.rows.show(**await self._rows())
        self.past.show(known=known)
        await self.look_around()

    async def choose_period(self, told: Told) -> None:
        self.period = next((name for name in get_args(Period) if name == told["value"]), "day")
        known = await self.desk.read(
            lambda session: read_issue(session, self.desk.service.store, self.issue, self.period)
        )
        if known is not None:
            self.head.show(**self._head(known))

    async def turn(self, told: Told) -> None:
        self.turned.turn(told)
        self.rows.show(**await self._rows())

    async def search(self, told: Told) -> None:
        words = str(told["value"]).strip()
        found = [near for near in await issue_named(self.desk, words) if near.issue.id != self.issue] if words else None
        self.others.show(near=self.near if found is None else found)

    async def merge(self, told: Told) -> None:
        other, by = str(told["issue"]), self.desk.principal.by
        verdict = await self.desk.decide(lambda linked: linked.merge(self.issue, other, by=by))
        await self._moved_on(verdict)
        ui.notify("已合并，可在“经过”里撤销", type="positive", position="top")

    async def split(self, told: Told) -> None:
        keys, by = [str(key) for key in told["checked"]], self.desk.principal.by
        if not keys:
            ui.notify("请先勾选要拆出的报告", type="warning", position="top")
            return
        await self.desk.decide(lambda linked: linked.split(self.issue, keys, by=by))
        await self.refresh()
        ui.notify(f"已拆出 {len(keys)} 条，可在“经过”里撤销", type="positive", position="top")

    async def undo(self, told: Told) -> None:
        decision, by = int(told["decision"]), self.desk.principal.by
        await self.desk.decide(lambda linked: linked.undo(decision, by=by))
        await self.refresh()
        ui.notify("已撤销", type="positive", position="top")

    async def step(self, told: Told) -> None:
        """The next step of the handling; an office goes with an assignment, a note with any."""
        if not self.desk.may(TRIAGE):
            return
        to, fields = str(told["fields"]["to"]), told["fields"]
        note, office = str(fields.get("note", ""))[:2000], str(fields.get("office", "")).strip()[:100] or None
        service, principal = self.desk.service, self.desk.principal

        def take(session: Session) -> None:
            loop.move(
                session,
                self.issue,
                to,
                by=principal.by,
                at=datetime.now(UTC),
                routing=service.pipeline.routing,
                note=note,
                office=office if to == loop.Status.ASSIGNED else None,
            )
            service.audit.write(principal.by, "issue.status", self.issue, session=session, to=to)

        await self.desk.write(take)
        await self.refresh()

    async def _moved_on(self, verdict: Verdict) -> None:
        """After a merge this issue may be gone: then its reports' new issue is looked at."""
        known = await self.desk.read(lambda session: find_issue(session, self.issue))
        if known is not None and known.size:
            await self.refresh()
            return
        happened = await self.desk.read(lambda session: lineage(session, self.issue))
        target = next((h.other for h in reversed(happened) if h.kind == "merged_into" and h.issue == self.issue), None)
        ui.navigate.to(f"/issues/{target}" if target else "/issues")


def read_issue(session: Session, store: Store, issue: str, period: Period = "day") -> Known | None:
    """What is known of an issue; None where it has no reports. A time line too long for a period takes a longer one."""
    found = find_issue(session, issue)
    if found is None or not found.size:
        return None
    if found.first_seen and found.last_seen:
        length = found.last_seen - found.first_seen
        if length > timedelta(days=400):
            period = "week"
        elif length > timedelta(days=14) and period == "hour":
            period = "day"
    row = session.get_one(IssueRow, issue)
    keys = set(session.scalars(select(ReportRow.key).where(ReportRow.issue_id == issue)))
    verdicts = [v for v in store.verdicts(session) if _concerns(v, issue, keys)]
    return Known(
        issue=found,
        standing=loop.standing(session, row, now=datetime.now(UTC)),
        steps=loop.history(session, issue),
        happened=lineage(session, issue),
        verdicts=verdicts,
        series=timeline(session, issue, period=period),
    )


def _concerns(verdict: Verdict, issue: str, keys: Set[str]) -> bool:
    """Whether a decision moved reports out of an issue, or its reports are there now, whose keys are given."""
    moved_out = any(before == issue for _, before in verdict.before)
    return moved_out or not keys.isdisjoint((*verdict.left[:1], *verdict.right[:1]))
