"""Lists: what their fields ask for, pages that are turned, and looking that may take long."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self, TypeVar

from sqlalchemy.orm import Session

from api.pages.desk import Desk
from api.pages.panel import Panel, Told

#: Seconds that nobody has to be told of.
BLINK = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a list's fields say, each under its name in address and form; "" asks nothing. `until` is the last day,
    included."""

    category: str = ""
    division: str = ""
    since: str = ""
    until: str = ""
    text: str = ""

    @classmethod
    def of_address(cls, desk: Desk) -> Self:
        """As the address says, which can be sent to somebody."""
        return cls(**{one.name: desk.asked(one.name) or "" for one in fields(cls)})

    @classmethod
    def of_form(cls, told: Told) -> Self:
        """As the form says."""
        return cls(**{one.name: str(told["fields"].get(one.name, "")) for one in fields(cls)})


A = TypeVar("A", bound=Asked)


async def build_list(
    desk: Desk,
    asked: A,
    read: Callable[[Session, A, str | None], object],
    *,
    form: str,
    rows: str,
    **shown: Any,
) -> None:
    """A form with a list below it, which follows what is asked for.

    read: a page of the list, of what is asked and a cursor; form, rows: templates, the first of `asked`, the taxonomy
    and `shown`, the second of the page as `found`, which is None while it is looked for.
    """
    turned = Turned()

    async def find() -> dict[str, Any]:
        found = await desk.read(lambda session: read(session, asked, turned.cursor))
        return {"found": found, "first": turned.first}

    async def search(told: Told) -> None:
        nonlocal asked
        asked = asked.of_form(told)
        turned.restart()
        await turned.show(listed, find(), found=None, first=True)

    async def turn(told: Told) -> None:
        turned.turn(told)
        await turned.show(listed, find(), found=None, first=True)

    taxonomy = desk.service.pipeline.taxonomy
    Panel(desk, form, {"search": search}, asked=asked, taxonomy=taxonomy, **shown)
    listed = Panel(desk, rows, {"turn": turn}, **await find())


@dataclass(slots=True)
class Turned:
    """Which page of a list is looked at, and the cursors of those before it."""

    _cursors: list[str] = field(default_factory=list)
    _questions: int = 0

    @property
    def first(self) -> bool:
        return not self._cursors

    @property
    def cursor(self) -> str | None:
        """Of the page that is looked at."""
        return self._cursors[-1] if self._cursors else None

    def turn(self, told: Told) -> None:
        """To the page of the button's cursor; back by one where it has none."""
        if cursor := str(told["cursor"]):
            self._cursors.append(cursor)
        elif self._cursors:
            self._cursors.pop()

    def restart(self) -> None:
        """To the first page."""
        self._cursors.clear()

    async def show(self, rows: Panel, finding: Awaitable[Mapping[str, Any]], **waiting: Any) -> None:
        """Show what is found, unless something else has been asked for since.

        What takes longer than a blink is said to be looked for, by showing `waiting`.
        """
        self._questions += 1
        question, looking = self._questions, asyncio.ensure_future(finding)
        await asyncio.wait({looking}, timeout=BLINK)
        if not looking.done() and question == self._questions:
            rows.show(**waiting)
        shown = await looking
        if question == self._questions:
            rows.show(**shown)
