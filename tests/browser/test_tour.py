"""The four jobs of docs/tour.md: submit, triage, explore, report.

`MINQING_PICTURES=docs/img pytest tests/browser/test_tour.py` takes the pictures anew.
"""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path

from playwright.sync_api import expect

from api.issue_queries import IssueFilter, list_issues
from api.pages.overview import DAYS
from api.queries import ReportFilter, search_reports
from api.statistics import count_by
from browser.looking import Look, Looked, Served

TEXT = (
    "我叫林若溪，昨天在“汇享购”APP上刷单，客服让我垫付，分三次转了5万元到银行卡6212260000003345671，"
    "现在提现不了，对方电话13800138000也打不通，请帮我紧急止付！"
)


def picture(looked: Looked, name: str) -> None:
    """Keep what is seen, where pictures are wanted."""
    if folder := os.environ.get("MINQING_PICTURES"):
        looked.page.wait_for_load_state("networkidle")
        looked.page.screenshot(path=Path(folder) / f"{name}.png")


def fullest(served: Served) -> date:
    """The day with most reports, and a month of days before it."""
    with served.store.reading() as session:
        counts = {count.day: count.reports for count in count_by(session, ["day"]) if count.day}
    first = min(counts) + timedelta(days=DAYS)
    return max((day for day in counts if day >= first), key=lambda day: (counts[day], day))


def test_submit(look: Look) -> None:
    looked = look("submitter")
    page = looked.go("/submit")
    page.locator("#paste-text").fill(TEXT)
    page.get_by_role("button", name="只看结果").click()
    expect(page.locator("article .chip.urgent")).to_contain_text("紧急止付")
    expect(page.locator("mark.e-phone")).to_contain_text("138****8000")
    picture(looked, "submit")


def test_triage(look: Look) -> None:
    looked = look("triage")
    page = looked.go("/triage?queue=urgent")
    picture(looked, "triage")
    page.keyboard.press("c")
    expect(page.locator("#pick")).to_be_focused()
    page.keyboard.type("客服")
    expect(page.locator("#category-options li:visible")).to_have_count(1)
    picture(looked, "triage-correct")


def test_explore(look: Look, served: Served) -> None:
    looked = look("analyst")
    looked.go(f"/?day={fullest(served)}")
    expect(looked.page.locator("section", has_text="增长最快的议题").locator(".name").first).to_be_visible()
    picture(looked, "overview")
    looked.go("/issues")
    picture(looked, "issues")
    with served.store.reading() as session:
        issues = list_issues(session, IssueFilter(), limit=30).items
        key = search_reports(session, ReportFilter(urgent=True), limit=1).items[0].report.key
    page = looked.go(f"/issues/{next(issue.id for issue in issues if issue.place)}")
    page.locator("summary").nth(1).click()
    picture(looked, "issue")
    looked.go(f"/reports/{key}")
    picture(looked, "report")
    page = looked.go("/map")
    expect(page.locator(".map-name").first).to_be_visible()
    page.locator("canvas").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="圈中")).to_be_visible()
    picture(looked, "map")
    dark = look("analyst", scheme="dark")
    expect(dark.go("/map").locator(".map-name").first).to_be_visible()
    picture(dark, "map-dark")
    narrow = look("triage", width=390, scheme="dark")
    narrow.go("/triage?queue=urgent")
    picture(narrow, "triage-390-dark")


def test_report(look: Look, served: Served) -> None:
    looked = look("analyst")
    page = looked.go(f"/bulletins?period=week&date={fullest(served)}")
    expect(page.frame_locator("iframe.bulletin").locator("h1")).to_be_visible()
    picture(looked, "bulletins")
    admin = look("admin")
    admin.go("/settings").get_by_text("去向规则").click()
    picture(admin, "settings")
