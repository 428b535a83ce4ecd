"""How fast the pages are on a large store: `python -m benchmarks.pages [--reports 100000] [--store minqing.db]`.

Fills a store with generated rows (texts of the sample, vectors about theirs), or copies one; serves it until it says
that it is ready, twice, for the second start finds what the first has read; and measures in Chromium, for every page,
when the first byte comes, when anything is painted (first contentful paint) and when all of it is there and listens;
and how long actions take from the key or click to what they show.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import numpy as np
from playwright.sync_api import Page, sync_playwright
from sqlalchemy import insert

from api.keys import Keys, Role
from api.schema import IssueRow, ReportRow
from api.store import Store
from api.stored import report_row
from benchmarks.pages_actions import Actions
from corpora import read_reports
from corpora.importers.dates import SHANGHAI
from models import load_pipeline
from nlp import Link

PAGES = ("/", "/triage", "/issues", "/reports", "/map", "/bulletins", "/submit", "/settings")


def fill(store: Store, reports: int) -> None:
    """Rows made from the sample's analyses, over 400 days, in issues of 1 to 40."""
    draw, noise = random.Random(1), np.random.default_rng(1)
    analyses = load_pipeline().analyse(read_reports("corpora/sample.jsonl"))
    columns = [column.key for column in ReportRow.__table__.columns if column.key != "pk"]
    templates = []
    for analysis in analyses:
        row = report_row(analysis, Link("i0", new=False, size=1, report=None, score=0.0, shared=()))
        templates.append(({name: getattr(row, name) for name in columns}, analysis.vector))
    now = datetime.now(UTC)
    made, issue, left = 0, 0, 0
    with store.writing() as session:
        while made < reports:
            issues: list[dict[str, object]] = []
            rows: list[dict[str, object]] = []
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
                at = seen + draw.random() * min(timedelta(hours=400), now - seen)
                rows.append(
                    template
                    | {
                        "key": f"bench/{made}",
                        "source": "bench",
                        "external_id": str(made),
                        "issue_id": f"i{issue:012x}",
                        "received_at": at,
                        "seen_at": at,
                        "day": at.astimezone(SHANGHAI).date(),
                        "reviewed": False,
                        "vector": (turned / np.linalg.norm(turned)).astype("<f4").tobytes(),
                    }
                )
            session.execute(insert(IssueRow), issues)
            session.execute(insert(ReportRow), rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=100_000, help="rows of the store that is filled")
    parser.add_argument("--store", type=Path, help="an SQLite file to measure instead; it is copied")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if asked.store:
            shutil.copy(asked.store, f"{folder}/pages.db")
        url = f"sqlite:///{folder}/pages.db"
        store = Store(url)
        if not asked.store:
            fill(store, asked.reports)
        print(f"{store.size():,} reports; load {os.getloadavg()[0]:.1f}")
        token = Keys(store).create(name="bench", role=Role.ADMIN, by="bench")[1]
        store.close()
        for started in ("first", "second"):
            start = time.perf_counter()
            with serving(url, Path(folder)) as address:
                print(f"{started} start: ready after {time.perf_counter() - start:.0f} s", flush=True)
                if started == "second":
                    measure(address, token)


@contextmanager
def serving(store: str, folder: Path) -> Iterator[str]:
    """The address of a service over a store, ready."""
    log = folder / "serve.log"
    call = [Path(sys.executable).with_name("minqing"), "serve", "--store", store, "--port", "0"]
    with log.open("w") as out, subprocess.Popen(call, stdout=out, stderr=out, cwd=folder) as server:
        try:
            yield ready(log, server)
        finally:
            server.terminate()


def ready(log: Path, server: subprocess.Popen[bytes]) -> str:
    """The service's address, once it says that it is ready."""
    while server.poll() is None:
        time.sleep(0.2)
        if not (found := re.search(r"running on (http://[\d.:]+)", log.read_text())):
            continue
        try:
            with urlopen(f"{found[1]}/readyz"):
                return found[1]
        except HTTPError:
            continue
    raise SystemExit(f"the service did not start: {log.read_text()}")


def measure(url: str, token: str) -> None:
    """Print both tables."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        context = browser.new_context(locale="zh-CN")
        context.set_default_timeout(60_000)
        context.request.post(f"{url}/login", form={"key": token})
        page = context.new_page()
        print("\n| page | first byte, ms | first paint, ms | all there, ms |\n|---|---|---|---|")
        for path in PAGES:
            loads = [load(page, url + path) for _ in range(4)]
            told = (", ".join(f"{value:.0f}" for value in values) for values in zip(*loads, strict=True))
            print(f"| {path} | {' | '.join(told)} |")
        print("\n| action | median, ms | slowest, ms | times |\n|---|---|---|---|")
        for name, times in Actions(page, url).run().items():
            print(f"| {name} | {statistics.median(times):.0f} | {max(times):.0f} | {len(times)} |")
        browser.close()


def load(page: Page, address: str) -> tuple[float, float, float]:
    """Milliseconds until the first byte, the first contentful paint, and all is there and listens."""
    page.goto(address)
    page.wait_for_function("window.did_handshake === true && document.querySelector('h1')")
    page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
    told = page.evaluate(
        """() => [
            performance.getEntriesByType('navigation')[0].responseStart,
            performance.getEntriesByName('first-contentful-paint')[0].startTime,
            performance.now(),
        ]"""
    )
    return float(told[0]), float(told[1]), float(told[2])


if __name__ == "__main__":
    main()
