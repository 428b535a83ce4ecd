"""Where a person is in the queue of reports to be looked at. Several may work on one queue."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from api.corrections import undo_correction
from api.issue_queries import find_issue
from api.issues import Issue
from api.pages.desk import Desk
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
class Queue:
    """Only what a person sees is kept: some reports ahead, and what can be taken back.

    name: of QUEUES; kept: key of a report that is looked at although somebody has reviewed it; left: reports that the
    queue holds; picking: the list that is open (`correct`, `add`, `move`), "" for none; extra: further categories.
    """

    desk: Desk
    name: str
    category: str | None
    kept: str = ""
    waiting: list[Stored] = field(default_factory=list)
    cursor: str | None = None
    more: bool = True
    left: int = 0
    handled: int = 0
    done: list[Done] = field(default_factory=list)
    extra: tuple[str, ...] = ()
    picking: str = ""
    unmasked: bool = False
    issue: Issue | None = None

    @property
    def report(self) -> Stored | None:
        """The one at the head."""
        return self.waiting[0] if self.waiting else None

    async def start(self) -> None:
        """Look at the head of the queue, or first at the report that is to be kept."""
        self.waiting, self.cursor, self.more = [], None, True
        if self.kept:
            wanted = await self.desk.read(lambda session: find_report(session, self.kept))
            self.waiting = [wanted] if wanted else []
        await self.look()

    async def next(self, done: Done) -> None:
        """Put the report aside and look at the next."""
        self.done.append(done)
        del self.waiting[0]
        self.handled += done.kind != "skip"
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
        self.kept = last.report.report.key
        # A report that was moved is still at the head.
        if self.report is None or self.report.report.key != self.kept:
            self.waiting.insert(0, last.report)
        await self.look()
        return last

    async def overtaken(self) -> bool:
        """Whether somebody else has handled the report at the head meanwhile; then the next is looked at."""
        head = self.report
        if head is None or head.report.key == self.kept:
            return False
        fresh = await self.desk.read(lambda session: find_report(session, head.report.key))
        if fresh is not None and not fresh.reviewed:
            return False
        await self.look()
        return True

    async def look(self) -> None:
        """Read the head of the queue as it is now, and what is shown beside it."""
        self.extra, self.picking, self.unmasked, self.issue = (), "", False, None
        await self.desk.read(self._look)

    def _look(self, session: Session) -> None:
        _, asked, order = QUEUES[self.name]
        asked = replace(asked, category=self.category)
        self.left = count_reports(session, asked)
        while True:
            if len(self.waiting) < 2 and self.more:
                page = search_reports(session, asked, order=order, cursor=self.cursor, limit=AHEAD)
                known = {report.pk for report in self.waiting}
                self.waiting += [report for report in page.items if report.pk not in known]
                self.cursor, self.more = page.next, page.next is not None
            if not self.waiting:
                return
            head = find_report(session, self.waiting[0].report.key)
            if head is not None and (not head.reviewed or head.report.key == self.kept):
                self.waiting[0] = head
                self.issue = find_issue(session, head.issue)
                return
            # Somebody else was faster, or it was purged.
            del self.waiting[0]
