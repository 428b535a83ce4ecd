"""Copy a store to another database: every table, in either direction, verified by counting."""

from __future__ import annotations

from sqlalchemy import Connection, Table, delete, func, insert, select

from api.errors import StoreError, UsageError
from api.schema import AuditRow, Base, ReportRow
from api.store import Store

#: Rows written at once.
_SLICE = 500


def copy_store(source: Store, target: Store) -> dict[str, int]:
    """Copy all rows to an empty store, in one transaction; gives how many of each table.

    Raises UsageError where the target holds reports or an audit log, which nobody may remove, StoreError where a table
    has another count afterwards.
    """
    counts: dict[str, int] = {}
    # Held as by a writer, the source stands still while it is read.
    with source.writing() as reading, target.writing() as writing:
        if writing.scalar(select(func.count()).select_from(ReportRow)):
            raise UsageError("the store to copy to holds reports; name one that is empty or not there yet")
        if writing.scalar(select(func.count()).select_from(AuditRow)):
            raise UsageError(
                "the store to copy to was used before, as its audit log says; name one that is not there yet"
            )
        read, write = reading.connection(), writing.connection()
        for table in reversed(Base.metadata.sorted_tables):
            if table.name != AuditRow.__tablename__:
                write.execute(delete(table))
        for table in Base.metadata.sorted_tables:
            counts[table.name] = _copy(table, read, write)
        _follow(write)
        for name, copied in counts.items():
            there = write.scalar(select(func.count()).select_from(Base.metadata.tables[name]))
            if there != copied:
                raise StoreError(f"table {name}: {copied} rows were read and {there} written; nothing is kept")
    return counts


def _copy(table: Table, read: Connection, write: Connection) -> int:
    copied = 0
    query = select(table).order_by(*table.primary_key).execution_options(yield_per=_SLICE)
    with read.execute(query) as rows:
        for part in rows.partitions():
            write.execute(insert(table), [dict(row._mapping) for row in part])
            copied += len(part)
    return copied


def _follow(write: Connection) -> None:
    """PostgreSQL's counters go on behind the copied rows; SQLite's follow by themselves."""
    if write.dialect.name != "postgresql":
        return
    for table in Base.metadata.sorted_tables:
        column = table.autoincrement_column
        if column is not None:
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            following = select(func.coalesce(func.max(column), 0) + 1).scalar_subquery()
            write.execute(select(func.setval(sequence, following, False)))
