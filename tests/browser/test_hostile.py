"""Whatever people write – markup, endless words, marks that turn text around – is shown, and does nothing."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Page, expect
from sqlalchemy import select

from api.schema import ReportRow
from browser.looking import Look, Served

TAGS = "<script>alert('坏')</script><img src=x onerror=alert(1)><b>粗</b>"
NASTY = TAGS + " {{ 7 * 7 }} " + "长" * 300 + "W" * 400 + " 反向\u202e文字\u202c结束\u2066\u200f"
#: Marks that turn the text around them, and such as are not seen.
STEERING = "\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"


def check(page: Page, width: int = 390) -> None:
    """Nothing of it became a part of the page, nothing steers text, and nothing is wider than the screen.

    An alert, or a script that fails, is found in the end by the fixture that opens pages.
    """
    assert page.locator("img, .page script, .page b:text-is('粗')").count() == 0, page.url
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
    shown = page.inner_text("body")
    assert not [mark for mark in STEERING if mark in shown], page.url


def test_a_report_on_every_page_that_shows_it(look: Look, served: Served) -> None:
    looked = look("admin", width=390)
    page = looked.go("/submit")
    page.locator("#paste-title").fill(TAGS + "\u202e标题")
    page.locator("#paste-text").fill(NASTY)
    page.get_by_role("button", name="提交并保存").click()
    expect(page.locator("article .text")).to_contain_text("<script>alert('坏')</script>")
    expect(page.locator("article .text")).to_contain_text("{{ 7 * 7 }}")
    check(page)
    issue = page.locator("article a[href^='/issues/']").get_attribute("href")
    with served.store.reading() as session:
        key, day = session.execute(select(ReportRow.key, ReportRow.day).where(ReportRow.title.contains("标题"))).one()
    words = quote("<script>")
    pages = (f"/reports/{key}", "/reports", f"/reports?text={words}", f"/issues?text={words}", "/triage?queue=all", "/")
    for path in pages:
        check(looked.go(path))
    page = looked.go(f"/reports/{key}")
    page.keyboard.press("r")
    expect(page.get_by_text("本次查看已记入审计")).to_be_visible()
    check(page)
    assert issue
    page = looked.go(issue)
    page.locator("summary").first.click()
    expect(page.locator("details .text")).to_contain_text("U+202E")
    check(page)
    page = looked.go(f"/map?since={day}")
    expect(page.locator(".map[data-count]")).to_be_visible()
    page.locator("canvas").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="圈中")).to_be_visible()
    check(page)
    page = looked.go(f"/bulletins?period=day&date={day}")
    preview = page.frame_locator("iframe.bulletin")
    expect(preview.locator("h1")).to_be_visible()
    assert preview.locator("script, img, b:text-is('粗')").count() == 0
    check(page)


def test_the_columns_and_rows_of_a_file(look: Look, tmp_path: Path) -> None:
    file = tmp_path / "<img src=x onerror=alert(2)>.csv"
    file.write_text(f'正文,"{TAGS}\u202e"\n"{NASTY}",{TAGS}\n', "utf-8")
    page = look("submitter", width=390).go("/submit")
    page.locator("#upload-file").set_input_files(file)
    expect(page.locator("select[name=text]")).to_have_value("正文")
    check(page)
    page.get_by_role("button", name="上传约 1 行").click()
    expect(page.locator("#job")).to_have_attribute("data-state", "done")
    check(page)


def test_names_that_administrators_give_and_notes(look: Look) -> None:
    looked = look("admin", width=390)
    page = looked.go("/settings")
    page.locator("form[data-submit=create] input[name=name]").fill(TAGS)
    page.get_by_role("button", name="新建密钥").click()
    expect(page.get_by_role("cell", name=TAGS, exact=True)).to_be_visible()
    page.get_by_text("区域：本地地名").click()
    page.locator("form[data-submit=set] input[name=name]").fill(TAGS)
    page.locator("form[data-submit=set] input[name=division]").fill(TAGS)
    page.locator("form[data-submit=set]").get_by_role("button", name="保存").click()
    expect(page.get_by_role("button", name=f"删除 {TAGS}")).to_be_visible()
    page.get_by_text("审计记录").click()
    check(page)
    page.get_by_role("button", name=f"删除 {TAGS}").click()
    page = looked.go("/issues")
    page.locator("tbody a").last.click()
    page.locator("input[name=office]").fill(TAGS)
    page.locator("input[name=note]").fill(NASTY)
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_text("新建 → 已交办")).to_be_visible()
    check(page)
