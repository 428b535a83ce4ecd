"""Files as offices have them: kinds, encodings, headers, and rows that are broken."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import xlsxwriter

from corpora import HeaderError, Importer, InputError, Rejected, Report

CHINA = timezone(timedelta(hours=8))


def read(path: Path, **mapping: str) -> tuple[list[Report], list[Rejected]]:
    rejected: list[Rejected] = []
    return list(Importer(mapping, rejected.append).read(str(path))), rejected


def write(path: Path, data: str | bytes) -> Path:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


ROWS = [
    ("1001", "路灯不亮", "河西路三号门前路灯坏了半个月，晚上摔了两个老人。", "2019/8/19 11:34:04"),
    ("1002", "“物业”乱收费", "停车费从80涨到150,\n没有公示；请查。", "2019/8/20 08:00:00"),
]


def as_jsonl(path: Path) -> None:
    keys = ("id", "title", "text", "received_at")
    path.write_text("\n".join(json.dumps(dict(zip(keys, r, strict=True)), ensure_ascii=False) for r in ROWS))


def as_csv(encoding: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        lines = ["留言编号,留言主题,留言详情,留言时间"]
        lines += [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in ROWS]
        path.write_bytes("\r\n".join(lines).encode(encoding))

    return make


def as_xlsx(path: Path) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["留言编号", "留言主题", "留言详情", "留言时间"])
        date = book.add_format({"num_format": "yyyy/m/d hh:mm:ss"})
        for i, (number, title, text, when) in enumerate(ROWS, 1):
            sheet.write_number(i, 0, int(number))
            sheet.write_string(i, 1, title)
            sheet.write_string(i, 2, text)
            sheet.write_datetime(i, 3, datetime.strptime(when, "%Y/%m/%d %H:%M:%S"), date)


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("a.jsonl", as_jsonl),
        ("a.csv", as_csv("utf-8")),
        ("a.csv", as_csv("utf-8-sig")),
        ("a.csv", as_csv("gb18030")),
        ("a.csv", as_csv("utf-16")),
        ("a.csv", as_csv("utf-16-le")),
        ("a.xlsx", as_xlsx),
    ],
)
def test_every_kind_and_encoding_gives_the_same_reports(
    tmp_path: Path, name: str, make: Callable[[Path], None]
) -> None:
    make(tmp_path / name)
    reports, rejected = read(tmp_path / name)
    assert not rejected
    assert [(r.id, r.title, r.text) for r in reports] == [row[:3] for row in ROWS]
    assert reports[0].received_at == datetime(2019, 8, 19, 11, 34, 4, tzinfo=CHINA)
    assert reports[0].content == "路灯不亮。河西路三号门前路灯坏了半个月，晚上摔了两个老人。"


def test_text_lines_are_reports_with_ids_of_their_content(tmp_path: Path) -> None:
    reports, _ = read(write(tmp_path / "a.txt", "楼上漏水\n\n有人赌博\n楼上漏水"))
    assert [r.text for r in reports] == ["楼上漏水", "有人赌博", "楼上漏水"]
    assert reports[0].id == reports[2].id != reports[1].id


def test_a_column_can_be_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "甲,乙\n1,门口的井盖没了\n")
    reports, _ = read(path, text="乙")
    assert reports[0].text == "门口的井盖没了"
    with pytest.raises(HeaderError, match=r"columns are '甲', '乙'; name it with --map text=COLUMN"):
        read(path)
    with pytest.raises(HeaderError, match="no column '丙'"):
        read(path, text="丙")
    with pytest.raises(HeaderError, match="no field 'author'"):
        read(path, author="甲")


def test_bad_rows_are_rejected_with_their_line_and_reason(tmp_path: Path) -> None:
    lines = [
        '{"id": 7, "text": "第一条"}',
        "不是JSON",
        "[1, 2]",
        '{"id": "x"}',
        '{"text": "  "}',
        '{"text": ["a"]}',
        '{"text": "半个\\ud83d代理"}',
        '{"text": "零\\u0000字符"}',
        '{"text": "时间不对", "received_at": "昨天"}',
        json.dumps({"text": "长" * 100_001}),
        json.dumps({"text": "编号太长", "id": "9" * 201}),
        '{"text": "最后一条"}',
    ]
    reports, rejected = read(write(tmp_path / "a.jsonl", "\n".join(lines)))
    assert [r.text for r in reports] == ["第一条", "最后一条"]
    assert reports[0].id == "7"
    reasons = {r.row: r.reason for r in rejected}
    assert list(reasons) == [2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
    assert reasons[2].startswith("not JSON")
    assert reasons[3] == "a JSON list, not an object"
    assert "no column holds the text" in reasons[4]
    assert reasons[5] == "no text"
    assert reasons[6] == "text is a list, not text"
    assert reasons[7] == "text holds half of a surrogate pair at 2"
    assert reasons[8] == "text holds a NUL character at 1"
    assert "'昨天' is no time" in reasons[9]
    assert "100,001 characters" in reasons[10]
    assert "201 characters" in reasons[11]


def test_ragged_csv_rows_are_rejected_by_line(tmp_path: Path) -> None:
    data = 'id,text\n1,"好的\n两行"\n2,多,一格\n3\n4,好\n'
    reports, rejected = read(write(tmp_path / "a.csv", data))
    assert [(r.id, r.text) for r in reports] == [("1", "好的\n两行"), ("4", "好")]
    assert [(r.row, r.reason) for r in rejected] == [
        (4, "3 cells where the header has 2"),
        (5, "1 cells where the header has 2"),
    ]


def test_a_broken_byte_costs_its_row_only(tmp_path: Path) -> None:
    good = "这是一条正常的留言，路灯坏了没有人修。".encode()
    data = b"id,text\n" + b"".join(b"%d,%s\n" % (i, good) for i in range(40)) + b"40,\xe8\xb7\xff\n41," + good
    reports, rejected = read(write(tmp_path / "a.csv", data))
    assert [r.id for r in reports] == [str(i) for i in range(40)] + ["41"]
    assert [(r.row, "not in the file's encoding" in r.reason) for r in rejected] == [(42, True)]


def test_a_workbook_with_merged_cells_and_formulas(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 2, "三月份群众留言汇总")
        sheet.write_row(1, 0, ["编号", "内容", "渠道"])
        sheet.write_row(2, 0, [1, "井盖丢失", "热线"])
        sheet.merge_range(3, 1, 4, 1, "小区停水两天")
        sheet.write(3, 0, 2)
        sheet.write(4, 0, 3)
        sheet.write(5, 0, 4)
        sheet.write_formula(5, 1, '="夜间"&"施工"', None, "夜间施工")
    reports, rejected = read(tmp_path / "a.xlsx")
    assert [(r.id, r.text) for r in reports] == [("1", "井盖丢失"), ("2", "小区停水两天"), ("4", "夜间施工")]
    assert [(r.row, r.reason) for r in rejected] == [(5, "no text")]


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.jsonl", b"", "holds no rows"),
        ("a.csv", b"", "holds no rows"),
        ("a.xlsx", b"", "holds no rows"),
        ("a.txt", bytes(range(256)) * 40, "is not text"),
        ("a.jsonl", b"\x7fELF\x02\x01\x01" + bytes(64) + b"\xff\xfe\xfd" * 50, "is not text"),
        ("a.xlsx", b"PK\x03\x04 broken", "not a readable XLSX"),
        ("a.docx", b"x", "unknown kind '.docx'"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_the_way_to_mend_it(
    tmp_path: Path, name: str, data: bytes, message: str
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read(write(tmp_path / name, data))
    assert str(tmp_path / name) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be opened"):
        read(tmp_path / "nothing.jsonl")


def test_utf8_is_never_taken_for_gb18030(tmp_path: Path) -> None:
    """A cut character at the edge of the sample, and a single broken byte, must not turn the text to gibberish."""
    text = "浣犲ソ" + "请处理小区噪音问题。" * 20_000
    lines = [text[i : i + 50] for i in range(0, len(text), 50)]
    reports, _ = read(write(tmp_path / "a.txt", "\n".join(lines)))
    assert [r.text for r in reports] == lines


def test_ten_thousand_emoji_are_a_text(tmp_path: Path) -> None:
    reports, rejected = read(write(tmp_path / "a.jsonl", json.dumps({"text": "😀" * 10_000})))
    assert len(reports[0].text) == 10_000
    assert not rejected
