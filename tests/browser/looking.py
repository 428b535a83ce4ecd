"""What tests of the pages speak of: a running service, and a page in a browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Page

from api.store import Store


@dataclass(frozen=True, slots=True)
class Served:
    """A running service: where, with which key for each role, and its store."""

    url: str
    keys: dict[str, str]
    store: Store


@dataclass(slots=True)
class Looked:
    """A page in a browser, logged in, and what it complained of."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open an address and wait until it is there and listens."""
        self.page.goto(self.url + path)
        self.page.wait_for_selector("h1")
        if self.page.locator("#main").count():
            self.page.wait_for_function("window.did_handshake === true")
        return self.page


#: Log in as a role, with a width and a colour scheme: `look("triage", width=390, scheme="dark")`.
Look = Callable[..., Looked]
