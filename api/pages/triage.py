"""分拣: the queue of reports that a person should look at, one at a time, by keyboard."""

from __future__ import annotations

from functools import partial
from typing import Literal

from nicegui import ui
from starlette.concurrency import run_in_threadpool

from api.corrections import correct
from api.pages.desk import Desk
from api.pages.near import issue_named, near_issues
from api.pages.panel import Handler, Panel, Told
from api.pages.triage_queue import QUEUES, Done, Queue
from api.stored import Stored


async def build(desk: Desk) -> None:
    """The page; `queue`, `category` and `report` in the address say where to begin."""
    name = desk.asked("queue") or "unsure"
    state = Queue(desk, name if name in QUEUES else "unsure", desk.asked("category"), kept=desk.asked("report") or "")
    await state.start()
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

    def __init__(self, state: Queue) -> None:
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
        self.state.name = str(told["value"]) if told["value"] in QUEUES else "unsure"
        await self._restart()

    async def choose_category(self, told: Told) -> None:
        self.state.category = str(told["value"]) or None
        await self._restart()

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

    async def _restart(self) -> None:
        self.state.kept = ""
        await self.state.start()
        self.show()

    async def _correct(
        self, report: Stored, primary: str, categories: list[str] | tuple[str, ...], kind: Literal["accept", "correct"]
    ) -> None:
        if await self.state.overtaken():
            self.show()
            ui.notify("刚刚已有人复核了这一条，未作改动", type="info", position="top")
            return
        service = self.desk.service
        work = partial(correct, by=self.desk.principal.by, taxonomy=service.pipeline.taxonomy)
        made = await run_in_threadpool(work, service.store, report.report.key, primary, categories)
        await self.state.next(Done(kind, report, made.id))
        self.show()
