"""The command's promises: one object a report, in order, the same for every kind of file; exit codes; nothing lost."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from api.demo import SAMPLE
from corpora import read_reports

Minqing = Callable[..., Any]

#: Taking drugs, and neither selling them nor a place for it.
TAKING = "我朋友吸毒成瘾，经常吸食冰毒，尿检呈阳性"


@pytest.fixture(scope="module")
def sample() -> list[dict[str, str]]:
    reports = read_reports(str(SAMPLE))
    return [
        {
            "id": r.id,
            "title": r.title,
            "text": r.text,
            "received_at": r.received_at.isoformat() if r.received_at else "",
        }
        for r in reports[:200]
    ]


def write_jsonl(path: Path, rows: list[dict[str, str]]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


def write_csv(path: Path, rows: list[dict[str, str]], encoding: str) -> Path:
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_xlsx(path: Path, rows: list[dict[str, str]]) -> Path:
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet()
        for column, name in enumerate(rows[0]):
            for i, value in enumerate([name, *(row[name] for row in rows)]):
                sheet.write_string(i, column, value)
    return path


def test_the_same_reports_in_any_kind_of_file_give_the_same_bytes(
    minqing: Minqing, tmp_path: Path, sample: list[dict[str, str]]
) -> None:
    # GB18030 has every character; a workbook cannot hold a few control characters, which no sample has.
    inputs = [
        write_jsonl(tmp_path / "a.jsonl", sample),
        write_csv(tmp_path / "b.csv", sample, "gb18030"),
        write_csv(tmp_path / "c.csv", sample, "utf-8-sig"),
        write_xlsx(tmp_path / "d.xlsx", sample),
    ]
    results = []
    for path in inputs:
        assert minqing("tag", path, "-o", tmp_path / "out.jsonl").code == 0
        results.append((tmp_path / "out.jsonl").read_bytes())
    assert results[0].count(b"\n") == 200
    assert all(result == results[0] for result in results)


def test_an_object_keeps_the_contract(minqing: Minqing, tmp_path: Path) -> None:
    text = "我在网上刷单被骗了5万元，转到农业银行卡6228480402564890018，骗子电话13800138000，微信号abc_12345"
    path = write_jsonl(tmp_path / "a.jsonl", [{"id": "188006", "title": "被骗", "text": text}])
    (row,) = minqing("tag", path).rows
    assert list(row) == [
        *("id", "text", "primary", "categories", "decided", "evidence", "entities", "urgent", "route", "versions")
    ]
    content = f"被骗。{text}"
    assert row["id"] == "188006"
    assert len(row["text"]) == len(content)
    assert row["primary"]["id"].startswith("fraud")
    assert row["categories"][0] == row["primary"]
    assert row["route"] == {"to": "反诈中心", "rule": "fraud", "hours": 24}
    assert all(content[e["start"] : e["end"]].strip() for e in row["evidence"])
    found = {e["type"]: e for e in row["entities"]}
    assert content[found["phone"]["start"] : found["phone"]["end"]] == "13800138000"
    assert found["phone"]["text"] == found["phone"]["value"] == "138****8000"
    assert (found["money"]["text"], found["money"]["value"]) == ("5万元", 5_000_000)
    assert "6228480402564890018" not in json.dumps(row)

    (shown,) = minqing("tag", path, "--unmasked", "--scores").rows
    assert shown["text"] == content
    assert len(shown["scores"]) == 58
    assert all(content[e["start"] : e["end"]] == e["text"] for e in shown["entities"])


def test_routes_are_explained_and_a_town_may_bring_its_own_rules(minqing: Minqing, tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", [{"id": "7", "text": TAKING, "region": "长沙市雨花区"}])
    ran = minqing("route", path, "--explain")
    assert ran.code == 0
    first, *looks = ran.out.splitlines()
    assert first == "7\t禁毒大队\t24 h\tdrugs"
    assert looks[-1] == "  = drugs: primary drugs.use"
    assert all(look.startswith("  - ") for look in looks[:-1])

    local = '[[rule]]\nname = "local"\nto = "雨花分局"\nhours = 8\nregion = ["长沙市/雨花区"]\n'
    others = '[[rule]]\nname = "all"\nto = "综治中心"\nhours = 24\n'
    (tmp_path / "own.toml").write_text(f'version = "own"\n{local}{others}', "utf-8")
    assert minqing("route", path, "--routing", "own.toml").out == "7\t雨花分局\t8 h\tlocal\n"
    (row,) = minqing("tag", path, "--routing", "own.toml").rows
    assert row["route"] == {"to": "雨花分局", "rule": "local", "hours": 8}
    assert row["versions"]["routing"] == "own"


def test_a_text_alone_is_analysed_as_in_company(minqing: Minqing, tmp_path: Path, sample: list[dict[str, str]]) -> None:
    together = minqing("tag", write_jsonl(tmp_path / "a.jsonl", sample[:40])).rows
    alone = [minqing("tag", write_jsonl(tmp_path / "b.jsonl", [row])).rows[0] for row in sample[:5]]
    assert alone == together[:5]


def test_a_long_text_is_read_to_its_end(minqing: Minqing, tmp_path: Path) -> None:
    text = "小区的路灯又坏了，晚上出门看不见。" * 300 + "骗子的电话是13912345678。"
    (row,) = minqing("tag", write_jsonl(tmp_path / "a.jsonl", [{"text": text}])).rows
    assert [e["start"] for e in row["entities"] if e["type"] == "phone"] == [text.index("13912345678")]


def test_rejected_rows_are_kept_with_their_number(minqing: Minqing, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "路灯坏了"}\n{broken\n{"text": "有人赌博"}\n')
    ran = minqing("tag", "a.jsonl", "-o", "out.jsonl")
    assert ran.code == 3
    assert "2 reports done, 1 rejected (see out.jsonl.rejected.jsonl)" in ran.err
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == 2
    (rejected,) = map(json.loads, (tmp_path / "out.jsonl.rejected.jsonl").read_text().splitlines())
    assert (rejected["file"], rejected["row"]) == ("a.jsonl", 2)
    assert rejected["reason"].startswith("not JSON")


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (("tag", "empty.jsonl"), 2, "holds no rows"),
        (("tag", "nothing.jsonl"), 2, "cannot be opened"),
        (("tag", "binary.txt"), 2, "is not text"),
        (("tag", "header.csv"), 2, "name it with --map text=COLUMN"),
        (("tag", "good.jsonl", "--map", "text"), 2, "is not FIELD=COLUMN"),
        (("tag", "good.jsonl", "--bogus"), 2, "No such option"),
        (("tag",), 2, "Missing"),
        (("tag", "good.jsonl", "-o", "no/such/folder.jsonl"), 2, "cannot be written"),
        (("ingest", "good.jsonl", "--store", "nonsense"), 2, "is no database URL"),
        (("ingest", "good.jsonl", "--store", "sqlite:////no/such/folder/x.db"), 2, "cannot be opened"),
        (("issues", "show", "i0"), 2, "no issue 'i0'"),
        (("route", "good.jsonl", "--routing", "none.toml"), 2, "--routing none.toml: cannot be read"),
        (("route", "good.jsonl", "--routing", "good.jsonl"), 2, "is not TOML"),
    ],
)
def test_failures_are_one_line_with_the_way_to_mend_them(
    minqing: Minqing, tmp_path: Path, args: tuple[str, ...], code: int, message: str
) -> None:
    (tmp_path / "empty.jsonl").touch()
    (tmp_path / "binary.txt").write_bytes(bytes(range(256)) * 20)
    (tmp_path / "header.csv").write_text("甲,乙\n1,2\n")
    (tmp_path / "good.jsonl").write_text('{"text": "路灯坏了"}\n')
    ran = minqing(*args)
    assert ran.code == code
    assert message in ran.err
    assert len(ran.err.splitlines()) == 1
    assert "Traceback" not in ran.err


def test_tables_are_for_people(minqing: Minqing, tmp_path: Path) -> None:
    write_jsonl(tmp_path / "a.jsonl", [{"id": "=1+1", "text": "=cmd|' /C calc'!A0 门口有人打架"}])
    assert minqing("tag", "a.jsonl", "-o", "out.csv").code == 0
    data = (tmp_path / "out.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    header, row = csv.reader(data.decode("utf-8-sig").splitlines())
    assert header[:3] == ["编号", "正文（已脱敏）", "主类别"]
    assert (row[0], row[1][:5]) == ("'=1+1", "'=cmd")
    assert minqing("tag", "a.jsonl", "-o", "out.xlsx").code == 0
    table = CalamineWorkbook.from_path(str(tmp_path / "out.xlsx")).get_sheet_by_index(0).to_python()
    assert table[0][0] == "编号"
    assert table[1][0] == "=1+1"


def test_ingesting_twice_changes_nothing(minqing: Minqing, tmp_path: Path) -> None:
    rows = [
        {"id": "1", "text": "阳光花园三期捆绑销售车位，不买车位就不给签购房合同，二十万一个太离谱了"},
        {"id": "2", "text": "河西中学门口晚上路灯全坏了，学生放学看不清路"},
        {"id": "3", "text": "阳光花园三期开发商捆绑销售车位，不买车位不给签购房合同，请有关部门查处"},
        {"id": "1", "text": "同一个编号再来一次"},
    ]
    path = write_jsonl(tmp_path / "a.jsonl", rows)
    first = minqing("ingest", path)
    assert first.code == 0
    assert "3 reports done, 1 known before" in first.err
    issues = [row["issue"] for row in first.rows]
    assert [i["new"] for i in issues] == [True, True, False]
    assert issues[2]["id"] == issues[0]["id"]
    assert issues[2]["size"] == 2
    assert issues[2]["why"]["report"] == "1"
    exported, why = minqing("issues", "export").out, minqing("issues", "why", "3").out
    assert json.loads(why)["why"] == {"issue": issues[0]["id"]} | issues[2]["why"]
    second = minqing("ingest", path)
    assert second.rows == []
    assert minqing("issues", "why", "3").out == why
    assert "0 reports done, 4 known before" in second.err
    assert minqing("issues", "export").out == exported
    largest, single = map(json.loads, exported.splitlines())
    assert (largest["size"], largest["reports"], largest["status"]) == (2, ["1", "3"], "new")
    assert single["reports"] == ["2"]
    assert minqing("issues", "list").out.split("\t")[:2] == [issues[0]["id"], "2"]
    shown, _ = json.JSONDecoder().raw_decode(minqing("issues", "show", issues[0]["id"]).out)
    assert "捆绑销售车位" in shown["name"]
    assert {one["report"]: one["headline"] for one in shown["exemplars"]} == {r["id"]: r["text"] for r in rows[0:3:2]}


def test_a_run_that_goes_on_links_as_one_run_would(
    minqing: Minqing, tmp_path: Path, sample: list[dict[str, str]]
) -> None:
    write_jsonl(tmp_path / "all.jsonl", sample)
    write_jsonl(tmp_path / "first.jsonl", sample[:90])
    write_jsonl(tmp_path / "rest.jsonl", sample[90:])
    minqing("ingest", "all.jsonl", "--store", "sqlite:///one.db")
    minqing("ingest", "first.jsonl", "--store", "sqlite:///two.db")
    minqing("ingest", "rest.jsonl", "--store", "sqlite:///two.db")
    one = minqing("issues", "export", "--store", "sqlite:///one.db").rows
    assert one == minqing("issues", "export", "--store", "sqlite:///two.db").rows
    assert sum(len(issue["reports"]) for issue in one) == 200
    assert len(one) < 190
