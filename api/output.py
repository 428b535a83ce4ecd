"""Where results go: JSONL, or a table for people, decided by the file's name."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Protocol

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from api.errors import UsageError
from corpora import Taxonomy

#: Columns of a table, in order, and the Chinese header of each.
COLUMNS = {
    "id": "编号",
    "text": "正文（已脱敏）",
    "primary": "主类别",
    "primary_name": "主类别名称",
    "score": "置信度",
    "categories": "全部类别",
    "decided": "无需复核",
    "urgent": "紧急",
    "entities": "要素",
    "issue": "议题",
}

#: Longest text a spreadsheet cell takes.
_CELL = 32_000


class Writer(Protocol):
    """Takes one public object after another."""

    def write(self, result: dict[str, Any]) -> None: ...


@contextmanager
def open_jsonl(out: str | None) -> Iterator[Writer]:
    """A writer of one JSON object a line, to a path or to standard output."""
    if out is None or out == "-":
        yield _JsonlWriter(sys.stdout)
        return
    with _writing(out), open(out, "w", encoding="utf-8", newline="\n") as stream:
        yield _JsonlWriter(stream)


@contextmanager
def open_writer(out: str | None, taxonomy: Taxonomy) -> Iterator[Writer]:
    """A writer to a path (`.csv`, `.xlsx`, else JSONL) or to standard output; a file is complete on leaving."""
    suffix = Path(out).suffix.lower() if out else ""
    if out is not None and suffix == ".csv":
        # The mark tells spreadsheets that it is UTF-8.
        with _writing(out), open(out, "w", encoding="utf-8-sig", newline="") as stream:
            yield _CsvWriter(stream, taxonomy)
    elif out is not None and suffix == ".xlsx":
        with _writing(out), xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
            yield _XlsxWriter(book, taxonomy)
    else:
        with open_jsonl(out) as writer:
            yield writer


@contextmanager
def _writing(out: str) -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, PermissionError, IsADirectoryError, FileCreateError) as error:
        raise UsageError(f"-o {out}: cannot be written ({error}); choose another path") from error


class _JsonlWriter:
    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def write(self, result: dict[str, Any]) -> None:
        self._stream.write(json.dumps(result, ensure_ascii=False) + "\n")


class _CsvWriter:
    def __init__(self, stream: IO[str], taxonomy: Taxonomy) -> None:
        self._csv = csv.writer(stream)
        self._taxonomy = taxonomy
        self._csv.writerow(COLUMNS.values())

    def write(self, result: dict[str, Any]) -> None:
        self._csv.writerow([_no_formula(cell) for cell in _row(result, self._taxonomy)])


class _XlsxWriter:
    def __init__(self, book: Any, taxonomy: Taxonomy) -> None:
        self._sheet = book.add_worksheet("minqing")
        self._taxonomy = taxonomy
        self._next = 1
        for column, name in enumerate(COLUMNS.values()):
            self._sheet.write_string(0, column, name)

    def write(self, result: dict[str, Any]) -> None:
        for column, cell in enumerate(_row(result, self._taxonomy)):
            # Always a string: long numbers would lose digits and `=…` would become a formula.
            self._sheet.write_string(self._next, column, cell[:_CELL])
        self._next += 1


def _row(result: dict[str, Any], taxonomy: Taxonomy) -> list[str]:
    return [
        result["id"],
        result["text"],
        result["primary"]["id"],
        taxonomy[result["primary"]["id"]].name,
        f"{result['primary']['score']:.2f}",
        "；".join(taxonomy[c["id"]].name for c in result["categories"]),
        "是" if result["decided"] else "否",
        "；".join(u["reason"] for u in result["urgent"]),
        "；".join(f"{e['type']}={e['text']}" for e in result["entities"]),
        result.get("issue", {}).get("id", ""),
    ]


def _no_formula(cell: str) -> str:
    """A cell that a spreadsheet would run as a formula is shown as text."""
    return "'" + cell if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
