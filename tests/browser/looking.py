"""What tests of the pages speak of: a running service, and a page in a browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from api.store import Store

#: What the key of each role is called.
NAMES = {"submitter": "报送岗", "triage": "分拣岗", "analyst": "分析岗", "admin": "管理岗"}
AXE = Path(str(files("axe_playwright_python") / "axe.min.js"))


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


def violations(page: Page) -> list[str]:
    """What axe-core finds that is serious or critical, with the place."""
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(content=AXE.read_text("utf-8"))
    found: list[dict[str, Any]] = page.evaluate(
        "axe.run(document, {resultTypes: ['violations']}).then(r => r.violations)"
    )
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    return [f"{one['id']}: {node['target']}" for one in serious for node in one["nodes"]]


#: Log in as a role, with a width and a colour scheme: `look("triage", width=390, scheme="dark")`.
Look = Callable[..., Looked]
