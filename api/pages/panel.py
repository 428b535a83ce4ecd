"""A piece of a page: HTML from a template, and what people do in it, told to the server."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from nicegui import ui
from nicegui.element import Element
from nicegui.events import GenericEventArguments

from api import names
from api.errors import UsageError
from api.http.problems import Problem
from api.pages import charts, labels
from api.pages.desk import Desk
from api.pages.marked import marked, marked_analysis, one_line
from corpora import top
from corpora.importers.dates import SHANGHAI

log = logging.getLogger("minqing.pages")

FOLDER = Path(__file__).parent

#: What a person did: the element's data-attributes, its value, and the fields of its form.
Told = Mapping[str, Any]
Handler = Callable[[Told], Awaitable[None]]


class Panel(Element, component="static/panel.js"):
    """HTML rendered from a template; a click on `data-click="name"` calls the handler of that name, and so on."""

    def __init__(self, desk: Desk, template: str, handlers: Mapping[str, Handler] | None = None, **data: Any) -> None:
        super().__init__()
        self._desk = desk
        self._template = template
        self._handlers = dict(handlers or {})
        self._props["innerHTML"] = render(template, **data)
        self.on("do", self._do)

    def show(self, **data: Any) -> None:
        """Render anew."""
        self._props["innerHTML"] = render(self._template, **data)
        self.update()

    async def _do(self, event: GenericEventArguments) -> None:
        if handler := self._handlers.get(str(event.args.get("do"))):
            await guarded(self._desk, handler)(event)


def log_failure(error: Exception) -> None:
    """Write down what failed and where; not its message, which may hold a text."""
    log.error("%s at\n%s", type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))


def guarded(desk: Desk, handler: Handler) -> Callable[[GenericEventArguments], Awaitable[None]]:
    """A handler for what a browser tells: asked of people whose key still works; what goes wrong is said to them."""

    async def handle(event: GenericEventArguments) -> None:
        if not await desk.still_known():
            ui.navigate.to("/login")
            return
        try:
            await handler(event.args)
        except (UsageError, Problem) as error:
            ui.notify(str(error), type="warning", position="top")
        except Exception as error:
            log_failure(error)
            ui.notify("出错了：未能完成，详见日志", type="negative", position="top")

    return handle


def render(template: str, **data: Any) -> str:
    """HTML of a template; whatever is put in is escaped."""
    return _environment().get_template(template).render(**data)


def compile_templates() -> None:
    """Nobody has to wait for a page that is opened for the first time."""
    for name in _environment().list_templates():
        _environment().get_template(name)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        line=one_line, category=names.category_name, short=names.short_name, top=top, day=_day, minute=_minute
    )
    environment.globals.update(
        ENTITIES=labels.ENTITIES,
        URGENT=names.URGENT,
        STATUS=names.STATUS,
        ROLES=labels.ROLES,
        LINEAGE=labels.LINEAGE,
        MACHINES=labels.MACHINES,
        marked=marked,
        marked_analysis=marked_analysis,
        spark=charts.spark,
    )
    return environment


def _day(time: datetime | None) -> str:
    return time.astimezone(SHANGHAI).strftime("%Y-%m-%d") if time else "—"


def _minute(time: datetime | None) -> str:
    return time.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if time else "—"
