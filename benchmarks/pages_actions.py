"""What people do on the pages, timed from the key or click to what it shows."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from playwright.sync_api import Page


def timed(page: Page, act: Callable[[], object], seen: str) -> float:
    """Milliseconds from an act until a condition in the page holds, looked at in every frame."""
    page.evaluate(
        f"""() => {{
            const start = performance.now();
            window.measured = new Promise((resolve) => {{
                window.look = () => ({seen}) ? resolve(performance.now() - start) : requestAnimationFrame(window.look);
            }});
            requestAnimationFrame(window.look);
        }}"""
    )
    act()
    return float(page.evaluate("window.measured"))


#: Where a list stands, or that there is nothing in it.
ROWS = "tbody, .empty"
#: That the page within the page, which a bulletin is, stands to its end, and is not the one that was there before.
BULLETIN = """((shown) => shown?.readyState === "complete" && shown.querySelector(".sources:not([data-old])"))(
    document.querySelector("iframe.bulletin")?.contentDocument)"""


class Actions:
    """What people do most, several times each, timed."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.found: dict[str, list[float]] = {}

    def run(self) -> dict[str, list[float]]:
        """Milliseconds by action."""
        for part in (self.triage, self.lists, self.issue, self.overview, self.bulletins, self.map):
            part()
        return self.found

    def go(self, path: str) -> None:
        self.page.goto(self.url + path)
        self.page.wait_for_function("window.did_handshake === true")

    def note(self, name: str, act: Callable[[], object], seen: str) -> None:
        self.found.setdefault(name, []).append(timed(self.page, act, seen))

    def anew(self, name: str, act: Callable[[], object], part: str, *, there: str = "true") -> None:
        """Until a part of the page has been put there anew, and a condition holds."""
        self.page.wait_for_function("!document.querySelector('.page').innerText.includes('正在查找')")
        self.page.evaluate(f"document.querySelector({json.dumps(part)}).dataset.old = 'yes'")
        self.note(name, act, f"!document.querySelector('[data-old]') && {there}")

    def triage(self) -> None:
        page = self.page
        self.go("/triage")
        for key, name in (("a", "accept"), ("s", "skip"), ("u", "undo")):
            for _ in range(10 if key == "a" else 5):
                before = page.locator("#report").get_attribute("data-key")
                other = f"document.querySelector('#report').dataset.key !== {json.dumps(before)}"
                self.note(f"triage: {name}", partial(page.keyboard.press, key), other)
        focused = "document.activeElement?.id === 'pick'"
        self.note("triage: list of categories", lambda: page.keyboard.press("c"), focused)
        page.keyboard.press("Escape")
        for queue in ("all", "urgent", "unsure"):
            self.anew("triage: queue", partial(page.locator("#queue").select_option, queue), "#report")
        for _ in range(3):
            near = "document.querySelector('#issue-option-1')"
            self.note("triage: issues nearby", lambda: page.keyboard.press("m"), near)
            page.locator("#pick").focus()
            self.note("triage: move", lambda: page.keyboard.press("Enter"), "!document.querySelector('#pick')")
            self.anew("triage: undo a move", lambda: page.keyboard.press("u"), "#do-undo")

    def lists(self) -> None:
        page = self.page
        self.go("/issues")
        for category in ("fraud", "dispute.neighbour", "service", ""):
            choose = partial(page.locator("select[name=category]").select_option, category)
            self.anew("issues: filter", choose, ROWS)
        for order in ("growth", "last_seen", "size"):
            self.anew("issues: order", partial(page.locator("select[name=order]").select_option, order), ROWS)
        for _ in range(4):
            self.anew("issues: next page", lambda: page.keyboard.press("n"), ROWS)
        self.go("/reports")
        for words in ("物业", "转账", "电梯"):
            page.locator("input[name=text]").fill(words)
            self.anew("reports: words", lambda: page.keyboard.press("Enter"), ROWS)
        page.locator("input[name=text]").fill("没有人写过的字")
        self.anew("reports: words that nobody wrote, until told", lambda: page.keyboard.press("Enter"), ROWS)
        nothing = "document.querySelector('.empty')?.textContent.includes('没有符合')"
        page.locator(".empty", has_text="没有符合").wait_for()
        page.locator("input[name=text]").fill("物业")
        page.keyboard.press("Enter")
        page.locator("tbody").wait_for()
        page.locator("input[name=text]").fill("也没有人写过")
        self.note(
            "reports: words that nobody wrote, until all is looked through",
            lambda: page.keyboard.press("Enter"),
            nothing,
        )

    def issue(self) -> None:
        page = self.page
        self.go("/issues")
        links = page.locator("tbody a").all()
        paths = [str(link.get_attribute("href")) for link in links]
        undone = "!document.querySelector('[data-decision]')"
        for path in paths[:6:2]:
            self.go(path)
            page.wait_for_selector("button[data-click=merge]")
            start = time.perf_counter()
            page.locator("button[data-click=merge]").first.click()
            page.wait_for_selector("button[data-decision]")
            # The older of the two stays: this page, or that of the other, which is opened.
            led = "" if page.url.endswith(path) else ", and open the other's page"
            self.found.setdefault(f"issue: merge{led}", []).append(1000 * (time.perf_counter() - start))
            page.wait_for_function("window.did_handshake === true")
            self.note("issue: undo", page.locator("button[data-decision]").first.click, undone)
            page.locator("input[data-pick]").last.check()
            split = page.get_by_role("button", name="把勾选的拆成新议题")
            self.note("issue: split", split.click, "document.querySelector('[data-decision]')")
            self.note("issue: undo", page.locator("button[data-decision]").first.click, undone)

    def overview(self) -> None:
        page = self.page
        self.go("/")
        for day in range(1, 4):
            on = (datetime.now(UTC) - timedelta(days=day)).date().isoformat()
            self.anew("overview: another day", partial(page.locator("#day").fill, on), "h1")

    def bulletins(self) -> None:
        self.go("/bulletins")
        for told, there in (("how many", "true"), ("whole", BULLETIN)):
            for period in ("month", "day", "week") * 3:
                self.page.wait_for_function(BULLETIN)
                self.page.frame_locator("iframe.bulletin").locator(".sources").evaluate("e => e.dataset.old = 'yes'")
                choose = partial(self.page.locator("select[name=period]").select_option, period)
                self.anew(f"bulletins: a {period}, {told}", choose, "#counted", there=there)

    def map(self) -> None:
        page = self.page
        self.go("/map")
        page.wait_for_selector(".map[data-count]", timeout=600_000)
        for key in ("+", "+", "ArrowLeft", "ArrowUp", "-"):
            page.locator("canvas").focus()
            page.keyboard.press(key)
            page.wait_for_timeout(100)
            frame = float(page.locator(".map").get_attribute("data-frame") or 0)
            self.found.setdefault("map: a frame", []).append(frame)
        listed = "document.querySelector('.page h2')"
        self.note("map: list what is in view", lambda: page.keyboard.press("Enter"), listed)
