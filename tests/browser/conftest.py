"""The pages as people meet them: `minqing serve` on a store made from our own texts, and a Chromium that looks at it.

MINQING_PAGES_STORE names another SQLite store, which is copied: the same tests then look at that.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, expect, sync_playwright

from api.ingest import Ingester
from api.keys import Keys, Role
from api.linking import LinkedStore
from api.store import Store
from browser.looking import NAMES, Look, Looked, Served
from corpora import Report, read_reports, read_written_issues
from models import load_scorer
from nlp import Pipeline

#: Problems told by several that are put beside the sample, and the day in its months when the first is told of.
PROBLEMS, FIRST = 12, date(2026, 3, 20)
#: Milliseconds that anything on a page may take; generous, for a busy machine is no mistake of the pages.
PATIENCE = 30_000


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where Chromium is; without it there is nothing to test, which is a failure where services are required."""
    found = os.environ.get("MINQING_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if found:
        return found
    reason = "no chromium on the PATH and no MINQING_CHROMIUM; tests/services.sh start installs it"
    if os.environ.get("MINQING_REQUIRE_SERVICES") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def served(chromium: str, pipeline: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The service over the sample and some written problems."""
    folder = tmp_path_factory.mktemp("served")
    other = os.environ.get("MINQING_PAGES_STORE")
    if other:
        shutil.copy(other, folder / "pages.db")
    store = Store(f"sqlite:///{folder}/pages.db")
    if not other:
        reports = read_reports("corpora/sample.jsonl")
        for number, problem in enumerate(islice(read_written_issues(), PROBLEMS)):
            reports += told_from(FIRST + timedelta(days=number), problem.tellings)
        for _ in Ingester(LinkedStore(store, load_scorer()), pipeline).ingest(reports):
            pass
    keys = {role.value: Keys(store).create(name=NAMES[role.value], role=role, by="test")[1] for role in Role}
    call = [
        Path(sys.executable).with_name("minqing"),
        "serve",
        "--store",
        f"sqlite:///{folder}/pages.db",
        "--port",
        "0",
    ]
    log = folder / "serve.log"
    with log.open("w") as out, subprocess.Popen(call, cwd=folder, stdout=out, stderr=out) as server:
        try:
            yield Served(_address(log, server), keys, store)
        finally:
            server.terminate()
            store.close()


def told_from(first: date, reports: tuple[Report, ...]) -> list[Report]:
    """The same reports, the first of them on another day, and the others as long after it as they were."""
    times = [report.received_at for report in reports if report.received_at]
    later = first - min(times).date()
    return [replace(report, received_at=time + later) for report, time in zip(reports, times, strict=True)]


def _address(log: Path, server: subprocess.Popen[bytes]) -> str:
    while server.poll() is None:
        if found := re.search(r"running on (http://[\d.:]+)", log.read_text()):
            return found[1]
        try:
            server.wait(0.1)
        except subprocess.TimeoutExpired:
            continue
    raise AssertionError(f"the service did not start: {log.read_text()}")


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def look(browser: Browser, served: Served) -> Iterator[Look]:
    """Log in as a role in a fresh browser; in the end no page may have complained in its console."""
    opened: list[Looked] = []

    def as_role(role: str | None = "admin", *, width: int = 1280, scheme: Any = "light") -> Looked:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, locale="zh-CN", accept_downloads=True
        )
        context.set_default_timeout(PATIENCE)
        if role is not None:
            context.request.post(f"{served.url}/login", form={"key": served.keys[role]}, timeout=PATIENCE)
        looked = Looked(context.new_page(), served.url)
        looked.page.on("console", lambda message: _note(looked, message))
        looked.page.on("pageerror", lambda error: looked.complaints.append(str(error)))
        looked.page.on("dialog", lambda dialog: looked.complaints.append(f"a dialog: {dialog.message}"))
        opened.append(looked)
        return looked

    yield as_role
    complaints = [complaint for looked in opened for complaint in looked.complaints]
    for looked in opened:
        looked.page.context.close()
    assert not complaints


def _note(looked: Looked, message: ConsoleMessage) -> None:
    if message.type in ("error", "warning"):
        looked.complaints.append(f"{message.type}: {message.text}")
