"""Every page: its main path, both themes, both widths, by keyboard, for each role."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from api.audit import Audit
from api.issue_queries import IssueFilter, list_issues
from api.keys import Keys, Role
from api.pages.reports import ROWS
from api.queries import ReportFilter, count_reports, search_reports
from api.schema import IssueRow
from browser.looking import Look, Served, violations
from corpora.importers.dates import SHANGHAI

PAGES = {
    "/": "概览",
    "/triage": "分拣",
    "/issues": "议题",
    "/reports": "报告",
    "/map": "主题地图",
    "/bulletins": "简报",
    "/submit": "提交",
    "/settings": "设置",
}
MAY = {
    "submitter": {"/submit"},
    "triage": set(PAGES),
    "analyst": set(PAGES) - {"/triage", "/submit"},
    "admin": set(PAGES),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_in_both_themes_and_widths(look: Look, served: Served, scheme: str) -> None:
    with served.store.reading() as session:
        issue = list_issues(session, IssueFilter(), limit=1).items[0].id
        key = search_reports(session, ReportFilter(), limit=1).items[0].report.key
    looked = look("admin", scheme=scheme)
    for path in (*PAGES, f"/issues/{issue}", f"/reports/{key}"):
        page = looked.go(path)
        if path == "/map":
            expect(page.locator(".map[data-count]")).to_be_visible()
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
            assert page.evaluate("document.body.classList.contains('body--dark')") == (scheme == "dark")
        assert violations(page) == [], path


@pytest.mark.parametrize("role", MAY)
def test_a_role_sees_only_what_it_may(look: Look, role: str) -> None:
    looked = look(role)
    for path, title in PAGES.items():
        page = looked.go(path)
        if path in MAY[role]:
            expect(page.locator("nav a[aria-current]")).to_have_text(title)
            expect(page.locator(".empty[role=alert]")).to_have_count(0)
        elif path != "/":
            expect(page.get_by_text("角色不能使用本页")).to_be_visible()
    assert {link.get_attribute("href") for link in page.locator("nav a").all()} == MAY[role]
    if role != "admin" and "/settings" in MAY[role]:
        assert looked.go("/settings").locator("form[data-submit=create]").count() == 0
    looked.complaints[:] = [complaint for complaint in looked.complaints if "403" not in complaint]


def test_one_comes_in_by_a_key_only_and_goes_out(look: Look, served: Served) -> None:
    looked = look(None)
    page = looked.go("/issues")
    assert page.url.endswith("/login")
    page.locator("#key").fill("mq_000000000000_wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("密钥无效")
    assert violations(page) == []
    page.locator("#key").fill(served.keys["analyst"])
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("概览")
    page.get_by_role("button", name="退出").click()
    expect(page.locator("#key")).to_be_visible()
    assert looked.go("/").url.endswith("/login")
    looked.complaints[:] = [complaint for complaint in looked.complaints if "401" not in complaint]


def test_a_revoked_key_ends_the_work_at_once(look: Look, served: Served) -> None:
    keys = Keys(served.store)
    key, token = keys.create(name="short lived", role=Role.TRIAGE, by="test")
    served.keys["short lived"] = token
    page = look("short lived").go("/issues")
    keys.revoke(key.id, by="test")
    page.locator("select[name=category]").select_option("fraud")
    expect(page.locator("#key")).to_be_visible()


def test_the_overview_leads_to_what_it_counts(look: Look, served: Served) -> None:
    looked = look("analyst")
    page = looked.go("/")
    with served.store.reading() as session:
        unsure = count_reports(session, ReportFilter(decided=False, reviewed=False))
        last = session.scalar(select(func.max(IssueRow.first_seen)).where(IssueRow.size > 0))
    assert last
    day = last.astimezone(SHANGHAI).date()
    expect(page.locator("a[href='/reports?state=unsure'] b")).to_have_text(str(unsure))
    expect(look("triage").go("/").locator("a[href='/triage?queue=unsure'] b")).to_have_text(str(unsure))
    page = looked.go(f"/?day={day}")
    card = page.locator("a.card", has_text="当日新议题")
    fresh = int(card.locator("b").inner_text())
    assert fresh > 0
    card.click()
    expect(page.locator("h1")).to_have_text("议题")
    expect(page.locator("tbody tr")).to_have_count(min(fresh, ROWS))
    page = looked.go(f"/?day={day}")
    row = page.locator("section", has_text="类别").first.locator("tbody tr").first
    week = int(row.locator("td").nth(3).inner_text())
    row.locator("a").click()
    expect(page.locator("h1")).to_have_text("报告")
    expect(page.locator("tbody tr")).to_have_count(min(week, ROWS))


def test_the_theme_is_kept(look: Look) -> None:
    looked = look("analyst")
    looked.go("/issues").locator("#theme").click()
    assert looked.go("/reports").evaluate("document.body.classList.contains('body--dark')")


def test_a_circle_on_the_map_lists_what_lies_in_it(look: Look, served: Served) -> None:
    page = look("analyst").go("/map")
    with served.store.reading() as session:
        count = count_reports(session, ReportFilter())
    expect(page.locator(".map")).to_have_attribute("data-count", str(count))
    expect(page.locator(".map-name").first).to_be_visible()
    page.locator("#map-lasso").click()
    box = page.locator("canvas").bounding_box()
    assert box
    across, down = box["width"] / 2, box["height"] / 2
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    for x, y in ((across, 5), (across, 2 * down - 5), (5, 2 * down - 5)):
        page.mouse.move(box["x"] + x, box["y"] + y)
    page.mouse.up()
    heading = page.get_by_role("heading", name="圈中")
    expect(heading).to_be_visible()
    some = int(heading.inner_text().split()[1])
    assert 0 < some < count
    page.locator("canvas").focus()
    page.keyboard.press("Enter")
    expect(heading).to_contain_text(str(count))
    page.locator("select[name=kind]").select_option("issues")
    with served.store.reading() as session:
        issues = session.scalar(select(func.count()).select_from(IssueRow).where(IssueRow.size > 0))
    expect(page.locator(".map")).to_have_attribute("data-count", str(issues))


def test_an_upload_names_its_columns_and_lists_its_bad_rows(look: Look, served: Served, tmp_path: Path) -> None:
    with served.store.reading() as session:
        before = count_reports(session, ReportFilter())
    file = tmp_path / "市长信箱.csv"
    file.write_text(
        "序号,诉求说明,收到时间\n"
        "u1,西浦区梧桐里小区的快递柜占了消防通道，物业一直不管。,2026-06-01\n"
        "u2,只有两格\n"
        "u3,东棠区文昌路的红绿灯整晚不亮，已经三天了。,2026-06-02\n"
        "u4,,2026-06-03\n",
        "gb18030",
    )
    page = look("submitter").go("/submit")
    page.locator("#upload-file").set_input_files(file)
    expect(page.locator("select[name=id]")).to_have_value("序号")
    page.locator("select[name=text]").select_option("诉求说明")
    page.locator("select[name=received_at]").select_option("收到时间")
    page.get_by_role("button", name="上传约 4 行").click()
    expect(page.locator("#job")).to_have_attribute("data-state", "done")
    expect(page.locator("#job [role=status]")).to_contain_text("已保存 2 条，拒收 2 行")
    assert page.locator("#job tbody td:first-child").all_inner_texts() == ["3", "5"]
    with served.store.reading() as session:
        assert count_reports(session, ReportFilter()) == before + 2


def test_pasted_text_can_be_looked_at_without_keeping_it(look: Look, served: Served) -> None:
    with served.store.reading() as session:
        before = count_reports(session, ReportFilter())
    page = look("submitter").go("/submit")
    page.locator("#paste-text").fill("有人冒充快递客服让我转账5万元\n楼上半夜装修吵得睡不着")
    page.locator("input[name=lines]").check()
    page.get_by_role("button", name="只看结果").click()
    expect(page.locator("article")).to_have_count(2)
    expect(page.locator("mark.e-money").first).to_contain_text("5万元")
    with served.store.reading() as session:
        assert count_reports(session, ReportFilter()) == before


def test_keys_are_made_and_revoked_by_administrators(look: Look, served: Served) -> None:
    page = look("admin").go("/settings")
    page.locator("form[data-submit=create] input[name=name]").fill("临时一组")
    page.locator("form[data-submit=create] select[name=role]").select_option("analyst")
    page.get_by_role("button", name="新建密钥").click()
    token = page.locator("#token").inner_text()
    principal = Keys(served.store).check(token)
    assert principal is not None
    assert (principal.name, principal.role) == ("临时一组", "analyst")
    page.locator(f"button[data-key='{principal.id}']").click()
    expect(page.locator("#token")).to_have_count(0)
    assert Keys(served.store).check(token) is None
    assert [entry.action for entry in Audit(served.store).read(most=2)] == ["key.revoke", "key.create"]
    assert token not in json.dumps([dict(entry.detail) for entry in Audit(served.store).read()])


def test_a_local_name_places_reports(look: Look, served: Served) -> None:
    page = look("admin").go("/settings")
    page.get_by_text("区域：本地地名").click()
    page.locator("form[data-submit=set] input[name=name]").fill("锦棠花园")
    page.locator("form[data-submit=set] input[name=division]").fill("云汀市/东棠区")
    page.locator("form[data-submit=set]").get_by_role("button", name="保存").click()
    expect(page.get_by_text("条报告改了区域")).to_be_visible()
    expect(page.get_by_role("cell", name="锦棠花园", exact=True)).to_be_visible()
    page.get_by_role("button", name="删除 锦棠花园").click()
    expect(page.get_by_role("cell", name="锦棠花园", exact=True)).to_have_count(0)
