"""From a file's rows to reports: one bad row is rejected with its number and reason, and never stops a run."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO

from corpora.importers.dates import parse_received_at
from corpora.importers.headers import HeaderError, map_headers
from corpora.importers.rows import InputError, Row, csv_rows, jsonl_rows, parquet_rows, txt_rows, xlsx_rows
from corpora.report import Report, content_id

#: Longest text taken, in characters: a report is a message, and a file pasted into one cell is a mistake.
MAX_CHARACTERS = 100_000

#: Longest id taken, in characters.
MAX_ID = 200

_SURROGATE = re.compile("[\ud800-\udfff]")

_READERS: Mapping[str, Callable[[IO[bytes], str], Iterator[Row]]] = {
    ".jsonl": jsonl_rows,
    ".ndjson": jsonl_rows,
    ".csv": csv_rows,
    ".tsv": csv_rows,
    ".txt": txt_rows,
    ".xlsx": xlsx_rows,
    ".parquet": parquet_rows,
}


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that could not become a report: the file, its line or sheet row (from 1) and why."""

    file: str
    row: int
    reason: str


@dataclass(slots=True)
class Importer:
    """Reads one input after another; `rejected` collects what could not be read."""

    mapping: Mapping[str, str] = field(default_factory=dict)
    on_rejected: Callable[[Rejected], None] = lambda rejected: None

    def read(self, source: str) -> Iterator[Report]:
        """The reports of a path, or of standard input (`-`, JSONL), in order.

        Raises InputError where the file cannot be read at all, HeaderError where no column holds the text.
        """
        if source == "-":
            yield from self._reports(jsonl_rows(sys.stdin.buffer, "-"), "-")
            return
        path = Path(source)
        reader = _READERS.get(path.suffix.lower())
        if reader is None:
            raise InputError(f"{source}: unknown kind {path.suffix!r}; give .jsonl, .csv, .xlsx, .txt or .parquet")
        try:
            stream = path.open("rb")
        except OSError as error:
            raise InputError(f"{source}: cannot be opened ({error.strerror}); check the path") from error
        with stream:
            yield from self._reports(reader(stream, source), source)

    def _reports(self, rows: Iterator[Row], source: str) -> Iterator[Report]:
        fields: dict[tuple[str, ...], dict[str, str]] = {}
        empty = True
        for row in rows:
            empty = False
            if isinstance(row.cells, str):
                self.on_rejected(Rejected(source, row.number, row.cells))
                continue
            columns = tuple(row.cells)
            try:
                if columns not in fields:
                    fields[columns] = map_headers(columns, self.mapping)
                yield _report(row.cells, fields[columns])
            except HeaderError as error:
                if row.has_header:
                    raise HeaderError(f"{source}: {error}") from error
                self.on_rejected(Rejected(source, row.number, str(error)))
            except _BadRow as error:
                self.on_rejected(Rejected(source, row.number, str(error)))
        if empty:
            raise InputError(f"{source}: holds no rows; give a file with at least one report")


def read_reports(source: str) -> list[Report]:
    """All reports of a file that must be clean. Raises InputError at the first bad row."""

    def refuse(rejected: Rejected) -> None:
        raise InputError(f"{rejected.file}, row {rejected.row}: {rejected.reason}")

    return list(Importer(on_rejected=refuse).read(source))


class _BadRow(ValueError):
    pass


def _report(cells: Mapping[str, object], fields: Mapping[str, str]) -> Report:
    values = {name: _text(name, cells.get(column)) for name, column in fields.items() if name != "received_at"}
    title, text = values.get("title", ""), values.get("text", "")
    if not text.strip():
        if not title.strip():
            raise _BadRow("no text")
        title, text = "", title
    for name, value in (("title", title), ("text", text), *values.items()):
        if "\x00" in value:
            raise _BadRow(f"{name} holds a NUL character at {value.index(chr(0))}")
        if (broken := _SURROGATE.search(value)) is not None:
            what = "a byte that is not in the file's encoding" if broken[0] >= "\udc80" else "half of a surrogate pair"
            raise _BadRow(f"{name} holds {what} at {broken.start()}")
    if len(title) + len(text) > MAX_CHARACTERS:
        raise _BadRow(f"{len(title) + len(text):,} characters; at most {MAX_CHARACTERS:,} make a report: split it")
    for name in ("id", "source", "channel", "region"):
        if len(values.get(name, "")) > MAX_ID:
            raise _BadRow(f"{name} has {len(values[name])} characters; at most {MAX_ID}")
    return Report(
        id=values.get("id", "").strip() or content_id(title, text),
        text=text,
        title=title if title.strip() else "",
        received_at=_received_at(cells.get(fields["received_at"])) if "received_at" in fields else None,
        channel=values.get("channel", ""),
        region=values.get("region", ""),
        source=values.get("source", ""),
    )


def _text(name: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _BadRow(f"{name} is a {type(value).__name__}, not text")
    if isinstance(value, float):
        # Spreadsheets store 188006 as 188006.0; beyond 15 digits they have lost digits already.
        if abs(value) >= 1e15:
            raise _BadRow(f"{name} {value:.0f} has lost digits in the spreadsheet; format the column as text")
        return str(int(value)) if value.is_integer() else str(value)
    return str(value)


def _received_at(value: object) -> datetime | None:
    try:
        return parse_received_at(value)
    except ValueError as error:
        raise _BadRow(str(error)) from error
