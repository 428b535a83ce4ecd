"""How fast the pages are on a large store: `python benchmarks/pages.py [--reports 100000]`.

Fills a store with generated rows (texts of the sample, vectors about theirs), serves it, and measures in Chromium the
first contentful paint of every page, and how long actions take from the key or click to what they show.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright
from sqlalchemy import insert

from api.keys import Keys, Role
from api.schema import IssueRow, ReportRow
from api.store import Store
from api.stored import report_row
from corpora import read_reports
from models import load_pipeline

PAGES = ("/", "/triage", "/issues", "/reports", "/map", "/bulletins", "/submit", "/settings")


def fill(store: Store, reports: int) -> None:
    """Rows made from the sample's analyses, over 400 days, in issues of 1 to 40."""
    draw, noise = random.Random(1), np.random.default_rng(1)
    analyses = load_pipeline().analyse(read_reports("corpora/sample.jsonl"))
    columns = [column.key for column in ReportRow.__table__.columns if column.key != "pk"]
    templates = []
    for analysis in analyses:
        row = report_row(analysis, "i0", founder=False)
        templates.append(({name: getattr(row, name) for name in columns}, analysis.vector))
    now = datetime.now(UTC)
    made, issue, left = 0, 0, 0
    with store.writing() as session:
        while made < reports:
            issues, rows = [], []
            while len(rows) < 2000 and made < reports:
                template, vector = draw.choice(templates)
                if left == 0:
                    issue, left = issue + 1, min(40, int(draw.paretovariate(1.1)))
                    seen = now - timedelta(days=draw.random() * 400)
                    issues.append(
                        {
                            "id": f"i{issue:012x}",
                            "status": "new",
                            "office": "",
                            "name": template["headline"][:40],
                            "category": template["category"],
                            "place": None,
                            "division": template["division"],
                            "size": left,
                            "urgent": template["urgent"],
                            "first_seen": seen,
                            "last_seen": seen,
                            "opened": made + 1,
                            "active_at": seen,
                        }
                    )
                left -= 1
                made += 1
                turned = vector + noise.normal(0, 0.02, vector.shape)
                at = min(now, seen + timedelta(hours=draw.random() * 400))
                rows.append(
                    template
                    | {
                        "key": f"bench/{made}",
                        "source": "bench",
                        "external_id": str(made),
                        "issue_id": f"i{issue:012x}",
                        "received_at": at,
                        "seen_at": at,
                        "day": at.date(),
                        "reviewed": False,
                        "vector": (turned / np.linalg.norm(turned)).astype("<f4").tobytes(),
                    }
                )
            session.execute(insert(IssueRow), issues)
            session.execute(insert(ReportRow), rows)


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


def actions(page: Page, url: str) -> dict[str, list[float]]:
    """What people do most, several times each."""
    found: dict[str, list[float]] = {}

    def note(name: str, act: Callable[[], object], seen: str) -> None:
        found.setdefault(name, []).append(timed(page, act, seen))

    page.goto(f"{url}/triage")
    page.wait_for_function("window.did_handshake === true")
    for key, name in (("a", "triage: accept"), ("s", "triage: skip"), ("u", "triage: undo")):
        for _ in range(10 if key == "a" else 5):
            before = page.locator("#report").get_attribute("data-key")
            note(
                name,
                lambda key=key: page.keyboard.press(key),
                f"document.querySelector('#report').dataset.key !== {json.dumps(before)}",
            )
    note("triage: list of categories", lambda: page.keyboard.press("c"), "document.activeElement?.id === 'pick'")
    page.keyboard.press("Escape")

    def rows(name: str, act: Callable[[], object]) -> None:
        page.evaluate("document.querySelector('tbody').dataset.old = 'yes'")
        note(name, act, "!document.querySelector('[data-old]')")

    page.goto(f"{url}/issues")
    page.wait_for_function("window.did_handshake === true")
    for category in ("fraud", "dispute.neighbour", "service", ""):
        rows("issues: filter", lambda category=category: page.locator("select[name=category]").select_option(category))
    for _ in range(4):
        rows("issues: next page", lambda: page.keyboard.press("n"))
    page.goto(f"{url}/reports")
    page.wait_for_function("window.did_handshake === true")
    for words in ("物业", "转账", "电梯"):
        page.locator("input[name=text]").fill(words)
        rows("reports: words", lambda: page.keyboard.press("Enter"))
    page.goto(f"{url}/map")
    page.wait_for_selector(".map[data-count]", timeout=600_000)
    for key in ("+", "+", "ArrowLeft", "ArrowUp", "-"):
        page.locator("canvas").focus()
        page.keyboard.press(key)
        page.wait_for_timeout(100)
        found.setdefault("map: a frame", []).append(float(page.locator(".map").get_attribute("data-frame") or 0))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=100_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/pages.db"
        store = Store(url)
        start = time.perf_counter()
        fill(store, asked.reports)
        print(f"filled {asked.reports:,} reports in {time.perf_counter() - start:.0f} s; load {os.getloadavg()[0]:.1f}")
        token = Keys(store).create(name="bench", role=Role.ADMIN)[1]
        log = Path(folder) / "serve.log"
        call = [Path(sys.executable).with_name("minqing"), "serve", "--store", url, "--port", "0"]
        with log.open("w") as out, subprocess.Popen(call, stdout=out, stderr=out, cwd=folder) as server:
            while not (found := re.search(r"running on (http://[\d.:]+)", log.read_text())):
                time.sleep(0.2)
            try:
                measure(found[1], token)
            finally:
                server.terminate()


def measure(url: str, token: str) -> None:
    """Print both tables."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        context = browser.new_context(locale="zh-CN")
        context.set_default_timeout(60_000)
        context.request.post(f"{url}/login", form={"key": token})
        page = context.new_page()
        print("| page | first contentful paint, ms (cold, warm…) |\n|---|---|")
        for path in PAGES:
            paints = []
            for _ in range(4):
                page.goto(url + path)
                page.wait_for_selector("h1")
                paint = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
                paints.append(float(page.evaluate(paint)))
            print(f"| {path} | {', '.join(f'{paint:.0f}' for paint in paints)} |")
        print("\n| action | median, ms | slowest, ms | times |\n|---|---|---|---|")
        for name, times in actions(page, url).items():
            print(f"| {name} | {statistics.median(times):.0f} | {max(times):.0f} | {len(times)} |")
        browser.close()


if __name__ == "__main__":
    main()
