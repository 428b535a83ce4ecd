"""What a bulletin tells where its period, its surges or its categories are not the usual ones."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from handmade import Told, at, put
from sqlalchemy import update

from api.bulletin import make_bulletin, read_bulletin, to_markdown
from api.bulletin.document import Paragraph
from api.schema import PurgedRow, ReportRow
from api.stats import read_stats
from api.store import Store

NOW = at("2026-03-09T08:00:00")
WEEK = date(2026, 3, 2)


def test_figures_before_the_period_and_surges_from_before_it_lead_to_their_reports(tmp_path: Path) -> None:
    """A surge that was found last month and goes on, and what it is held against."""
    store = Store(f"sqlite:///{tmp_path}/b.db")
    slow = [Told(id=f"s{n}", issue="slow", received=f"2026-02-{20 + n}T09:00:00", text="污水") for n in range(9)]
    past = [Told(id=f"p{n}", issue=f"p{n}", received=f"2025-03-{n + 1:02}T09:00:00", text="噪音") for n in range(28)]
    more = [Told(id=f"q{n}", issue="slow", received=f"2026-03-{n + 1:02}T09:00:00", text="污水") for n in range(9)]
    weekly = [
        Told(id=f"w{n}", issue="weekly", received=f"{date(2025, 3, 1) + timedelta(weeks=n)}T08:00:00", text="路灯")
        for n in range(52)
    ]
    put(store, *past, *weekly, *slow, *more)
    with store.reading() as session:
        stats = read_stats(session, "month", WEEK, now=NOW)
        told = {source.what: source.reports for source in make_bulletin(session, stats).sources()}
    store.close()
    # Told from chance by the fifth report, and still going on in the month that is told of.
    assert told["议题 slow 2月18日至2月24日的报告"] == tuple(f"s{n}" for n in range(5))
    assert told["“交通运输” 2月20日至2月26日的报告"] == ("s0", "w51", *(f"s{n}" for n in range(1, 7)))
    assert told["议题 slow 的全部报告"] == tuple(f"s{n}" for n in range(9)) + tuple(f"q{n}" for n in range(9))
    assert told["上月报告"][-1] == "s8"
    assert {"p0", "p27", "w0"} <= set(told["去年同期报告"])


def test_a_category_that_the_taxonomy_has_no_more_is_told_by_its_id(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/b.db")
    put(store, Told(id="old", issue="old"))
    with store.writing() as session:
        session.execute(update(ReportRow).values(category="gone.kind"))
    with store.reading() as session:
        told = to_markdown(make_bulletin(session, read_stats(session, "week", WEEK, now=NOW)))
    store.close()
    assert "其中gone 1 条（100.0%）" in told
    assert "gone.kind" in told


def test_a_report_of_a_day_with_summer_time_is_counted_and_led_to_on_one_day(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/b.db")
    put(store, Told(id="late", issue="late", received="1990-07-01T23:30:00"))
    with store.reading() as session:
        days = [read_stats(session, "day", date(1990, 7, day), now=NOW) for day in (1, 2)]
    store.close()
    assert [(stats.total.reports, stats.seen.keys) for stats in days] == [(1, ("late",)), (0, ())]


def test_of_many_surges_the_clearest_are_told_and_the_others_lead_to_their_reports(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/b.db")
    # Two of 22 issues, each of which surges, have fewer reports than the others.
    told = {n: 5 if n < 2 else 6 for n in range(22)}
    weeks = (f"{date(2025, 12, 1) + timedelta(weeks=n)}T09:00:00" for n in range(14))
    put(store, *(Told(id=f"lamp{n}", issue="lamp", received=when, text="路灯坏了") for n, when in enumerate(weeks)))
    put(
        store,
        *(
            Told(id=f"i{n}.{m}", issue=f"i{n}", received=f"2026-03-03T1{m}:00:00", text=f"第{n}处积水")
            for n, reports in told.items()
            for m in range(reports)
        ),
    )
    with store.reading() as session:
        stats = read_stats(session, "week", WEEK, now=NOW)
        bulletin = make_bulletin(session, stats)
        # Only what is told is read for it.
        assert read_bulletin(session, "week", WEEK, now=NOW) == bulletin
        assert len(read_stats(session, "week", WEEK, now=NOW, most=3).issues) < len(stats.issues) == 22
    store.close()
    assert len(stats.surging) == 22
    said = [s for b in bulletin.sections[1].blocks if isinstance(b, Paragraph) for s in b.sentences]
    issues = [s.text for s in said if "判定突增" in s.text and "类于" not in s.text]
    assert len(issues) == 20
    (others,) = [s for s in said if "另有" in s.text]
    assert others.text.startswith("另有 2 个突增议题")
    assert [(source.what, sorted(source.reports)) for source in others.sources] == [
        ("本周其余突增议题的报告", sorted(f"i{n}.{m}" for n in (0, 1) for m in range(5)))
    ]


def test_what_was_purged_is_counted_with_what_is_left(store: Store) -> None:
    put(
        store,
        Told(id="a", issue="a", received="2026-03-03T09:00:00", division="湖南省/长沙市/雨花区"),
        Told(id="b", issue="b", received="2026-03-04T09:00:00", division="湖南省/长沙市", category="fraud.loan"),
        Told(id="c", issue="c", received="2026-02-23T09:00:00", division="湖北省"),
    )
    with store.writing() as session:
        for day, category, division, reports in (
            (date(2026, 3, 3), "service.transport", "湖南省/长沙市/雨花区", 2),
            (date(2026, 3, 5), "service.water", "湖南省", 3),
            (date(2026, 2, 25), "service.water", "湖南省/岳阳市", 4),
            (date(2026, 2, 26), "service", "", 1),
        ):
            session.add(PurgedRow(day=day, category=category, division=division, reports=reports))
    with store.reading() as session:
        everywhere, inside = (read_stats(session, "week", WEEK, now=NOW, region=region) for region in ("", "湖南省"))
    assert everywhere.daily == (0, 3, 1, 3, 0, 0, 0)
    # Now, and in the week before.
    assert [(f.key, f.reports, f.previous.then) for f in everywhere.categories] == [
        *(("service", 6, 6), ("service.transport", 3, 1), ("service.water", 3, 4)),
        *(("fraud", 1, 0), ("fraud.loan", 1, 0)),
    ]
    assert [(f.key, f.reports, f.previous.then) for f in everywhere.regions] == [
        *(("湖南省", 7, 4), ("", 0, 1), ("湖北省", 0, 1)),
    ]
    assert [(f.key, f.reports, f.previous.then) for f in inside.regions] == [
        *(("湖南省/长沙市", 4, 0), ("湖南省", 3, 0), ("湖南省/岳阳市", 0, 4)),
    ]
    assert inside.total.reports == 7
