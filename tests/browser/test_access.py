"""Pages for everybody: nothing serious is found by axe, all is reached by keyboard, no sign is one of colour alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from api.issue_queries import IssueFilter, list_issues
from api.pages.issue import ROWS
from api.pages.labels import ENTITIES
from api.queries import ReportFilter, search_reports
from browser.looking import Look, Served, violations

#: What a person can act on, as far as it is shown.
KINDS = "a[href], button, input, select, textarea, summary, canvas, iframe, [tabindex='0']"
ACTED_ON = f"""() => [...document.querySelectorAll("{KINDS}")].filter((e) => !e.disabled && e.checkVisibility())"""
#: What looks clickable must be something that a keyboard reaches: such an element, or an option of a field's list.
CLICKABLE = """() => [...document.querySelectorAll('[data-click]')]
    .filter((e) => !e.matches('button, a, [role=option]')).map((e) => e.outerHTML)"""
#: What stands beside a colour that tells something.
SIGNS = "▲▼✓?"


def addresses(served: Served) -> tuple[str, ...]:
    """Every page, with one issue and one report."""
    with served.store.reading() as session:
        issue = next(i.id for i in list_issues(session, IssueFilter(), limit=50).items if i.size <= ROWS)
        key = search_reports(session, ReportFilter(), limit=1).items[0].report.key
    pages = ("/", "/triage", "/issues", "/reports", "/map", "/bulletins", "/submit", "/settings")
    return (*pages, f"/issues/{issue}", f"/reports/{key}")


def left_out(page: Page) -> list[str]:
    """What Tab does not come to on its way through the page, or where it cannot be seen to stand."""
    count = page.evaluate(f"() => ({ACTED_ON})().map((e, i) => (e.dataset.stop = i)).length")
    page.evaluate("document.activeElement?.blur()")
    seen: set[str] = set()
    # A field for a date has several stops, of which the last outlines a part of it only.
    for _ in range(4 * count + 20):
        page.keyboard.press("Tab")
        stop, outlined = page.evaluate(
            """() => {
                const e = document.activeElement, style = getComputedStyle(e);
                const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
                return [e.dataset.stop ?? '', outlined || e.matches('iframe')];
            }"""
        )
        if stop and outlined:
            seen.add(stop)
        if len(seen) == count:
            break
    missed = {str(number) for number in range(count)} - seen
    return [page.locator(f"[data-stop='{number}']").evaluate("e => e.outerHTML.slice(0, 120)") for number in missed]


def test_everything_is_reached_by_keyboard(look: Look, served: Served) -> None:
    looked = look("admin")
    for path in addresses(served):
        page = looked.go(path)
        if path == "/map":
            expect(page.locator(".map[data-count]")).to_be_visible()
        page.wait_for_load_state("networkidle")
        assert left_out(page) == [], path
        assert page.evaluate(CLICKABLE) == [], path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_unfolds_is_as_accessible(look: Look, served: Served, tmp_path: Path, scheme: str) -> None:
    looked = look("admin", scheme=scheme)
    page = looked.go("/triage")
    for key, shown in (("c", "#category-options li"), ("Escape", "#do-accept:enabled"), ("m", "#issue-options li")):
        page.keyboard.press(key)
        expect(page.locator(shown).first).to_be_visible()
        assert violations(page) == [], key
    page = looked.go(addresses(served)[-2])
    expect(page.locator("button[data-click=merge]").first).to_be_visible()
    for summary in page.locator("summary").all():
        summary.click()
    assert violations(page) == []
    page = looked.go("/settings")
    for summary in page.locator("summary").all():
        summary.click()
    assert violations(page) == []
    file = tmp_path / "表.csv"
    file.write_text("标题,正文\n停电,小区三天没有电\n", "utf-8")
    page = looked.go("/submit")
    page.locator("#paste-text").fill("有人冒充客服让我转账5万元，电话13800138000，请紧急止付")
    page.get_by_role("button", name="只看结果").click()
    expect(page.locator("article")).to_be_visible()
    page.locator("#upload-file").set_input_files(file)
    expect(page.locator("select[name=text]")).to_be_visible()
    assert violations(page) == []
    page = looked.go("/map")
    expect(page.locator(".map[data-count]")).to_be_visible()
    page.locator("canvas").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="圈中")).to_be_visible()
    assert violations(page) == []
    page = looked.go("/reports?text=没有人写过这些字")
    expect(page.get_by_text("没有符合条件的报告")).to_be_visible()
    assert violations(page) == []


def test_no_sign_is_told_by_colour_alone(look: Look, served: Served) -> None:
    looked = look("triage")
    for path in addresses(served):
        page = looked.go(path)
        if path == "/map":
            expect(page.locator(".map[data-count]")).to_be_visible()
            shapes = page.locator("[aria-label='类别'] button:visible span").all_inner_texts()
            assert len(set(shapes)) == len(shapes) > 3
        for told in page.locator("span.warn, p.warn, td.warn, .good").all_inner_texts():
            assert any(sign in told for sign in SIGNS), (path, told)
    with served.store.reading() as session:
        report = next(report for report in served.store.reports(session) if len(report.entities) == 1)
    names = looked.go(f"/reports/{report.report.key}").locator(".text mark sub")
    assert names.all_inner_texts() == [ENTITIES[report.entities[0].type]]
