"""Issues are merged, split, handled, and all of it can be taken back."""

from __future__ import annotations

from playwright.sync_api import expect

from api.issue_queries import IssueFilter, find_issue, list_issues, members
from api.loop import history
from api.pages.issue import ROWS
from browser.looking import NAMES, Look, Served, violations
from corpora import default_taxonomy


def size(served: Served, issue: str) -> int:
    with served.store.reading() as session:
        found = find_issue(session, issue)
        return found.size if found else 0


def largest(served: Served, place: int) -> str:
    """One of the largest issues whose reports fit on one page."""
    with served.store.reading() as session:
        found = list_issues(session, IssueFilter(), limit=50).items
    return [issue.id for issue in found if issue.size <= ROWS][place]


def test_a_list_is_filtered_in_place_and_leads_to_an_issue(look: Look, served: Served) -> None:
    page = look("analyst").go("/issues")
    with served.store.reading() as session:
        some = {top: list_issues(session, IssueFilter(category=top), limit=50).items for top in default_taxonomy().tops}
    category, few = next((top, issues) for top, issues in some.items() if 0 < len(issues) < 50)
    page.locator("select[name=category]").select_option(category)
    expect(page.locator("tbody tr").first.locator("a")).to_have_attribute("href", f"/issues/{few[0].id}")
    expect(page.locator("tbody tr")).to_have_count(len(few))
    page.locator("tbody tr").first.locator("a").click()
    expect(page.locator("h1")).to_have_text(" ".join(few[0].name.split()))
    expect(page.locator("details")).to_have_count(min(few[0].size, ROWS))


def test_two_issues_are_merged_and_the_merge_is_undone(look: Look, served: Served) -> None:
    one, other = largest(served, 0), largest(served, 1)
    before = size(served, one), size(served, other)
    page = look("triage").go(f"/issues/{one}")
    page.locator("#merge-find").fill(other)
    page.locator(f"button[data-issue={other}]").click()
    expect(page.locator("button[data-decision]")).to_be_visible()
    assert size(served, one) + size(served, other) == sum(before)
    assert 0 in (size(served, one), size(served, other))
    page.locator("button[data-decision]").click()
    expect(page.locator("button[data-decision]")).to_have_count(0)
    assert (size(served, one), size(served, other)) == before


def test_members_say_why_they_joined_and_who_moved_them(look: Look, served: Served) -> None:
    issue, other = largest(served, 4), largest(served, 5)
    with served.store.reading() as session:
        reports = {report.report.key: report for report in members(session, issue).items}
    joined = next(one for one in reports.values() if one.why is not None and one.why["report"] in reports)
    assert joined.why is not None
    near = " ".join(reports[joined.why["report"]].headline.split())
    looked = look("triage")
    page = looked.go(f"/issues/{issue}")
    row = page.locator(".member", has=page.locator(f"input[value='{joined.report.key}']"))
    expect(row.locator("summary")).to_contain_text(f"因与《{near[:10]}")
    row.locator("summary").click()
    expect(row.get_by_role("link", name=f"《{near}》")).to_be_visible()
    expect(row.get_by_text(f"分数 {joined.why['score']:.2f}，阈值 {joined.why['threshold']:.2f}")).to_be_visible()
    assert violations(page) == []

    page.locator("#merge-find").fill(other)
    page.locator(f"button[data-issue={other}]").click()
    expect(page.locator("button[data-decision]")).to_be_visible()
    expect(page.get_by_text(f"由人工移入（{NAMES['triage']}").first).to_be_attached()
    page.locator("button[data-decision]").click()
    expect(page.locator("button[data-decision]")).to_have_count(0)
    expect(page.get_by_text("由人工移入")).to_have_count(0)


def test_members_are_picked_and_split_off_and_the_split_is_undone(look: Look, served: Served) -> None:
    issue = largest(served, 2)
    before = size(served, issue)
    page = look("analyst").go(f"/issues/{issue}")
    box = page.locator("input[data-pick]").last
    key = box.get_attribute("value")
    box.check()
    page.get_by_role("button", name="把勾选的拆成新议题").click()
    expect(page.locator("input[data-pick]")).to_have_count(before - 1)
    with served.store.reading() as session:
        assert key not in [report.report.key for report in members(session, issue).items]
    page.locator("button[data-decision]").click()
    expect(page.locator("input[data-pick]")).to_have_count(before)
    assert size(served, issue) == before


def test_an_issue_is_assigned_and_only_those_may_who_triage(look: Look, served: Served) -> None:
    issue = largest(served, 3)
    assert look("analyst").go(f"/issues/{issue}").locator("form[data-submit=step]").count() == 0
    page = look("triage").go(f"/issues/{issue}")
    page.locator("input[name=office]").fill("东棠区住建局")
    page.locator("input[name=note]").fill("先核实")
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_text("新建 → 已交办，东棠区住建局，先核实")).to_be_visible()
    with served.store.reading() as session:
        (step,) = history(session, issue)
    assert (step.after, step.office, step.note) == ("assigned", "东棠区住建局", "先核实")
    assert step.by.startswith(NAMES["triage"])


def test_an_issue_that_is_not_there_is_told(look: Look) -> None:
    looked = look("analyst")
    expect(looked.go("/issues/i000000000000").locator("h1")).to_have_text("没有这个议题")
    assert [c for c in looked.complaints if "404" not in c] == []
    looked.complaints.clear()
