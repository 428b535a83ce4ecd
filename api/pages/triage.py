"""分拣: the queue of reports that a person should look at, one at a time, by keyboard."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal

from nicegui import ui
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from api.corrections import correct, undo_correction
from api.issue_queries import find_issue
from api.issues import Issue
from api.pages.desk import Desk
from api.pages.near import issue_named, near_issues
from api.pages.panel import Handler, Panel, Told
from api.queries import ReportFilter, ReportOrder, count_reports, find_report, search_reports
from api.stored import Stored

#: Reports read ahead.
AHEAD = 20

QUEUES: dict[str, tuple[str, ReportFilter, ReportOrder]] = {
    "unsure": ("没有把握的，最没把握的在前", ReportFilter(reviewed=False, decided=False), "least-sure"),
    "urgent": ("紧急的，最近的在前", ReportFilter(reviewed=False, urgent=True), "newest"),
    "all": ("全部未复核的，最近的在前", ReportFilter(reviewed=False), "newest"),
}


@dataclass(frozen=True, slots=True)
class Done:
    """What was done to a report, so that it can be taken back; `id` is of a correction or a decision."""

    kind: Literal["accept", "correct", "move", "skip"]
    report: Stored
    id: int = 0


@dataclass(slots=True)
class Triage:
    """Where a person is in the queue. Only what they see is kept: some reports ahead, and what can be taken back."""

    desk: Desk
    queue: str
    category: str | None
    waiting: list[Stored] = field(default_factory=list)
    cursor: str | None = None
    left: int = 0
    handled: int = 0
    done: list[Done] = field(default_factory=list)
    extra: tuple[str, ...] = ()
    picking: str = ""
    unmasked: bool = False
    issue: Issue | None = None

    @property
    def report(self) -> Stored | None:
        return self.waiting[0] if self.waiting else None

    async def refill(self) -> None:
        """Start the queue anew."""
        self.waiting, self.cursor = [], None
        await self._read_ahead(first=True)

    async def next(self, done: Done) -> None:
        """Put the report aside and look at the next."""
        self.done.append(done)
        del self.waiting[0]
        self.handled += done.kind != "skip"
        self.left -= done.kind in ("accept", "correct")
        if len(self.waiting) < 2 and self.cursor is not None:
            await self._read_ahead(first=False)
        await self.look()

    async def back(self) -> Done | None:
        """Take the last step back; its report is looked at again."""
        if not self.done:
            return None
        last = self.done.pop()
        by = self.desk.principal.by
        if last.kind in ("accept", "correct"):
            await run_in_threadpool(undo_correction, self.desk.service.store, last.id, by=by)
        elif last.kind == "move":
            await self.desk.decide(lambda linked: linked.undo(last.id, by=by))
        self.handled -= last.kind != "skip"
        self.left += last.kind in ("accept", "correct")
        fresh = await self.desk.read(lambda session: find_report(session, last.report.report.key))
        self.waiting.insert(0, fresh or last.report)
        await self.look()
        return last

    async def _read_ahead(self, *, first: bool) -> None:
        _, asked, order = QUEUES[self.queue]
        asked = replace(asked, category=self.category)
        cursor = self.cursor

        def read(session: Session) -> None:
            page = search_reports(session, asked, order=order, cursor=cursor, limit=AHEAD)
            known = {report.pk for report in self.waiting}
            self.waiting += [report for report in page.items if report.pk not in known]
            self.cursor = page.next
            if first:
                self.left = count_reports(session, asked)

        await self.desk.read(read)
        if first:
            await self.look()

    async def look(self) -> None:
        """What is shown beside the report at the head."""
        self.extra, self.picking, self.unmasked, self.issue = (), "", False, None
        if report := self.report:
            self.issue = await self.desk.read(lambda session: find_issue(session, report.issue))


async def build(desk: Desk) -> None:
    """The page; `queue` and `category` in the address say where to begin."""
    queue = desk.asked("queue") or "unsure"
    state = Triage(desk, queue if queue in QUEUES else "unsure", desk.asked("category"))
    await state.refill()
    actions = _Actions(state)
    with ui.element("div"):
        actions.head = Panel(desk, "triage_head.html", actions.head_handlers(), t=state, queues=QUEUES)
    with ui.element("div").classes("desk"):
        actions.text = Panel(desk, "triage_text.html", t=state)
        with ui.element("div"):
            actions.keys = Panel(desk, "triage_keys.html", actions.handlers(), **actions.shown())
            actions.options = Panel(desk, "issue_options.html", {"move": actions.move}, issues=None, own=None, key="")


class _Actions:
    """What the keys do."""

    head: Panel
    text: Panel
    keys: Panel
    options: Panel

    def __init__(self, state: Triage) -> None:
        self.state = state
        self.desk = state.desk

    def head_handlers(self) -> dict[str, Handler]:
        return {"queue": self.choose_queue, "category": self.choose_category}

    def handlers(self) -> dict[str, Handler]:
        return {
            "accept": self.accept,
            "pick": self.pick,
            "leave": self.leave,
            "choose": self.choose,
            "find": self.find,
            "skip": self.skip,
            "undo": self.undo,
            "reveal": self.reveal,
        }

    def shown(self) -> dict[str, object]:
        return {"t": self.state, "taxonomy": self.desk.service.pipeline.taxonomy}

    def show(self) -> None:
        self.head.show(t=self.state, queues=QUEUES)
        self.text.show(t=self.state)
        self.keys.show(**self.shown())
        if self.state.picking != "move":
            self.options.show(issues=None, own=None, key="")

    def meant(self, told: Told) -> Stored | None:
        """The report at the head, if it is the one that the person saw: a key pressed twice acts once."""
        report = self.state.report
        return report if report is not None and report.report.key == told.get("report") else None

    async def choose_queue(self, told: Told) -> None:
        self.state.queue = str(told["value"]) if told["value"] in QUEUES else "unsure"
        await self.state.refill()
        self.show()

    async def choose_category(self, told: Told) -> None:
        self.state.category = str(told["value"]) or None
        await self.state.refill()
        self.show()

    async def accept(self, told: Told) -> None:
        if report := self.meant(told):
            categories = [c["id"] for c in report.analysis["categories"]]
            await self._correct(report, report.analysis["primary"]["id"], [*categories, *self.state.extra], "accept")

    async def pick(self, told: Told) -> None:
        """Open the list of categories or issues: `correct`, `add`, `move`."""
        if (report := self.meant(told)) is None:
            return
        self.state.picking = str(told["list"])
        self.keys.show(**self.shown())
        if self.state.picking == "move":
            issues = await near_issues(self.desk, report)
            self.options.show(issues=issues, own=self.state.issue, key=report.report.key)
        else:
            self.options.show(issues=None, own=None, key="")

    async def leave(self, told: Told) -> None:
        self.state.picking = ""
        self.show()

    async def choose(self, told: Told) -> None:
        if (report := self.meant(told)) is None:
            return
        category = str(told["category"])
        if self.state.picking == "add":
            self.state.extra = tuple(dict.fromkeys((*self.state.extra, category)))
            self.state.picking = ""
            self.show()
        else:
            await self._correct(report, category, self.state.extra, "correct")

    async def find(self, told: Told) -> None:
        """Issues whose name or place holds what was typed; those nearby where nothing was."""
        if (report := self.meant(told)) is None:
            return
        words = str(told["value"]).strip()
        found = await issue_named(self.desk, words) if words else await near_issues(self.desk, report)
        self.options.show(issues=found, own=self.state.issue, key=report.report.key)

    async def move(self, told: Told) -> None:
        if (report := self.meant(told)) is None:
            return
        key, own, to, by = report.report.key, report.issue, str(told["issue"]), self.desk.principal.by
        if to:
            verdict = await self.desk.decide(lambda linked: linked.move(key, to, by=by))
        else:
            verdict = await self.desk.decide(lambda linked: linked.split(own, [key], by=by))
        self.state.done.append(Done("move", report, verdict.id))
        fresh = await self.desk.read(lambda session: find_report(session, key))
        self.state.waiting[0] = fresh or report
        self.state.handled += 1
        await self.state.look()
        self.show()
        ui.notify("已移到另一议题，可撤销", type="positive", position="top")

    async def skip(self, told: Told) -> None:
        if report := self.meant(told):
            await self.state.next(Done("skip", report))
            self.show()

    async def undo(self, told: Told) -> None:
        last = await self.state.back()
        self.show()
        ui.notify("已撤销" if last else "没有可撤销的操作", type="positive" if last else "info", position="top")

    async def reveal(self, told: Told) -> None:
        """Show personal data; every look is in the audit log before it is given."""
        if report := self.meant(told):
            if not self.state.unmasked:
                await self.desk.audit("report.unmasked", report.report.key)
            self.state.unmasked = not self.state.unmasked
            self.show()

    async def _correct(
        self, report: Stored, primary: str, categories: list[str] | tuple[str, ...], kind: Literal["accept", "correct"]
    ) -> None:
        service = self.desk.service
        work = partial(correct, by=self.desk.principal.by, taxonomy=service.pipeline.taxonomy)
        made = await run_in_threadpool(work, service.store, report.report.key, primary, categories)
        await self.state.next(Done(kind, report, made.id))
        self.show()
