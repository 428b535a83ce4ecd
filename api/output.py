"""Where results go: JSONL, or a table for people, decided by the file's name."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any, Literal, Protocol

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from api.errors import UsageError
from api.parquet import open_parquet
from corpora import Taxonomy

#: Columns of a table of reports, in order.
_REPORTS = (
    *("编号", "正文（已脱敏）", "主类别", "主类别名称", "置信度"),
    *("全部类别", "无需复核", "紧急", "要素", "承办单位", "议题"),
)
_ISSUES = ("议题", "名称", "类别", "类别名称", "地点", "条数", "首次", "最近", "办理", "报告编号")

#: Longest text a spreadsheet cell takes, the mark of what was left out, and the rows of a sheet.
_CELL, _CUT, _SHEET = 32_000, "…（后略）", 1_048_576

#: What begins a formula, here or there.
_FORMULA, _BLANK = tuple("=+-@＝＋－＠"), tuple("\t\r\n")


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
    """A writer of reports to a path (`.csv`, `.xlsx`, `.parquet`, else JSONL) or to standard output.

    A file is complete on leaving.
    """
    with _open(out, _Sheet(_REPORTS, partial(_report_row, taxonomy=taxonomy)), "reports") as writer:
        yield writer


@contextmanager
def open_issue_writer(out: str | None, taxonomy: Taxonomy) -> Iterator[Writer]:
    """The same for issues."""
    with _open(out, _Sheet(_ISSUES, partial(_issue_row, taxonomy=taxonomy)), "issues") as writer:
        yield writer


@dataclass(frozen=True, slots=True)
class _Sheet:
    header: tuple[str, ...]
    row: Callable[[dict[str, Any]], list[str]]


@contextmanager
def _open(out: str | None, sheet: _Sheet, what: Literal["reports", "issues"]) -> Iterator[Writer]:
    suffix = Path(out).suffix.lower() if out else ""
    if out is not None and suffix == ".csv":
        # The mark tells spreadsheets that it is UTF-8.
        with _writing(out), open(out, "w", encoding="utf-8-sig", newline="") as stream:
            yield _CsvWriter(stream, sheet)
    elif out is not None and suffix == ".xlsx":
        with _writing(out), xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
            yield _XlsxWriter(book, sheet)
    elif out is not None and suffix == ".parquet":
        with _writing(out), open_parquet(out, what) as writer:
            yield writer
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
    def __init__(self, stream: IO[str], sheet: _Sheet) -> None:
        self._csv = csv.writer(stream)
        self._sheet = sheet
        self._csv.writerow(sheet.header)

    def write(self, result: dict[str, Any]) -> None:
        self._csv.writerow([_no_formula(cell) for cell in self._sheet.row(result)])


class _XlsxWriter:
    def __init__(self, book: Any, sheet: _Sheet) -> None:
        self._page = book.add_worksheet("minqing")
        self._sheet = sheet
        self._next = 1
        for column, name in enumerate(sheet.header):
            self._page.write_string(0, column, name)

    def write(self, result: dict[str, Any]) -> None:
        if self._next >= _SHEET:
            raise UsageError(f"a sheet holds {_SHEET:,} rows and there are more; write to a .csv or .parquet file")
        for column, cell in enumerate(self._sheet.row(result)):
            # Always a string: long numbers would lose digits and `=…` would become a formula.
            self._page.write_string(self._next, column, cell if len(cell) <= _CELL else cell[:_CELL] + _CUT)
        self._next += 1


def _report_row(result: dict[str, Any], *, taxonomy: Taxonomy) -> list[str]:
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
        result["route"]["to"],
        result.get("issue", {}).get("id", ""),
    ]


def _issue_row(issue: dict[str, Any], *, taxonomy: Taxonomy) -> list[str]:
    return [
        issue["issue"],
        issue["name"],
        issue["category"],
        taxonomy[issue["category"]].name,
        issue["place"] or "",
        str(issue["size"]),
        issue["first_seen"] or "",
        issue["last_seen"] or "",
        issue["status"],
        "；".join(issue["reports"]),
    ]


def _no_formula(cell: str) -> str:
    """A cell that a spreadsheet would run as a formula, full-width signs too, is shown as text."""
    return "'" + cell if cell.lstrip()[:1] in _FORMULA or cell[:1] in _BLANK else cell
