"""Exports: tables that spreadsheets cannot misread, Parquet, and labelling tools there and back."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pyarrow.parquet
import pytest
from handmade import Told, put
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from api.annotations import Labelled, dump, label_studio_config, labelled, load
from api.errors import UsageError
from api.output import open_issue_writer, open_writer
from api.queries import find_report
from api.store import Store
from corpora import Span, default_taxonomy

Minqing = Callable[..., Any]
TAXONOMY = default_taxonomy()


def report(text: str, **more: Any) -> dict[str, Any]:
    return {
        "id": "6228480402564890018",
        "text": text,
        "primary": {"id": "fraud.loan", "score": 0.93},
        "categories": [{"id": "fraud.loan", "score": 0.93}],
        "decided": True,
        "evidence": [{"start": 0, "end": 2}],
        "entities": [{"type": "money", "start": 0, "end": 3, "text": "5万元", "value": 5_000_000}],
        "urgent": [],
        "route": {"to": "反诈中心", "rule": "fraud", "hours": 24},
        "versions": {"model": "m"},
    } | more


@pytest.mark.parametrize(
    "text", ["=1+1", "+86", "-1", "@SUM(A1)", "＝1", "＋1", "－1", "＠A", "\t=1", "\r=1", "\n=1", "  =1", "　=1"]
)
def test_no_cell_of_a_csv_is_a_formula(tmp_path: Path, text: str) -> None:
    with open_writer(str(tmp_path / "a.csv"), TAXONOMY) as writer:
        writer.write(report(text))
    data = (tmp_path / "a.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as stream:
        _, row = csv.reader(stream)
    assert row[1] == "'" + text
    assert row[0] == "6228480402564890018"
    assert row[-1] == ""


def test_a_workbook_keeps_long_numbers_and_signs_as_text(tmp_path: Path) -> None:
    with open_writer(str(tmp_path / "a.xlsx"), TAXONOMY) as writer:
        writer.write(report("=1+1"))
    _, row = CalamineWorkbook.from_path(str(tmp_path / "a.xlsx")).get_sheet_by_index(0).to_python()
    assert row[:2] == ["6228480402564890018", "=1+1"]


def test_what_a_cell_cannot_take_is_said_to_be_left_out(tmp_path: Path) -> None:
    with open_writer(str(tmp_path / "a.xlsx"), TAXONOMY) as writer:
        writer.write(report("路" * 40_000))
    _, row = CalamineWorkbook.from_path(str(tmp_path / "a.xlsx")).get_sheet_by_index(0).to_python()
    assert row[1] == "路" * 32_000 + "…（后略）"


def test_issues_are_tables_too(tmp_path: Path) -> None:
    issue = {
        **{"issue": "i1", "name": "=路灯", "category": "hazard.road", "place": None, "size": 2},
        **{"reports": ["1", "2"], "first_seen": None, "last_seen": None, "status": "new"},
    }
    with open_issue_writer(str(tmp_path / "a.csv"), TAXONOMY) as writer:
        writer.write(issue)
    _, row = csv.reader((tmp_path / "a.csv").read_text("utf-8-sig").splitlines())
    assert row == ["i1", "'=路灯", "hazard.road", TAXONOMY["hazard.road"].name, "", "2", "", "", "new", "1；2"]
    with open_issue_writer(str(tmp_path / "a.parquet"), TAXONOMY) as writer:
        writer.write(issue)
    assert pyarrow.parquet.read_table(tmp_path / "a.parquet").to_pylist() == [issue]


def test_parquet_has_typed_columns(tmp_path: Path) -> None:
    with open_writer(str(tmp_path / "a.parquet"), TAXONOMY) as writer:
        writer.write(report("5万元", issue={"id": "i1", "new": True}))
        writer.write(report("6万元"))
    table = pyarrow.parquet.read_table(tmp_path / "a.parquet")
    first, second = table.to_pylist()
    assert first["entities"] == [{"type": "money", "start": 0, "end": 3, "text": "5万元", "value": "5000000"}]
    assert (first["primary"]["score"], first["decided"], first["issue"], second["issue"]) == (0.93, True, "i1", None)
    assert first["route"] == {"to": "反诈中心", "rule": "fraud", "hours": 24.0}


def test_without_pyarrow_the_way_to_mend_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with (
        pytest.raises(UsageError, match=r"pip install 'minqing\[parquet\]'"),
        open_writer(str(tmp_path / "a.parquet"), TAXONOMY),
    ):
        pass


@st.composite
def labelled_texts(draw: st.DrawFn) -> Labelled:
    text = draw(st.text("路灯坏了😀𠮷\n\"'<&\\ a1", min_size=1, max_size=12))
    spans = []
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(text) - 1))
        spans.append(Span(draw(st.sampled_from(["person", "place"])), start, draw(st.integers(start + 1, len(text)))))
    categories = draw(st.lists(st.sampled_from(TAXONOMY.ids), unique=True, max_size=3))
    return Labelled(draw(st.text("ab/12", min_size=1, max_size=5)), text, tuple(categories), tuple(spans))


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(labelled_texts(), max_size=3))
def test_doccano_gives_back_what_it_got(rows: list[Labelled]) -> None:
    assert load("\n".join(dump(rows, "doccano", model="m")), "doccano") == rows


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(labelled_texts(), max_size=3))
def test_label_studio_gives_back_what_it_got(rows: list[Labelled]) -> None:
    tasks = json.loads("\n".join(dump(rows, "label-studio", model="m")))
    assert load(json.dumps([accepted(task) for task in tasks]), "label-studio") == rows


def accepted(task: dict[str, Any]) -> dict[str, Any]:
    """A task as Label Studio exports it after a person took the suggestions over."""
    return {"id": 7, "data": task["data"], "annotations": [{"result": task["predictions"][0]["result"]}]}


def test_label_studio_counts_as_browsers_do() -> None:
    one = Labelled("1", "😀张三", (), (Span("person", 1, 3),))
    (task,) = json.loads("".join(dump([one], "label-studio", model="m")))
    value = task["predictions"][0]["result"][0]["value"]
    assert (value["start"], value["end"], value["text"]) == (2, 4, "张三")


def test_the_last_annotation_that_stands_counts() -> None:
    def choice(category: str) -> dict[str, Any]:
        return {"from_name": "primary", "type": "choices", "value": {"choices": [category]}}

    task = {
        "data": {"id": "1", "text": "路灯"},
        "annotations": [
            {"result": [choice("drugs")]},
            {"result": [choice("fraud")]},
            {"was_cancelled": True, "result": [choice("other")]},
        ],
    }
    skipped = {"data": {"id": "2", "text": "路灯"}, "annotations": []}
    (one,) = load(json.dumps([task, skipped]), "label-studio")
    assert one.categories == ("fraud",)


@pytest.mark.parametrize(
    ("text", "tool", "message"),
    [
        ("no", "label-studio", "is not what label-studio exports"),
        (
            '{"id": 1, "text": "路灯", "cats": [], "entities": [[0, 9, "place"]]}',
            "doccano",
            "task 1 .* outside its text",
        ),
        ('[{"annotations": [{"result": []}]}]', "label-studio", "task 1 is not what label-studio exports"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(text: str, tool: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        load(text, tool)


def test_the_interface_names_every_category() -> None:
    tree = ElementTree.fromstring(label_studio_config(TAXONOMY))
    for choices in tree.iter("Choices"):
        assert tuple(choice.get("value") for choice in choices) == TAXONOMY.ids


def test_labels_go_out_masked_and_come_back_as_corrections(minqing: Minqing, tmp_path: Path) -> None:
    store = Store("sqlite:///minqing.db")
    told = Told(
        id="1",
        issue="i1",
        source="热线",
        text="张三13800138000骗我",
        category="other",
        entities=(("phone", "13800138000", "13800138000"),),
    )
    put(store, told)
    assert minqing("annotations", "export", "--tool", "doccano", "-o", "out.jsonl").code == 0
    (task,) = map(json.loads, (tmp_path / "out.jsonl").read_text("utf-8").splitlines())
    assert (task["id"], task["text"], task["cats"]) == ("热线/1", "张三138****8000骗我", ["other"])
    task["cats"] = ["fraud.loan", "fraud"]
    (tmp_path / "back.jsonl").write_text(json.dumps(task), "utf-8")
    assert minqing("annotations", "import", "back.jsonl", "--tool", "doccano", "-o", "gold.jsonl").code == 0
    gold = json.loads((tmp_path / "gold.jsonl").read_text("utf-8"))
    assert (gold["primary"], gold["labels"], gold["entities"][0]["type"]) == (
        *("fraud.loan", ["fraud.loan", "fraud"], "phone"),
    )
    assert "1 reports corrected" in minqing("annotations", "import", "back.jsonl", "--tool", "doccano").out
    with store.reading() as session:
        found = find_report(session, "热线/1")
    assert found is not None
    assert (found.analysis["primary"]["id"], found.reviewed) == ("fraud.loan", True)
    store.close()
    assert "is not label-studio or doccano" in minqing("annotations", "export", "--tool", "x", "-o", "a").err


def test_an_analysis_is_labelled_primary_first() -> None:
    found = report("5万元", categories=[{"id": "fraud", "score": 0.95}, {"id": "fraud.loan", "score": 0.93}])
    assert labelled(found).categories == ("fraud.loan", "fraud")
