"""Reports and issues as Parquet: typed columns, for those who compute. Needs the `parquet` extra."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from api.errors import UsageError

#: Rows written together.
_GROUP = 5_000


class ParquetWriter:
    """Takes public objects of `minqing tag`, `minqing ingest` or `minqing issues export`."""

    def __init__(self, arrow: Any, writer: Any, schema: Any) -> None:
        self._arrow, self._writer, self._schema = arrow, writer, schema
        self._rows: list[dict[str, Any]] = []

    def write(self, result: dict[str, Any]) -> None:
        self._rows.append(_flat(result))
        if len(self._rows) >= _GROUP:
            self.flush()

    def flush(self) -> None:
        """Write what was gathered."""
        if self._rows:
            self._writer.write_table(self._arrow.Table.from_pylist(self._rows, schema=self._schema))
            self._rows = []


@contextmanager
def open_parquet(out: str, what: Literal["reports", "issues"]) -> Iterator[ParquetWriter]:
    """A writer to a Parquet file, complete on leaving. Raises UsageError where pyarrow is not installed."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise UsageError(f"-o {out}: Parquet needs pyarrow; pip install 'minqing[parquet]'") from error
    schema = pyarrow.schema(_reports(pyarrow) if what == "reports" else _issues(pyarrow))
    with pyarrow.parquet.ParquetWriter(out, schema) as opened:
        writer = ParquetWriter(pyarrow, opened, schema)
        yield writer
        writer.flush()


def _flat(result: dict[str, Any]) -> dict[str, Any]:
    """An object as a row: values of many shapes as JSON, the issue by its id."""
    row = dict(result)
    if "entities" in row:
        row["entities"] = [e | {"value": json.dumps(e["value"], ensure_ascii=False)} for e in row["entities"]]
    if isinstance(row.get("issue"), dict):
        row["issue"] = row["issue"]["id"]
    return row


def _reports(pa: Any) -> list[tuple[str, Any]]:
    text, number = pa.string(), pa.float64()
    category = pa.struct([("id", text), ("score", number)])
    span = [("start", pa.int32()), ("end", pa.int32())]
    entity = pa.struct([("type", text), *span, ("text", text), ("value", text)])
    return [
        ("id", text),
        ("text", text),
        ("primary", category),
        ("categories", pa.list_(category)),
        ("decided", pa.bool_()),
        ("evidence", pa.list_(pa.struct(span))),
        ("entities", pa.list_(entity)),
        ("urgent", pa.list_(pa.struct([("reason", text), *span]))),
        ("route", pa.struct([("to", text), ("rule", text), ("hours", number)])),
        ("issue", text),
    ]


def _issues(pa: Any) -> list[tuple[str, Any]]:
    text = pa.string()
    return [
        ("issue", text),
        ("name", text),
        ("category", text),
        ("place", text),
        ("size", pa.int64()),
        ("reports", pa.list_(text)),
        ("first_seen", text),
        ("last_seen", text),
        ("status", text),
    ]
