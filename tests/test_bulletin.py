"""Bulletins: figures by hand, the same in every format, every number traceable to reports, nothing personal."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from docx import Document
from handmade import Told, at, put
from python_calamine import CalamineWorkbook
from serving import ask, serving

from api.bulletin import Bulletin, make_bulletin, to_html, to_markdown, write_bulletin
from api.bulletin.document import Paragraph, Table
from api.errors import UsageError
from api.loop import move
from api.statistics import count_by
from api.stats import Stats, read_stats, read_trend
from api.store import Store
from nlp import Pipeline, default_routing

NOW = at("2026-03-09T08:00:00")
WEEK = date(2026, 3, 2)
PLACE = "湖南省/长沙市/雨花区"
LAMP = [
    Told(id=f"lamp{n}", issue="lamp", received=f"{date(2025, 12, 1) + timedelta(weeks=n)}T09:00:00", text="路灯坏了")
    for n in range(14)
]
MIXER = [
    Told(
        id=f"mixer{n}",
        issue="mixer",
        received=f"2026-03-0{2 + n // 2}T1{n}:00:00",
        title=f"搅拌站<{n % 2}>太吵",
        text="电话13800138000",
        category="service.environment",
        division=PLACE,
        entities=(("phone", "13800138000", "13800138000"),),
        decided=n != 0,
    )
    for n in range(6)
]
FRAUD = [
    Told(
        id="f1",
        issue="f1",
        received="2026-03-03T09:00:00",
        text="刷单被骗5万元，先给1000元",
        category="fraud.brushing",
        entities=(("money", "5万元", 5_000_000), ("money", "1000元", 100_000)),
        urgent=("stop_payment",),
    ),
    Told(
        id="f2",
        issue="f2",
        received="2026-03-04T09:00:00",
        text="被骗两三千",
        category="fraud.brushing",
        entities=(("money", "两三千", {"min": 200_000, "max": 300_000}),),
    ),
    Told(id="f3", issue="f3", received="2026-02-24T09:00:00", text="被骗", category="fraud.loan"),
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('bulletin')}/b.db")
    fill(store)
    yield store
    store.close()


def fill(store: Store) -> None:
    put(store, *LAMP, *MIXER, *FRAUD)
    with store.writing() as session:
        for issue, day, steps in (
            ("mixer", "2026-03-05T00:00:00", ["assigned"]),
            ("f3", "2026-03-03T00:00:00", ["assigned", "handling", "concluded"]),
        ):
            for step in steps:
                due = at("2026-03-07T00:00:00") if step == "assigned" else None
                move(session, issue, step, by="王", at=at(day), routing=default_routing(), due_at=due)


@pytest.fixture(scope="module")
def stats(store: Store) -> Stats:
    with store.reading() as session:
        return read_stats(session, "week", WEEK, now=NOW)


@pytest.fixture(scope="module")
def bulletin(store: Store, stats: Stats) -> Bulletin:
    with store.reading() as session:
        return make_bulletin(session, stats)


def test_the_figures_are_those_counted_by_hand(stats: Stats) -> None:
    # The week's: one lamp (2 March), six of the mixer, two of fraud; the week before: one lamp, one fraud.
    assert (stats.total.reports, stats.total.previous.then, stats.total.previous.ratio) == (9, 2, 3.5)
    assert stats.total.last_year.missing == "no record"
    assert stats.daily == (3, 3, 3, 0, 0, 0, 0)
    assert {f.key: f.reports for f in stats.categories} == {
        **{"service": 7, "service.environment": 6, "service.transport": 1},
        **{"fraud": 2, "fraud.brushing": 2, "fraud.loan": 0},
    }
    assert {f.key: f.reports for f in stats.regions} == {"湖南省": 6, "": 3}
    assert stats.judged
    (mixer,) = stats.surging
    assert (mixer.key, mixer.verdict.day, mixer.verdict.count) == ("mixer", date(2026, 3, 4), 6)
    assert stats.largest == ("mixer",)
    assert stats.issues["mixer"].reports == tuple(f"mixer{n}" for n in range(6))
    assert stats.issues["mixer"].previous == 0
    assert set(stats.new) == {"mixer", "f1", "f2"}
    assert (stats.concluded, stats.returned, stats.in_hand) == (("f3",), (), 1)
    assert [issue.id for issue in stats.overdue] == [issue.id for issue in stats.supervised] == ["mixer"]
    (brushing,) = stats.fraud
    assert (brushing.category, brushing.fen, brushing.amounts) == (
        *("fraud.brushing", 5_200_000, (("f1", 5_000_000), ("f2", 200_000))),
    )
    assert [(u.report, u.reasons, u.to) for u in stats.urgent] == [("f1", ("stop_payment",), "反诈中心")]
    assert stats.unsure == ("mixer0",)


def test_the_service_gives_the_same_figures(tmp_path: Path, pipeline: Pipeline) -> None:
    with serving(tmp_path, pipeline) as served:
        store = served.service.store
        fill(store)
        told = ask(served, "GET", "/v1/stats/period?period=week&date=2026-03-04", "analyst")
        inside = ask(served, "GET", "/v1/stats/period?date=2026-03-08&region=湖南省", "analyst")
        unknown = served.call("GET", "/v1/stats/period?date=1066-10-14", "analyst")
        with store.reading() as session:
            stats = read_stats(session, "week", WEEK, now=datetime.fromisoformat(told["now"]))
            printed = to_markdown(make_bulletin(session, stats))
    assert told == json.loads(json.dumps(stats.to_json()))
    assert (told["start"], told["end"], told["daily"]) == ("2026-03-02", "2026-03-09", [3, 3, 3, 0, 0, 0, 0])
    assert (told["total"]["reports"], told["total"]["previous"]["then"], told["total"]["previous"]["ratio"]) == (
        9,
        2,
        3.5,
    )
    assert [(surge["key"], surge["reports"]) for surge in told["surging"]] == [("mixer", 6)]
    assert (told["largest"], told["concluded"], told["in_hand"]) == (["mixer"], ["f3"], 1)
    assert "共收到群众反映 9 条" in printed
    assert (inside["total"]["reports"], inside["fraud"]) == (6, [])
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "query:date")


def test_a_region_counts_what_lies_in_it_one_level_down(store: Store) -> None:
    with store.reading() as session:
        stats = read_stats(session, "week", WEEK, now=NOW, region="湖南省")
        elsewhere = read_stats(session, "week", WEEK, now=NOW, region="湖南省/长沙")
    assert (stats.total.reports, [(f.key, f.reports) for f in stats.regions]) == (6, [("湖南省/长沙市", 6)])
    assert (stats.fraud, [i.id for i in stats.overdue]) == ((), ["mixer"])
    assert elsewhere.total.reports == 0


def test_counts_an_hour_a_day_a_week(store: Store) -> None:
    with store.reading() as session:
        span = {"first": at("2026-03-02T10:30:00"), "last": at("2026-03-03T12:00:00")}
        assert sum(read_trend(session, period="hour", **span).counts) == 4
        assert read_trend(session, period="hour", **span).counts[:3] == (1, 1, 0)
        assert read_trend(session, period="day", category="fraud", **span).counts == (0, 1)
        assert read_trend(session, period="week", issue="mixer", **span).counts == (6,)
        assert read_trend(session, period="day", region="湖南省", **span).counts == (2, 2)


def test_what_is_printed_equals_the_counts_of_the_service(store: Store, stats: Stats, bulletin: Bulletin) -> None:
    with store.reading() as session:
        days = {"first": WEEK, "last": WEEK + timedelta(days=6)}
        (total,) = count_by(session, (), **days)
        by_category = {c.category: c.reports for c in count_by(session, ("category",), **days)}
    assert total.reports == stats.total.reports
    assert by_category == {f.key: f.reports for f in stats.categories if f.reports and "." in f.key}
    tables = {b.title: b for section in bulletin.sections for b in section.blocks if isinstance(b, Table)}
    printed = {str(row.cells[0]).strip("　"): row.cells[1] for row in tables["按类别"].rows}
    assert printed["环境保护"] == by_category["service.environment"]
    assert printed["刷单返利"] == by_category["fraud.brushing"]
    assert f"共收到群众反映 {total.reports} 条" in to_markdown(bulletin)


def test_every_sentence_with_a_figure_leads_to_its_reports(bulletin: Bulletin) -> None:
    told = [
        s for section in bulletin.sections[:-1] for b in section.blocks if isinstance(b, Paragraph) for s in b.sentences
    ]
    bare = [s.text for s in told if not s.sources]
    # Where there is nothing there is no report to name, and the clock is no report's.
    assert bare == [
        "截至2026年3月9日 08:00，办理中的议题 1 个。",
        "本周办结后又有群众反映 0 个。",
    ]
    keys = {one.id for one in (*LAMP, *MIXER, *FRAUD)}
    assert all(source.reports and set(source.reports) <= keys for source in bulletin.sources())
    rows = [r for section in bulletin.sections for b in section.blocks if isinstance(b, Table) for r in b.rows]
    for row in rows:
        counted = next(cell for cell in row.cells if isinstance(cell, int))
        assert bool(row.sources) == (counted > 0)
        if row.sources:
            assert len(row.sources[0].reports) == counted


def test_either_database_tells_the_same(new_postgresql: Callable[..., str], stats: Stats, bulletin: Bulletin) -> None:
    store = Store(new_postgresql())
    fill(store)
    with store.reading() as session:
        there = read_stats(session, "week", WEEK, now=NOW)
        assert there.to_json() == stats.to_json()
        assert make_bulletin(session, there) == bulletin
    store.close()


def test_nothing_personal_and_no_mark_up_gets_through(bulletin: Bulletin, tmp_path: Path) -> None:
    for name in ("a.md", "a.html", "a.docx", "a.xlsx"):
        write_bulletin(bulletin, tmp_path / name)
        assert "13800138000" not in text_of(tmp_path / name)
    assert "搅拌站<0>" not in to_html(bulletin)
    assert "搅拌站&lt;0&gt;太吵" in to_html(bulletin)
    assert "搅拌站\\<0\\>太吵" in to_markdown(bulletin)


def test_all_formats_say_the_same(bulletin: Bulletin, tmp_path: Path) -> None:
    for name in ("a.md", "a.html", "a.docx", "a.xlsx"):
        write_bulletin(bulletin, tmp_path / name)
        text = text_of(tmp_path / name)
        assert "民情周报" in text
        assert "共收到群众反映 9 条" in text
        assert "较上周（2 条）上升 350.0%" in text
        assert "涉诈报告 2 条，其中 2 条写明金额，合计 5.2 万元" in text
        assert "于3月4日判定突增" in text
        assert "紧急止付：“刷单被骗5万元，先给1000元”，转反诈中心。" in text
        for n in range(6):
            assert f"mixer{n}" in text


def test_a_word_document_carries_its_chart(bulletin: Bulletin, tmp_path: Path) -> None:
    write_bulletin(bulletin, tmp_path / "a.docx")
    with zipfile.ZipFile(tmp_path / "a.docx") as package:
        chart = ElementTree.fromstring(package.read("word/charts/chart1.xml"))
    space = {"c": "http://schemas.openxmlformats.org/drawingml/2006/chart"}
    values = [v.text for v in chart.findall(".//c:val//c:v", space)]
    assert values == ["3", "3", "3", "0", "0", "0", "0"]


def text_of(path: Path) -> str:
    if path.suffix == ".docx":
        document = Document(str(path))
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        return "\n".join([p.text for p in document.paragraphs] + cells)
    if path.suffix == ".xlsx":
        book = CalamineWorkbook.from_path(str(path))
        sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
        return "\n".join(str(cell) for sheet in sheets for row in sheet for cell in row)
    text = path.read_text("utf-8")
    return re.sub("<[^>]+>", "", text) if path.suffix == ".html" else text


def test_an_empty_store_has_a_bulletin_too(minqing: Callable[..., Any], tmp_path: Path) -> None:
    ran = minqing("bulletin", "--period", "month", "--date", "2026-02-10", "-o", "a.md")
    assert ran.code == 0
    text = (tmp_path / "a.md").read_text("utf-8")
    assert "本月（2026年2月1日至2月28日），全部地区共收到群众反映 0 条。" in text
    assert "连续记录不足 56 天" in text


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--period", "year", "-o", "a.md"), "--period 'year' is not day, week or month"),
        (("--period", "day", "-o", "a.pdf"), "is no bulletin's kind; name it .docx, .md, .xlsx or .html"),
        (("--period", "day", "--date", "heute", "-o", "a.md"), "--date 'heute' is no date"),
        (("--period", "day", "-o", "no/a.docx"), "cannot be written"),
    ],
)
def test_a_wrong_call_is_mended_in_one_line(minqing: Callable[..., Any], args: tuple[str, ...], message: str) -> None:
    ran = minqing("bulletin", *args)
    assert (ran.code, len(ran.err.splitlines())) == (2, 1)
    assert message in ran.err


def test_another_kind_of_file_is_refused(bulletin: Bulletin) -> None:
    with pytest.raises(UsageError, match=r"name it \.docx"):
        write_bulletin(bulletin, Path("a.pdf"))
