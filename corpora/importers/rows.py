"""Rows of a file, whatever its kind and encoding: a row is its cells by column, or the reason why it has none."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import IO

from python_calamine import CalamineError, CalamineWorkbook

from corpora.importers.encoding import SAMPLE, detect_encoding

#: Uncompressed size above which a workbook is refused: a zip bomb, or a file to export as CSV.
MAX_XLSX_BYTES = 1 << 30

csv.field_size_limit(1 << 27)


class InputError(ValueError):
    """A file that cannot be read at all; the message names it, what was seen and the way to mend it."""


@dataclass(frozen=True, slots=True)
class Row:
    """`number` counts lines or sheet rows from 1; `cells` is a mapping, or the reason why the row is bad."""

    number: int
    cells: Mapping[str, object] | str
    has_header: bool = False


def jsonl_rows(stream: IO[bytes], name: str) -> Iterator[Row]:
    """One object a line; blank lines are passed over."""
    for number, line in enumerate(_lines(stream, name), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield Row(number, f"not JSON: {str(error)[:80]}")
            continue
        yield Row(number, value if isinstance(value, dict) else f"a JSON {type(value).__name__}, not an object")


def txt_rows(stream: IO[bytes], name: str) -> Iterator[Row]:
    """One report a line; blank lines are passed over."""
    for number, line in enumerate(_lines(stream, name), 1):
        text = line.rstrip("\r\n")
        if text.strip():
            yield Row(number, {"text": text})


def csv_rows(stream: IO[bytes], name: str) -> Iterator[Row]:
    """RFC 4180, the delimiter told from the header: comma, tab or semicolon."""
    lines = _lines(stream, name)
    head = next(lines, "")
    if not head.strip():
        return
    delimiter = max(",\t;", key=head.count)
    reader = csv.reader(itertools.chain([head], lines), delimiter=delimiter)
    header = [cell.strip() for cell in next(reader)]
    number = reader.line_num + 1
    for cells in _csv_records(reader):
        if isinstance(cells, str):
            yield Row(number, cells, has_header=True)
        elif cells and any(cells):
            if len(cells) == len(header):
                yield Row(number, dict(zip(header, cells, strict=True)), has_header=True)
            else:
                yield Row(number, f"{len(cells)} cells where the header has {len(header)}", has_header=True)
        number = reader.line_num + 1


def _csv_records(reader: Iterator[list[str]]) -> Iterator[list[str] | str]:
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield f"not CSV: {error}"


def xlsx_rows(stream: IO[bytes], name: str) -> Iterator[Row]:
    """The first sheet that has rows; a formula counts as its stored value, a merged cell as its first."""
    data = stream.read()
    if not data:
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        if size > MAX_XLSX_BYTES:
            raise InputError(f"{name}: unpacks to {size:,} bytes; export it as CSV")
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = (book.get_sheet_by_name(sheet) for sheet in book.sheet_names)
        found = next(((s.to_python(skip_empty_area=False)) for s in sheets if s.total_height), None)
    except (zipfile.BadZipFile, CalamineError) as error:
        raise InputError(f"{name}: not a readable XLSX workbook ({error}); save it again as .xlsx or .csv") from error
    rows = iter(enumerate(found or [], 1))
    header: list[str] = []
    for _, cells in rows:
        if sum(cell != "" for cell in cells) > 1 or (any(cells) and len(cells) == 1):
            # A merged title line above the header has one filled cell in a row of several.
            header = [str(cell).strip() for cell in cells]
            break
    for number, cells in rows:
        if any(cell != "" for cell in cells):
            yield Row(number, {h: _cell(c) for h, c in zip(header, cells, strict=True) if h}, has_header=True)


def parquet_rows(stream: IO[bytes], name: str) -> Iterator[Row]:
    """Rows from 1, read in slices; needs the `backfill` extra."""
    try:
        from pyarrow import ArrowInvalid
        from pyarrow.parquet import ParquetFile
    except ImportError as error:
        raise InputError(f"{name}: Parquet needs pyarrow; pip install 'minqing[backfill]'") from error
    try:
        slices = ParquetFile(stream).iter_batches()
        rows = (row for part in slices for row in part.to_pylist())
        for number, cells in enumerate(rows, 1):
            yield Row(number, cells, has_header=True)
    except ArrowInvalid as error:
        raise InputError(f"{name}: not a readable Parquet file ({error}); write it again") from error


def _cell(value: object) -> object:
    if isinstance(value, datetime) or value is None:
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    if isinstance(value, time | timedelta):
        return str(value)
    return value


def _lines(stream: IO[bytes], name: str) -> Iterator[str]:
    """Text lines, each with its line end, in the encoding that the file's head shows."""
    head = stream.read(SAMPLE)
    rest = stream.read(1)
    encoding = detect_encoding(head, whole=not rest)
    if encoding is None:
        raise InputError(f"{name}: is not text (UTF-8, UTF-16 or GB18030); save it again as UTF-8")
    # A few broken bytes reject their rows, not the file: they come through as lone surrogates.
    errors = "surrogatepass" if encoding.startswith("utf-16") else "surrogateescape"
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    pending = ""
    block = head + rest
    while True:
        try:
            pending += decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            raise InputError(f"{name}: ends within a {encoding.upper()} character; get the whole file") from error
        # Only \n ends a line: U+2028 and the like occur inside texts.
        *whole, pending = pending.split("\n")
        yield from (line + "\n" for line in whole)
        if not block:
            break
        block = stream.read(1 << 20)
    if pending:
        yield pending
