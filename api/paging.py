"""Paging by cursor: a page begins behind the last row of the one before, whatever was added in between."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, literal, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from api.errors import UsageError

T = TypeVar("T")
Key = ColumnElement[Any] | InstrumentedAttribute[Any]

#: Longest page.
MOST = 500


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows, and the cursor of the page behind them; None on the last page."""

    items: tuple[T, ...]
    next: str | None


def read_page(
    session: Session,
    query: Select[Any],
    keys: Sequence[Key],
    *,
    make: Callable[[Any], T],
    ascending: bool = False,
    cursor: str | None = None,
    limit: int = 50,
    keep: Callable[[T], bool] | None = None,
) -> Page[T]:
    """A page of a query that is ordered by `keys`, which together are unique and never null.

    make: an item from the query's first column; keep: which items are wanted, beyond what the query can say.
    Raises UsageError for a limit that is not 1 to MOST, or a cursor that is not one of this order.
    """
    if not 1 <= limit <= MOST:
        raise UsageError(f"limit {limit} is not 1 to {MOST}")
    if cursor is not None:
        last = tuple_(*(literal(v, k.type) for v, k in zip(_decode(cursor, keys), keys, strict=True)))
        query = query.where(tuple_(*keys) > last if ascending else tuple_(*keys) < last)
    query = query.order_by(*(key.asc() if ascending else key.desc() for key in keys)).add_columns(*keys)
    if keep is None:
        query = query.limit(limit + 1)
    items: list[T] = []
    at: Sequence[Any] = ()
    with session.execute(query.execution_options(yield_per=limit + 1)) as result:
        for row in result:
            item = make(row[0])
            if keep is not None and not keep(item):
                continue
            if len(items) == limit:
                return Page(tuple(items), _encode(at))
            items.append(item)
            at = row[-len(keys) :]
    return Page(tuple(items), None)


def all_items(read: Callable[[str | None], Page[T]]) -> Iterator[T]:
    """The items of all pages, one page after another; `read` is given the cursor."""
    page = read(None)
    yield from page.items
    while page.next is not None:
        page = read(page.next)
        yield from page.items


def _encode(values: Sequence[Any]) -> str:
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    return urlsafe_b64encode(json.dumps(plain, separators=(",", ":")).encode()).decode().rstrip("=")


def _decode(cursor: str, keys: Sequence[Key]) -> list[Any]:
    try:
        values = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        kinds = [key.type.python_type for key in keys]
        if len(values) != len(kinds):
            raise ValueError("another order")
        values = [datetime.fromisoformat(v) if k is datetime else v for v, k in zip(values, kinds, strict=True)]
        if not all(isinstance(v, k) for v, k in zip(values, kinds, strict=True)):
            raise ValueError("another order")
    except (ValueError, TypeError) as error:
        raise UsageError(f"cursor {cursor[:60]!r} is none of this list; start again without it") from error
    return values
