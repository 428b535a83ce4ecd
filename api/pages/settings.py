"""设置: keys and audit for administrators; routing, taxonomy and the model's card for everybody who reads."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from nicegui import ui
from starlette.concurrency import run_in_threadpool

from api.errors import UsageError
from api.http.auth import ADMIN
from api.keys import Role
from api.pages.desk import Desk
from api.pages.panel import Panel, Told
from api.regions import read_places, remove_place, set_places
from models import ENCODER

#: Entries of the audit log that are shown at once.
ENTRIES = 50


async def build(desk: Desk) -> None:
    """The page; what a role may not see is not read."""
    Panel(desk, "settings_head.html")
    if desk.may(ADMIN):
        await _Keys(desk).build()
        await _Places(desk).build()
    pipeline = desk.service.pipeline
    card = (ENCODER / "CARD.md").read_text("utf-8") if (ENCODER / "CARD.md").exists() else ""
    Panel(
        desk,
        "settings.html",
        routing=pipeline.routing,
        taxonomy=pipeline.taxonomy,
        encoder=pipeline.encoder.version,
    )
    with ui.element("details").classes("box"):
        with ui.element("summary"):
            Panel(desk, "settings_card.html")
        ui.markdown(card, extras=["tables"])


class _Keys:
    """Keys and the audit log."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.token = ""
        self.before: int | None = None

    async def build(self) -> None:
        handlers = {"create": self.create, "revoke": self.revoke}
        self.keys = Panel(self.desk, "settings_keys.html", handlers, **await self._shown())
        self.log = Panel(self.desk, "settings_audit.html", {"older": self.older}, **await self._entries())

    async def create(self, told: Told) -> None:
        """The token is shown once, on this page."""
        fields = told["fields"]
        try:
            role = Role(str(fields["role"]))
        except ValueError as error:
            raise UsageError("没有这个角色") from error
        name = str(fields.get("name", ""))
        keys, by = self.desk.service.keys, self.desk.principal.by
        _, self.token = await run_in_threadpool(lambda: keys.create(name=name, role=role, by=by))
        await self._refresh()
        self.token = ""

    async def revoke(self, told: Told) -> None:
        key, keys, by = str(told["key"]), self.desk.service.keys, self.desk.principal.by
        await run_in_threadpool(lambda: keys.revoke(key, by=by))
        await self._refresh()

    async def older(self, told: Told) -> None:
        self.before = int(told["before"]) if told["before"] else None
        self.log.show(**await self._entries())

    async def _refresh(self) -> None:
        self.keys.show(**await self._shown())
        self.before = None
        self.log.show(**await self._entries())

    async def _shown(self) -> dict[str, Any]:
        keys = await run_in_threadpool(self.desk.service.keys.list)
        return {"keys": keys, "token": self.token, "own": self.desk.principal.id}

    async def _entries(self) -> dict[str, Any]:
        entries = await run_in_threadpool(lambda: self.desk.service.audit.read(before=self.before, most=ENTRIES))
        return {"entries": entries, "first": self.before is None, "more": len(entries) == ENTRIES}


class _Places:
    """Names that people here use, and where they lie."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    async def build(self) -> None:
        handlers = {"set": self.set, "remove": self.remove}
        self.table = Panel(self.desk, "settings_places.html", handlers, places=await self.desk.read(read_places))

    async def set(self, told: Told) -> None:
        """Reports that tell of the name are placed anew."""
        name, division = (str(told["fields"].get(field, "")).strip() for field in ("name", "division"))
        by = self.desk.principal.by
        moved = await self.desk.write(
            lambda session: set_places(session, {name: division}, by=by, at=datetime.now(UTC))
        )
        await self._changed("region.set", name, moved)

    async def remove(self, told: Told) -> None:
        name = str(told["name"])
        moved = await self.desk.write(lambda session: remove_place(session, name))
        await self._changed("region.remove", name, moved)

    async def _changed(self, action: str, name: str, moved: int) -> None:
        await self.desk.audit(action, name, moved=moved)
        self.table.show(places=await self.desk.read(read_places))
        ui.notify(f"已保存，{moved} 条报告改了区域", type="positive", position="top")
