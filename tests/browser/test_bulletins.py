"""Bulletins in the browser: looked at, another one chosen, taken along, and said where they cannot be made."""

from __future__ import annotations

import re
from pathlib import Path

from docx import Document
from playwright.sync_api import expect
from sqlalchemy import text

from browser.looking import Look, Served


def test_a_bulletin_is_looked_at_and_taken_along(look: Look, tmp_path: Path) -> None:
    page = look("analyst").go("/bulletins")
    expect(page.frame_locator("iframe.bulletin").locator("h1")).to_be_visible()
    told = re.search(r"：(\d+) 条（上周 \d+ 条）", page.locator("#counted").inner_text())
    assert told
    expect(page.frame_locator("iframe.bulletin").locator("body")).to_contain_text(f"共收到群众反映 {told[1]} 条")
    page.locator("select[name=period]").select_option("month")
    expect(page.frame_locator("iframe.bulletin").locator("h1")).to_have_text("民情月报")
    expect(page.get_by_role("link", name="Word")).to_have_attribute("href", re.compile("period=month"))
    with page.expect_download() as download:
        page.get_by_role("link", name="Word").click()
    download.value.save_as(tmp_path / "bulletin.docx")
    paragraphs = [paragraph.text for paragraph in Document(str(tmp_path / "bulletin.docx")).paragraphs]
    assert any("月" in paragraph for paragraph in paragraphs[:2])


def test_another_bulletin_is_no_step_in_the_history_and_without_a_day_there_is_none(look: Look) -> None:
    looked = look("triage")
    page = looked.go("/issues")
    looked.go("/bulletins?period=week&date=2026-03-02")
    shown = page.frame_locator("iframe.bulletin").locator("h1")
    expect(shown).to_have_text("民情周报")
    page.locator("select[name=period]").select_option("day")
    expect(shown).to_have_text("民情日报")
    page.locator("input[name=date]").fill("")
    page.get_by_role("button", name="看简报").click()
    assert page.locator("input[name=date]").evaluate("field => field.matches(':invalid:focus')")
    expect(shown).to_have_text("民情日报")
    page.locator("input[name=date]").fill("2026-02-24")
    expect(page.locator("#counted")).to_contain_text("2026-02-24 至 2026-02-24")
    expect(page.frame_locator("iframe.bulletin").locator(".subtitle")).to_contain_text("2026年2月24日")
    page.go_back()
    expect(page).to_have_url(re.compile("/issues$"))


def test_a_bulletin_begins_before_it_is_made_and_says_where_it_cannot_be(look: Look, served: Served) -> None:
    looked = look("analyst")
    page = looked.go("/bulletins?period=day&date=2026-03-25&region=/湖南省/")
    shown = page.frame_locator("iframe.bulletin").locator("body")
    expect(shown).to_contain_text("湖南省　2026年3月25日　制表时间")
    expect(shown).to_contain_text("来源")
    with served.store.writing() as session:
        session.execute(text("ALTER TABLE purged RENAME TO gone"))
    try:
        page.locator("select[name=period]").select_option("month")
        expect(shown).to_contain_text("民情月报")
        expect(shown).to_contain_text("出错了：未能完成，详见日志")
    finally:
        with served.store.writing() as session:
            session.execute(text("ALTER TABLE gone RENAME TO purged"))
    asked = f"{looked.url}/bulletins/preview?period=month&date=2026-03-25&region="
    whole, inside = (page.request.get(asked + region).text() for region in ("", "/湖南省/ "))
    assert "全部地区　2026年3月1日至3月31日　制表时间" in whole
    assert "湖南省　2026年3月1日至3月31日　制表时间" in inside
    assert whole.endswith("</html>\n")


def test_a_bulletin_is_not_for_everybody_to_take_along(look: Look) -> None:
    looked = look("triage")
    page = looked.go("/bulletins")
    expect(page.locator("iframe.bulletin")).to_be_visible()
    assert page.get_by_role("link", name="Word").count() == 0
    answer = page.request.get(f"{looked.url}/bulletins/file?period=day&date=2026-03-02&kind=md")
    assert answer.status == 403


def test_a_bulletin_of_a_day_beyond_the_calendar_is_refused(look: Look) -> None:
    looked = look("analyst")
    page = looked.go("/bulletins?date=9999-12-31")
    expect(page.locator("iframe.bulletin")).to_be_visible()
    answer = page.request.get(f"{looked.url}/bulletins/preview?period=day&date=9999-12-31")
    assert answer.status == 422
