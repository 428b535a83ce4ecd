"""The queue, worked off by keyboard alone."""

from __future__ import annotations

from playwright.sync_api import Page, expect
from sqlalchemy import select

from api.audit import Audit
from api.corrections import corrections
from api.issue_queries import members
from api.queries import ReportFilter, count_reports, find_report, search_reports
from api.schema import CorrectionRow
from browser.looking import NAMES, Look, Served


def key_of(page: Page) -> str:
    return page.locator("#report").get_attribute("data-key") or ""


def press(page: Page, key: str) -> str:
    """Press a key that puts the report aside, and give the key of the next."""
    before = key_of(page)
    page.keyboard.press(key)
    expect(page.locator("#report")).not_to_have_attribute("data-key", before)
    return key_of(page)


def test_twenty_reports_without_the_mouse(look: Look, served: Served) -> None:
    page = look("triage").go("/triage")
    with served.store.reading() as session:
        left = count_reports(session, ReportFilter(decided=False, reviewed=False))
        first = search_reports(session, ReportFilter(decided=False, reviewed=False), order="least-sure", limit=1)
    assert left > 40
    assert key_of(page) == first.items[0].report.key
    accepted, corrected, skipped = [], [], []
    for _ in range(14):
        accepted.append(key_of(page))
        press(page, "a")
    for words in ("刷单", "物业", "邻里"):
        corrected.append(key_of(page))
        page.keyboard.press("c")
        expect(page.locator("#pick")).to_be_focused()
        page.keyboard.type(words)
        press(page, "Enter")
    for _ in range(2):
        skipped.append(key_of(page))
        press(page, "s")
    # One too many, taken back: it is the one looked at again.
    again = key_of(page)
    press(page, "a")
    assert press(page, "u") == again
    accepted.append(again)
    press(page, "Enter")
    expect(page.locator("#progress")).to_contain_text("已处理 18 条")
    with served.store.reading() as session:
        assert count_reports(session, ReportFilter(decided=False, reviewed=False)) == left - 18
        for key in accepted:
            (*_, said) = corrections(session, key)
            assert (said.primary, said.undone) == (said.primary_before, False)
            assert said.by.startswith(NAMES["triage"])
        wanted = ("fraud.brushing", "dispute.property_management", "dispute.neighbour")
        assert tuple(corrections(session, key)[-1].primary for key in corrected) == wanted
        assert not any(corrections(session, key) for key in skipped)
        assert session.scalar(select(CorrectionRow.id).where(CorrectionRow.undone)) is not None


def test_a_second_category_is_added(look: Look, served: Served) -> None:
    page = look("triage").go("/triage?queue=all")
    key = key_of(page)
    page.keyboard.press("b")
    page.locator("#pick").type("赌博机")
    page.keyboard.press("Enter")
    expect(page.locator("#do-accept")).to_be_enabled()
    expect(page.get_by_text("＋ 涉赌 / 赌博机")).to_be_visible()
    press(page, "a")
    with served.store.reading() as session:
        (*_, said) = corrections(session, key)
    assert said.primary == said.primary_before
    assert "gambling.machine" in said.categories


def test_a_report_is_moved_to_another_issue_and_back(look: Look, served: Served) -> None:
    page = look("triage").go("/triage?queue=all")
    key = key_of(page)
    with served.store.reading() as session:
        before = find_report(session, key)
    assert before is not None
    page.keyboard.press("m")
    expect(page.locator("#issue-option-1")).to_be_visible()
    target = page.locator("#issue-option-1").get_attribute("data-issue") or ""
    with served.store.reading() as session:
        there = members(session, target).items[0].report.key
    page.locator("#pick").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("已移到另一议题")).to_be_visible()
    with served.store.reading() as session:
        moved, other = find_report(session, key), find_report(session, there)
    # The issue that the two make bears the id of the older.
    assert moved is not None
    assert other is not None
    assert moved.issue == other.issue
    page.keyboard.press("u")
    expect(page.get_by_text("已撤销")).to_be_visible()
    with served.store.reading() as session:
        back = find_report(session, key)
    assert back is not None
    assert back.issue == before.issue


def test_a_key_that_was_meant_for_another_report_does_nothing(look: Look, served: Served) -> None:
    """What is accepted is what was seen: the server holds the key against the report at the head."""
    page = look("triage").go("/triage")
    seen = key_of(page)
    page.evaluate("document.getElementById('do-accept').dataset.report = 'another'")
    page.keyboard.press("a")
    press(page, "s")
    with served.store.reading() as session:
        assert corrections(session, seen) == []


def test_personal_data_is_hidden_until_revealed_and_the_look_is_audited(look: Look, served: Served) -> None:
    with served.store.reading() as session:
        report, phone = next(
            (report, entity.text)
            for report in served.store.reports(session)
            for entity in report.entities
            if entity.type == "phone" and len(entity.text) == 11
        )
    key = report.report.key
    path = f"/reports/{key}"
    for role, may in (("triage", True), ("analyst", False)):
        page = look(role).go(path)
        expect(page.locator(".text")).to_contain_text("*")
        assert phone not in page.content()
        assert page.locator("#do-reveal").count() == may
    page = look("triage").go(path)
    page.keyboard.press("r")
    expect(page.locator(".text")).to_contain_text(phone)
    entry = Audit(served.store).read(most=1)[0]
    assert (entry.action, entry.subject) == ("report.unmasked", key)
    assert entry.by.startswith(NAMES["triage"])


def test_two_at_one_queue_do_not_handle_a_report_twice(look: Look, served: Served) -> None:
    one, other = look("triage").go("/triage"), look("admin").go("/triage")
    first = key_of(one)
    assert key_of(other) == first
    second = press(one, "a")
    third = press(one, "a")
    assert press(other, "a") == third
    expect(other.get_by_text("刚刚已有人复核")).to_be_visible()
    with served.store.reading() as session:
        for key in (first, second):
            (said,) = corrections(session, key)
            assert said.by.startswith(NAMES["triage"])
        assert corrections(session, third) == []


def test_a_report_that_was_looked_up_is_triaged_first(look: Look, served: Served) -> None:
    with served.store.reading() as session:
        key = search_reports(session, ReportFilter(decided=True), limit=1).items[0].report.key
    looked = look("triage")
    page = looked.go(f"/reports/{key}")
    page.get_by_role("link", name="去分拣").click()
    expect(page.locator("#report")).to_have_attribute("data-key", key)
    page.wait_for_function("window.did_handshake === true")
    following = press(page, "a")
    assert following != key
    assert press(page, "u") == key
    assert look("analyst").go(f"/reports/{key}").get_by_role("link", name="去分拣").count() == 0
