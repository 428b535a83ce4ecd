"""Attacks by files: bombs, paths, endless rows. They fail their job and nothing else."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from serving import Served, ask, serving, until

from api.reading import UnreadableError, read_apart, without_content
from nlp import Pipeline


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, pipeline: Pipeline) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("security"), pipeline, webhook_networks=()) as running:
        yield running


def upload(served: Served, name: str, content: bytes) -> Any:
    accepted = ask(served, "POST", "/v1/reports/upload", files={"file": (name, content)})
    return until(
        lambda: (j := ask(served, "GET", f"/v1/jobs/{accepted['id']}"))["state"] in ("done", "failed") and j,
        seconds=120,
    )


def workbook(sheet: str, *, lie: bool = False) -> bytes:
    """The smallest XLSX around a sheet; `lie` writes a small size into the archive's directory."""
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
        'officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http:'
        '//schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="s" sheetId="1" '
        'r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        'relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{sheet}</sheetData></worksheet>",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    data = bytearray(out.getvalue())
    if lie:
        # The last entry of the central directory: its uncompressed size is 24 bytes behind its signature.
        at = data.rindex(b"PK\x01\x02") + 24
        data[at : at + 4] = (1000).to_bytes(4, "little")
    return bytes(data)


CELL = '<c r="A{row}" t="inlineStr"><is><t>{text}</t></is></c>'


def row(number: int, text: str) -> str:
    return f'<row r="{number}">{CELL.format(row=number, text=text)}</row>'


def test_a_small_workbook_is_read(served: Served) -> None:
    job = upload(served, "x.xlsx", workbook(row(1, "text") + row(2, "桥上的栏杆断了")))
    assert (job["state"], job["done"]) == ("done", 1)


BOMBS = {
    "cells far apart": lambda: workbook(
        row(1, "text") + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>' + row(2, "x")
    ),
    "a long cell": lambda: workbook(row(1, "text") + row(2, "x" * (200 << 20))),
    "a lie about its size": lambda: workbook(row(1, "text") + row(2, "x" * (200 << 20)), lie=True),
    "a zip of zeros": lambda: zipped(bytes(200 << 20)),
}


def zipped(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", content)
    return out.getvalue()


@pytest.mark.parametrize("kind", BOMBS)
def test_a_bomb_fails_its_job_and_nothing_else(served: Served, kind: str) -> None:
    bomb = BOMBS[kind]()
    assert len(bomb) < 1 << 20
    before = memory()
    job = upload(served, "bomb.xlsx", bomb)
    assert job["error"] or job["rejected"], job
    assert job["done"] == 0
    assert memory() - before < 64 << 20, "it is read in a process of its own"
    assert ask(served, "GET", "/readyz", None) == {"status": "ok"}


def memory() -> int:
    """Bytes of this process, which the server runs in."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) << 10  # type: ignore[index]


def test_deep_json_and_endless_lines_are_rejected_rows(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b"[" * 200_000 + b"\n" + json.dumps({"text": "x" * 200_000}).encode() + b"\n")
    rejected = list(read_apart(path, {}))
    assert [r.row for r in rejected] == [1, 2]  # type: ignore[union-attr]


def test_what_kills_the_reader_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"text\nx\n")
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(UnreadableError, match="memory or time"):
        list(read_apart(path, {}))


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        ("received_at '昨天 13800138000' is no time; write …", "received_at … is no time; write …"),
        ('text "it\'s" is bad', "text … is bad"),
        (
            "no column holds the text; columns are '张三', '李\n四'; name it",
            "no column holds the text; columns are …; name it",
        ),
        ("id 13800138000 has lost digits", "id … has lost digits"),
        ("3 cells where the header has 4", "3 cells where the header has 4"),
    ],
)
def test_a_reason_quotes_nothing(reason: str, shown: str) -> None:
    assert without_content(reason) == shown


@pytest.mark.parametrize(
    "name",
    ["../../evil.csv", "/etc/cron.d/x.csv", "..\\..\\x.csv", "a\x00b.csv", "%2e%2e%2fx.csv", ".csv", "x.csv/../y"],
)
def test_an_uploads_name_is_no_path(served: Served, name: str, tmp_path: Path) -> None:
    folder = served.service.settings.uploads
    before = {path for path in folder.parent.rglob("*") if path.parent != folder}
    answer = served.call("POST", "/v1/reports/upload", files={"file": (name, b"text\n\xe8\xb7\xaf\xe7\x81\xaf\n")})
    assert answer.status_code in (202, 400, 422), answer.text
    if answer.status_code == 202:
        until(lambda: ask(served, "GET", answer.headers["location"])["state"] == "done")
    assert {path for path in folder.parent.rglob("*") if path.parent != folder} == before
    assert not (folder.parent.parent / "evil.csv").exists()


def test_kept_files_are_for_the_service_alone(served: Served) -> None:
    upload(served, "x.txt", "路灯又坏了\n".encode())
    assert served.service.settings.uploads.stat().st_mode & 0o077 == 0
